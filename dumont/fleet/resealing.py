"""Seals anew what the fleet keeps sealed: credentials of accounts, host keys, environments, tokens, commands."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from dumont.fleet import accounts, commands, environment, host_keys, renting
from dumont.fleet.tables import FleetAccount, FleetCommand, FleetInstance, FleetRental
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault

SEALED: tuple[tuple[type[Any], InstrumentedAttribute[Any], Callable[[Any], str]], ...] = (
    (FleetAccount, FleetAccount.sealed, accounts.place),
    (FleetInstance, FleetInstance.host_key_sealed, host_keys.place),
    (FleetInstance, FleetInstance.env_sealed, environment.place),
    (FleetRental, FleetRental.agent_token_sealed, renting.token_place),
    (FleetCommand, FleetCommand.args_sealed, commands.place),
)
"""What is added to a table is added here."""


async def reseal(tx: Tx, vault: Vault) -> int:
    """With the newest key, what an older one sealed; how many there were."""
    resealed = 0
    for table, column, place in SEALED:
        rows = await tx.stream_scalars(select(table).where(column.is_not(None), column != "").with_for_update())
        async for row in rows:
            sealed = getattr(row, column.key)
            if not vault.is_newest(sealed):
                setattr(row, column.key, vault.seal(vault.open(sealed, place(row.id)), place(row.id)))
                resealed += 1
    return resealed
