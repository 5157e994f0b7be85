"""Figures of rentals, for Prometheus."""

from prometheus_client import Counter

from dumont.fleet.store.accounts import Outcome

LISTS = Counter("dumont_fleet_lists_total", "Lists of an account's machines.", ("provider", "outcome"))
ORPHANS = Counter("dumont_fleet_orphans_total", "Machines of ours that belonged to no rental.", ("provider",))
CREATES = Counter("dumont_fleet_creates_total", "Create calls, by what became of them.", ("provider", "outcome"))


def listed(provider: str, outcome: Outcome) -> None:
    LISTS.labels(provider, outcome.error_code or ("whole" if outcome.complete else "half")).inc()
