"""SQL of this installation's name."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.tables import FleetInstallation
from dumont.platform.db import Tx


async def name(tx: Tx, fresh: str, now: datetime) -> str:
    """Given once, to whoever comes first, and the same for ever."""
    found = (await tx.execute(select(FleetInstallation.id))).scalar_one_or_none()
    if found is not None:
        return found
    await tx.execute(insert(FleetInstallation).values(one=True, id=fresh, created_at=now).on_conflict_do_nothing())
    return (await tx.execute(select(FleetInstallation.id))).scalar_one()


async def known(tx: Tx) -> str | None:
    return (await tx.execute(select(FleetInstallation.id))).scalar_one_or_none()
