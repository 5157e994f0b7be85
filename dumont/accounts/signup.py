"""Opens an account; whoever asks learns nothing about the accounts of others."""

from uuid import UUID

from dumont.accounts import audit, throttle
from dumont.accounts.events import AccountOpened, AddressTaken
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.rules import passwords
from dumont.accounts.store import users
from dumont.accounts.tables import User
from dumont.basics import ids
from dumont.basics.errors import NotAllowed
from dumont.platform.db import Tx
from dumont.platform.http.buckets import Buckets
from dumont.platform.work import Work


class SignUpClosed(NotAllowed):
    code = "sign_up_closed"
    hint = "Ask an administrator to open an account for you."


async def any_account_exists(tx: Tx) -> bool:
    """False on an empty system, whose first account becomes administrator."""
    return await users.any_exist(tx)


async def first_account(tx: Tx) -> UUID | None:
    return await users.first_id(tx)


async def open_account(
    work: Work, hasher: PasswordHasher, buckets: Buckets, *, email: str, name: str, password: str
) -> None:
    """The first account becomes admin. For a taken address the work is the same, and its owner is told by mail."""
    await throttle.before_signup(work, buckets)
    passwords.demand_strong(password, [email, name], field="password")
    hashed = await hasher.hash(password)
    first = await users.first_account_is_mine(work.tx)
    if not first and not work.settings.sign_up_open:
        raise SignUpClosed("New accounts are not open to everybody here.")
    user = User(
        id=ids.new(work.now, work.random),
        email=email,
        name=name,
        role="admin" if first else "user",
        password_hash=hashed,
        session_version=1,
        created_at=work.now,
    )
    if await users.add(work.tx, user):
        await _opened(work, user)
    else:
        await _refused(work, email)


async def _opened(work: Work, user: User) -> None:
    details = {"role": user.role}
    await audit.record(
        work, "account.opened", ("user", user.id), "Opened the account", details=details, actor_id=user.id
    )
    await work.publish(AccountOpened(user_id=user.id))


async def _refused(work: Work, email: str) -> None:
    owner = await users.by_email(work.tx, email)
    if owner is None:
        return
    await audit.record(work, "account.address_taken", ("user", owner.id), "Someone tried to open it again")
    await work.publish(AddressTaken(user_id=owner.id))
