"""Offers as rentals keep them: written to a row as they were taken, and read back to order by."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from dumont.providers.port import Kind, Listed

PRICES = ("price_hour", "spot_price_hour", "storage_price_gb_month", "egress_price_gb")


def written(listed: Listed) -> dict[str, Any]:
    """As JSON; prices as text, which loses nothing."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(listed).items()}


def read(row: Mapping[str, Any]) -> Listed:
    prices = {name: None if row.get(name) is None else Decimal(row[name]) for name in PRICES}
    return Listed(**{**row, **prices})


def price_of(listed: Listed, *, spot: bool) -> Decimal | None:
    return listed.spot_price_hour if spot else listed.price_hour


def claim_key(kind: Kind, listed: Listed) -> str | None:
    """What only one rental of ours may have at a time: an offer that is one physical thing. None where any number of
    machines are rented under one offer. This computer, a cloud without keys, has each of its places once."""
    once = kind.can.physical_machines or not kind.credentials
    return f"{kind.name}:{listed.provider_offer_id}" if once else None
