"""SQL of people: found by address or id, opened once for each address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.tables import PasswordReset, User
from dumont.platform.db import Tx

FIRST_ACCOUNT = 0x66697273  # of the advisory lock under which the first account becomes admin
ADMINS = 0x61646D69  # ... and of the one under which people gain and lose their roles


async def by_email(tx: Tx, email: str) -> User | None:
    return (await tx.execute(select(User).where(User.email == email))).scalar_one_or_none()


async def by_id(tx: Tx, user_id: UUID) -> User | None:
    query = select(User).where(User.id == user_id).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalar_one_or_none()


async def any_exist(tx: Tx) -> bool:
    return bool((await tx.execute(select(exists().select_from(User)))).scalar_one())


async def first_id(tx: Tx) -> UUID | None:
    return (await tx.execute(select(User.id).order_by(User.created_at, User.id).limit(1))).scalar_one_or_none()


async def first_account_is_mine(tx: Tx) -> bool:
    """True for one transaction only, ever; others who come at the same time wait for it to end."""
    if await any_exist(tx):
        return False
    await tx.execute(select(func.pg_advisory_xact_lock(FIRST_ACCOUNT)))
    return not await any_exist(tx)


async def add(tx: Tx, user: User) -> bool:
    """False if the address is taken, also by someone who takes it at this moment."""
    values = {column.key: getattr(user, column.key) for column in User.__table__.columns}
    added = await tx.execute(
        insert(User).values(values).on_conflict_do_nothing(index_elements=["email"]).returning(User.id)
    )
    return added.scalar_one_or_none() is not None


async def rename(tx: Tx, user_id: UUID, name: str) -> None:
    await tx.execute(update(User).where(User.id == user_id).values(name=name))


async def saw_login(tx: Tx, user_id: UUID, now: datetime) -> None:
    await tx.execute(update(User).where(User.id == user_id).values(last_login_at=now))


async def set_password(tx: Tx, user_id: UUID, password_hash: str) -> int:
    """Ends all sessions; the answer is the version that a session must have from now on."""
    changed = await tx.execute(
        update(User)
        .where(User.id == user_id)
        .values(password_hash=password_hash, session_version=User.session_version + 1)
        .returning(User.session_version)
    )
    return changed.scalar_one()


async def renew_hash(tx: Tx, user: User, password_hash: str) -> None:
    """The same password, hashed anew; not if it was changed meanwhile. Sessions stay."""
    same = (User.id == user.id) & (User.password_hash == user.password_hash)
    await tx.execute(update(User).where(same).values(password_hash=password_hash))


async def end_sessions(tx: Tx, user_id: UUID) -> None:
    await tx.execute(update(User).where(User.id == user_id).values(session_version=User.session_version + 1))


async def add_reset(tx: Tx, reset: PasswordReset) -> None:
    tx.add(reset)
    await tx.flush()


async def owner_of_reset(tx: Tx, digest: bytes, now: datetime) -> User | None:
    query = select(User).join(PasswordReset, PasswordReset.user_id == User.id)
    return (
        await tx.execute(query.where(PasswordReset.hash == digest, PasswordReset.expires_at > now))
    ).scalar_one_or_none()


async def spend_reset(tx: Tx, digest: bytes, user_id: UUID) -> bool:
    """True for one caller only. Other links of this person die with it."""
    spent = await tx.execute(
        delete(PasswordReset).where(PasswordReset.user_id == user_id).returning(PasswordReset.hash)
    )
    return digest in spent.scalars().all()


async def one_at_a_time(tx: Tx) -> None:
    """Two administrators who demote each other at the same moment do it one after the other."""
    await tx.execute(select(func.pg_advisory_xact_lock(ADMINS)))


async def other_admin_exists(tx: Tx, user_id: UUID) -> bool:
    query = exists().where(User.role == "admin", User.disabled_at.is_(None), User.id != user_id)
    return bool((await tx.execute(select(query))).scalar_one())


async def set_role(tx: Tx, user_id: UUID, role: AccountRole) -> None:
    await tx.execute(update(User).where(User.id == user_id).values(role=role))


async def set_disabled(tx: Tx, user_id: UUID, disabled_at: datetime | None) -> None:
    await tx.execute(update(User).where(User.id == user_id).values(disabled_at=disabled_at))
