"""Instances, accounts and rentals as rows, for tests that begin in the middle of a life."""

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

from dumont.basics import ids
from dumont.fleet.rentals import agent_tokens
from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRental
from dumont.platform.db import Tx


async def an_instance(tx: Tx, now: datetime, **given: Any) -> FleetInstance:
    """Running, and looked at next in an hour."""
    identity = given.pop("id", None) or ids.new(now, Random(uuid4().int))
    values: dict[str, Any] = {
        "owner_id": uuid4(),
        "name": f"box-{identity.hex[-6:]}",
        "state": "running",
        "state_since": now,
        "wish": "running",
        "look_at": now.replace(year=now.year + 1),
        "wanted": {},
        "host_key_sealed": "",
        "host_key_public": "",
        "awake_since": now,
        "created_at": now,
    }
    instance = FleetInstance(id=identity, **{**values, **given})
    tx.add(instance)
    await tx.flush()
    return instance


async def an_account(tx: Tx, now: datetime, **given: Any) -> FleetAccount:
    values: dict[str, Any] = {"provider": "vast", "user_id": uuid4(), "sealed": "", "fingerprint": "", "list_at": now}
    account = FleetAccount(id=uuid4(), created_at=now, **{**values, **given})
    tx.add(account)
    await tx.flush()
    return account


async def a_rental(tx: Tx, instance: FleetInstance, now: datetime, **given: Any) -> tuple[FleetRental, str]:
    """And the token of its agent. A primary one that is ready becomes the instance's."""
    account: UUID = given.pop("account_id", None) or (await an_account(tx, now)).id
    identity, token = ids.new(now, Random(uuid4().int)), agent_tokens.new()
    values: dict[str, Any] = {
        "role": "primary",
        "wanted": "held",
        "stage": "ready",
        "label": f"dumont/test/{identity}",
        "provider": "vast",
        "machine_id": identity.hex[-8:],
        "listed": {"gpu_count": 1},
        "price_hour": Decimal("0.5"),
        "disk_gb": 50,
        "look_at": now.replace(year=now.year + 1),
        "created_at": now,
    }
    owned = {"id": identity, "instance_id": instance.id, "owner_id": instance.owner_id, "account_id": account}
    rental = FleetRental(**owned, agent_token=agent_tokens.digest(token), **{**values, **given})
    tx.add(rental)
    await tx.flush()
    if rental.role == "primary" and rental.stage != "ended":
        instance.primary_rental_id = rental.id
        await tx.flush()
    return rental, token
