"""Figures of rentals, for Prometheus."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from prometheus_client import Counter, Gauge

from dumont.fleet.store.accounts import Outcome
from dumont.fleet.store.costing import Held
from dumont.platform.db import Tx, when_committed

LISTS = Counter("dumont_fleet_lists_total", "Lists of an account's machines.", ("provider", "outcome"))
ORPHANS = Counter("dumont_fleet_orphans_total", "Machines of ours that belonged to no rental.", ("provider",))
CREATES = Counter("dumont_fleet_creates_total", "Create calls, by what became of them.", ("provider", "outcome"))
LOSERS_DOLLARS = Counter(
    "dumont_fleet_race_losers_dollars_total", "What machines have cost that raced and were not kept.", ("provider",)
)
RENTALS = Gauge("dumont_fleet_rentals", "Rentals whose machines are not known to be gone.", ("provider", "stage"))
HOUR_DOLLARS = Gauge("dumont_fleet_hour_dollars", "What all machines cost an hour as they are now.", ("provider",))


def listed(provider: str, outcome: Outcome) -> None:
    LISTS.labels(provider, outcome.error_code or ("whole" if outcome.complete else "half")).inc()


def lost_a_race(tx: Tx, provider: str, dollars: Decimal) -> None:
    when_committed(tx, partial(LOSERS_DOLLARS.labels(provider).inc, float(max(dollars, Decimal(0)))))


class HeldNow:
    """What this process has said of it before, so that what is no more is nothing instead of as it was."""

    def __init__(self) -> None:
        self._rentals: set[tuple[str, str]] = set()
        self._hours: set[str] = set()

    def tell(self, found: Sequence[Held]) -> None:
        rentals: dict[tuple[str, str], int] = {(each.provider, each.stage): each.rentals for each in found}
        hours: dict[str, Decimal] = {}
        for each in found:
            hours[each.provider] = hours.get(each.provider, Decimal(0)) + each.hour
        self._rentals |= rentals.keys()
        self._hours |= hours.keys()
        for provider, stage in self._rentals:
            RENTALS.labels(provider, stage).set(rentals.get((provider, stage), 0))
        for provider in self._hours:
            HOUR_DOLLARS.labels(provider).set(float(hours.get(provider, 0)))


HELD = HeldNow()
