"""Clouds where nothing may be ended until a person has looked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dumont.platform.db import Tx
from dumont.providers.tables import ProviderFreeze


async def of(tx: Tx, provider: str) -> ProviderFreeze | None:
    return (await tx.execute(select(ProviderFreeze).where(ProviderFreeze.provider == provider))).scalar_one_or_none()


async def all_of_them(tx: Tx) -> Sequence[ProviderFreeze]:
    return (await tx.execute(select(ProviderFreeze).order_by(ProviderFreeze.provider))).scalars().all()


async def freeze(tx: Tx, provider: str, reason: str, now: datetime) -> None:
    """The first reason stays."""
    wanted = insert(ProviderFreeze).values(provider=provider, reason=reason, since=now)
    await tx.execute(wanted.on_conflict_do_nothing())


async def unfreeze(tx: Tx, provider: str) -> bool:
    gone = await tx.execute(delete(ProviderFreeze).where(ProviderFreeze.provider == provider).returning(ProviderFreeze))
    return gone.scalar_one_or_none() is not None
