"""Changes the own password; whoever else is signed in with the old one is out."""

from dumont.accounts import audit, profile, throttle
from dumont.accounts.events import AccountChanged
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.rules.passwords import demand_strong
from dumont.accounts.store import sessions, users
from dumont.basics.errors import Invalid
from dumont.platform.work import Work


class WrongPassword(Invalid):
    code = "wrong_password"
    keeps_work = True  # the attempt counts


async def change_password(work: Work, hasher: PasswordHasher, *, current: str, new: str) -> None:
    await throttle.before_password_check(work)
    user = await profile.me(work)
    if not await hasher.matches(current, user.password_hash):
        raise WrongPassword.field("current_password", "is not your password")
    demand_strong(new, [user.email, user.name], field="new_password")
    version = await users.set_password(work.tx, user.id, await hasher.hash(new))
    if work.caller.session_id is not None:
        await sessions.keep(work.tx, work.caller.session_id, version)
    await audit.record(work, "password.changed", ("user", user.id), "Changed the password")
    await work.publish(AccountChanged(user_id=user.id))
