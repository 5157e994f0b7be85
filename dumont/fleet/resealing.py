"""Seals anew what the fleet keeps sealed: credentials of accounts, host keys, environments, tokens, commands."""

from collections.abc import Callable, Mapping
from typing import Any

from dumont.fleet.agents import commands
from dumont.fleet.instances import environment, host_keys
from dumont.fleet.rentals import accounts, renting
from dumont.fleet.store import sealed
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault

PLACES: Mapping[str, Callable[[Any], str]] = {
    "account": accounts.place,
    "host_key": host_keys.place,
    "env": environment.place,
    "agent_token": renting.token_place,
    "args": commands.place,
}


async def reseal(tx: Tx, vault: Vault) -> int:
    """With the newest key, what an older one sealed; how many there were."""
    resealed = 0
    for what, column in sealed.COLUMNS.items():
        async for row in sealed.rows(tx, column):
            text, place = getattr(row, column.key), PLACES[what](row.id)
            if not vault.is_newest(text):
                setattr(row, column.key, vault.seal(vault.open(text, place), place))
                resealed += 1
    return resealed
