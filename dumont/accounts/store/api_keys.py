"""SQL of API keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.tables import ApiKey
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.glance import Glance
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


STANDING = """
SELECT k.id, k.user_id, u.role, u.disabled_at, k.hash, k.scopes, k.expires_at, k.last_used_at
FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.prefix = $1
"""


async def standing(glance: Glance, prefix: str) -> KeyStanding | None:
    row = await glance.row(STANDING, prefix)
    return KeyStanding(*row) if row else None


def is_due(key: KeyStanding, now: datetime) -> bool:
    """Whether it is time to note that this key is in use: now and then is enough."""
    return key.last_used_at is None or now - key.last_used_at >= TOUCHED_EVERY


async def touch(tx: Tx, key: KeyStanding, now: datetime) -> None:
    """Never waits for another request that notes the same."""
    free = select(ApiKey.id).where(ApiKey.id == key.id).with_for_update(skip_locked=True).scalar_subquery()
    await tx.execute(update(ApiKey).where(ApiKey.id == free).values(last_used_at=now))


async def page(tx: Tx, user_id: UUID, after: Key | None, limit: int) -> Sequence[ApiKey]:
    query = select(ApiKey).where(ApiKey.user_id == user_id)
    query = newest_first(query, ApiKey.created_at, ApiKey.id, after, limit)
    return (await tx.execute(query)).scalars().all()


async def add(tx: Tx, key: ApiKey) -> None:
    tx.add(key)
    await tx.flush()


async def expiry(tx: Tx, key_id: UUID) -> datetime | None:
    return (await tx.execute(select(ApiKey.expires_at).where(ApiKey.id == key_id))).scalar_one_or_none()


async def remove_all(tx: Tx, user_id: UUID) -> int:
    """How many there were."""
    gone = await tx.execute(delete(ApiKey).where(ApiKey.user_id == user_id).returning(ApiKey.id))
    return len(gone.scalars().all())


async def remove(tx: Tx, key_id: UUID, user_id: UUID) -> str | None:
    """The name it had."""
    mine = (ApiKey.id == key_id) & (ApiKey.user_id == user_id)
    return (await tx.execute(delete(ApiKey).where(mine).returning(ApiKey.name))).scalar_one_or_none()
