"""Where interruptible machines of some models were to be had lately, hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dumont.market.store import spots as store
from dumont.platform.db import Tx


@dataclass(slots=True)
class SpotPast:
    """Of one region of a cloud. Hours in which nobody looked are in neither."""

    provider: str
    region: str | None
    hours: list[tuple[datetime, bool]] = field(default_factory=list)
    """The oldest first: whether any was on offer when the hour began."""


async def past_of(tx: Tx, models: Sequence[str], since: datetime) -> list[SpotPast]:
    """Of all places in which one of these was on offer since then."""
    found: dict[tuple[str, str], SpotPast] = {}
    for provider, region, hour, sold in await store.hours_of(tx, models, since):
        past = found.setdefault((provider, region), SpotPast(provider, region or None))
        past.hours.append((hour, sold))
    return list(found.values())
