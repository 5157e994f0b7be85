"""Shows a person where the account is signed in, and ends what should not be."""

from collections.abc import Sequence
from uuid import UUID

from dumont.accounts import audit
from dumont.accounts.store import sessions, users
from dumont.accounts.tables import LoginSession
from dumont.basics.errors import Conflict, NotFound
from dumont.platform.work import Work


class NoSession(Conflict):
    code = "no_session"
    hint = "An API key has no session; remove the key instead."


async def mine(work: Work) -> Sequence[LoginSession]:
    return await sessions.of_user(work.tx, work.caller.me, work.now)


async def end_one(work: Work, session_id: UUID) -> None:
    if not await sessions.end(work.tx, session_id, work.caller.me, work.now):
        raise NotFound("There is no such session.")
    await audit.record(work, "session.ended", ("session", session_id), "Ended a session")


async def sign_out(work: Work) -> None:
    if work.caller.session_id is None:
        raise NoSession("There is no session to sign out of.")
    await sessions.end(work.tx, work.caller.session_id, work.caller.me, work.now)
    await audit.record(work, "session.ended", ("session", work.caller.session_id), "Signed out")


async def sign_out_everywhere(work: Work) -> None:
    await users.end_sessions(work.tx, work.caller.me)
    await audit.record(work, "session.all_ended", ("user", work.caller.me), "Signed out everywhere")
