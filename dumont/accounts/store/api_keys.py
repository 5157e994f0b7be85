"""SQL of API keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.tables import ApiKey, User
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first

TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyStanding:
    id: UUID
    user_id: UUID
    role: AccountRole
    disabled_at: datetime | None
    hash: bytes
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None


async def standing(tx: Tx, prefix: str) -> KeyStanding | None:
    query = (
        select(
            ApiKey.id,
            ApiKey.user_id,
            User.role,
            User.disabled_at,
            ApiKey.hash,
            ApiKey.scopes,
            ApiKey.expires_at,
            ApiKey.last_used_at,
        )
        .join(User, User.id == ApiKey.user_id)
        .where(ApiKey.prefix == prefix)
    )
    row = (await tx.execute(query)).one_or_none()
    return KeyStanding(*row) if row else None


async def touch(tx: Tx, key: KeyStanding, now: datetime) -> None:
    """Notes that a key is in use: now and then, and never waiting for another request that notes the same."""
    if key.last_used_at is not None and now - key.last_used_at < TOUCHED_EVERY:
        return
    free = select(ApiKey.id).where(ApiKey.id == key.id).with_for_update(skip_locked=True).scalar_subquery()
    await tx.execute(update(ApiKey).where(ApiKey.id == free).values(last_used_at=now))


async def page(tx: Tx, user_id: UUID, after: Key | None, limit: int) -> Sequence[ApiKey]:
    query = select(ApiKey).where(ApiKey.user_id == user_id)
    query = newest_first(query, ApiKey.created_at, ApiKey.id, after, limit)
    return (await tx.execute(query)).scalars().all()


async def add(tx: Tx, key: ApiKey) -> None:
    tx.add(key)
    await tx.flush()


async def remove(tx: Tx, key_id: UUID, user_id: UUID) -> str | None:
    """The name it had."""
    mine = (ApiKey.id == key_id) & (ApiKey.user_id == user_id)
    return (await tx.execute(delete(ApiKey).where(mine).returning(ApiKey.name))).scalar_one_or_none()
