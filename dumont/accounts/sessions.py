"""Shows a person where the account is signed in, and ends what should not be."""

from uuid import UUID

from dumont.accounts import audit
from dumont.accounts.events import AccountChanged, SessionEnded
from dumont.accounts.store import sessions, users
from dumont.accounts.tables import LoginSession
from dumont.basics.errors import Conflict, NotFound
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work


class NoSession(Conflict):
    code = "no_session"
    hint = "An API key has no session; remove the key instead."


async def mine(work: Work, cursor: str | None, limit: int) -> Page[LoginSession]:
    found = await sessions.page(work.tx, work.caller.me, work.now, read_cursor(cursor), limit)
    return cut(found, limit, lambda session: (session.created_at, session.id))


async def end_one(work: Work, session_id: UUID) -> None:
    if not await sessions.end(work.tx, session_id, work.caller.me, work.now):
        raise NotFound("There is no such session.")
    await audit.record(work, "session.ended", ("session", session_id), "Ended a session")
    await work.publish(SessionEnded(session_id=session_id, user_id=work.caller.me))


async def sign_out(work: Work) -> None:
    session_id = work.caller.session_id
    if session_id is None:
        raise NoSession("There is no session to sign out of.")
    await sessions.end(work.tx, session_id, work.caller.me, work.now)
    await audit.record(work, "session.ended", ("session", session_id), "Signed out")
    await work.publish(SessionEnded(session_id=session_id, user_id=work.caller.me))


async def sign_out_everywhere(work: Work) -> None:
    await users.end_sessions(work.tx, work.caller.me)
    await audit.record(work, "session.all_ended", ("user", work.caller.me), "Signed out everywhere")
    await work.publish(AccountChanged(user_id=work.caller.me))
