"""SQL of what is kept sealed."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from dumont.fleet.tables import FleetAccount, FleetCommand, FleetInstance, FleetRental
from dumont.platform.db import Tx

Column = InstrumentedAttribute[Any]
COLUMNS: dict[str, Column] = {
    "account": FleetAccount.sealed,
    "host_key": FleetInstance.host_key_sealed,
    "env": FleetInstance.env_sealed,
    "agent_token": FleetRental.agent_token_sealed,
    "args": FleetCommand.args_sealed,
}
"""What is added to a table is added here."""


async def rows(tx: Tx, column: Column) -> AsyncIterator[Any]:
    """Those that hold something there, locked."""
    query = select(column.class_).where(column.is_not(None), column != "").with_for_update()
    async for row in await tx.stream_scalars(query):
        yield row
