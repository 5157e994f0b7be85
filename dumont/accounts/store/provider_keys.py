"""SQL of the sealed credentials of providers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from dumont.accounts.tables import ProviderKey, User
from dumont.platform.db import Tx


async def of_user(tx: Tx, user_id: UUID, provider: str | None = None) -> list[ProviderKey]:
    query = select(ProviderKey).where(ProviderKey.user_id == user_id)
    if provider is not None:
        query = query.where(ProviderKey.provider == provider)
    return list((await tx.execute(query.order_by(ProviderKey.provider, ProviderKey.field))).scalars())


async def newest_admin(tx: Tx, provider: str) -> UUID | None:
    """Of the administrators who have keys for this provider, the one who set them last."""
    admins = (User.role == "admin") & User.disabled_at.is_(None)
    query = select(User.id).join(ProviderKey, ProviderKey.user_id == User.id).where(admins)
    query = query.where(ProviderKey.provider == provider).order_by(ProviderKey.updated_at.desc(), User.id)
    return (await tx.execute(query.limit(1))).scalar_one_or_none()


async def of_admins(tx: Tx) -> list[tuple[str, UUID, str]]:
    """Provider, administrator and field; whoever set theirs last comes first."""
    query = select(ProviderKey.provider, ProviderKey.user_id, ProviderKey.field)
    query = query.join(User, User.id == ProviderKey.user_id).where(User.role == "admin", User.disabled_at.is_(None))
    query = query.order_by(ProviderKey.provider, ProviderKey.updated_at.desc(), User.id)
    return [(provider, user_id, field) for provider, user_id, field in await tx.execute(query)]


async def replace(tx: Tx, user_id: UUID, provider: str, rows: Sequence[ProviderKey]) -> None:
    await remove(tx, user_id, provider)
    tx.add_all(rows)
    await tx.flush()


async def remove(tx: Tx, user_id: UUID, provider: str) -> bool:
    mine = (ProviderKey.user_id == user_id) & (ProviderKey.provider == provider)
    return bool((await tx.execute(delete(ProviderKey).where(mine).returning(ProviderKey.field))).all())


async def all_of_them(tx: Tx) -> list[ProviderKey]:
    """Locked, so that none is replaced while it is sealed anew."""
    return list((await tx.execute(select(ProviderKey).with_for_update())).scalars())


async def reseal(tx: Tx, row: ProviderKey, sealed: str) -> None:
    this = (ProviderKey.user_id == row.user_id, ProviderKey.provider == row.provider, ProviderKey.field == row.field)
    await tx.execute(update(ProviderKey).where(*this).values(sealed=sealed))
