"""What an administrator does with the accounts of others; an administrator is always left."""

from uuid import UUID

from dumont.accounts import audit, reset_password
from dumont.accounts.events import AccountChanged
from dumont.accounts.reset_password import ResetLink
from dumont.accounts.rules import roles
from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.store import people as store
from dumont.accounts.store import users
from dumont.accounts.store.people import Person, Search
from dumont.accounts.tables import User
from dumont.basics.errors import Conflict, NotAllowed, NotFound
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work

__all__ = ["Person", "Search", "change", "find", "make_reset_link", "one", "sign_out"]


class LastAdmin(Conflict):
    code = "last_admin"
    hint = "Make someone else administrator first."


async def find(work: Work, search: Search, cursor: str | None, limit: int) -> Page[Person]:
    found = await store.page(work.tx, search, after=read_cursor(cursor), limit=limit, now=work.now)
    return cut(found, limit, lambda person: (person.created_at, person.id))


async def one(work: Work, user_id: UUID) -> Person:
    person = await store.one(work.tx, user_id, work.now)
    if person is None:
        raise NotFound("There is no such account.")
    return person


async def change(work: Work, user_id: UUID, *, role: AccountRole | None, disabled: bool | None) -> Person:
    await users.one_at_a_time(work.tx)
    user = await _existing(work, user_id)
    demoted = role is not None and role != "admin"
    if user.role == "admin" and user.disabled_at is None and (demoted or disabled):
        await _demand_other_admin(work, user_id)
    if role is not None and role != user.role:
        _demand_no_less(work, role)
        await _set_role(work, user, role)
    if disabled is not None and disabled != (user.disabled_at is not None):
        await _set_disabled(work, user_id, disabled=disabled)
    return await one(work, user_id)


async def make_reset_link(work: Work, user_id: UUID) -> ResetLink:
    """For where there is no mail: the administrator hands it over."""
    user = await _existing(work, user_id)
    _demand_no_less(work, user.role)
    return await reset_password.make_link(work, user)


async def sign_out(work: Work, user_id: UUID) -> None:
    await _existing(work, user_id)
    await users.end_sessions(work.tx, user_id)
    await audit.record(work, "session.all_ended", ("user", user_id), "Signed the person out everywhere")
    await work.publish(AccountChanged(user_id=user_id))


def _demand_no_less(work: Work, role: AccountRole) -> None:
    """Else an API key that manages people could take, or give, all that its owner may do."""
    if beyond := roles.beyond(roles.allowed(role), work.caller.permissions):
        raise NotAllowed("This gives more than you may do yourself.", hint=f"It needs {', '.join(beyond)} too.")


async def _set_role(work: Work, user: User, role: AccountRole) -> None:
    details = {"before": user.role, "after": role}
    await users.set_role(work.tx, user.id, role)
    await audit.record(work, "account.role_changed", ("user", user.id), f"Made {user.email} {role}", details=details)
    await work.publish(AccountChanged(user_id=user.id))


async def _set_disabled(work: Work, user_id: UUID, *, disabled: bool) -> None:
    """Sessions of the disabled end for good; enabled again, the person signs in anew."""
    await users.set_disabled(work.tx, user_id, work.now if disabled else None)
    await users.end_sessions(work.tx, user_id)
    action, summary = ("account.disabled", "Disabled") if disabled else ("account.enabled", "Enabled")
    await audit.record(work, action, ("user", user_id), f"{summary} the account")
    await work.publish(AccountChanged(user_id=user_id))


async def _existing(work: Work, user_id: UUID) -> User:
    user = await users.by_id(work.tx, user_id)
    if user is None:
        raise NotFound("There is no such account.")
    return user


async def _demand_other_admin(work: Work, user_id: UUID) -> None:
    if not await users.other_admin_exists(work.tx, user_id):
        raise LastAdmin("The last administrator must stay one.")
