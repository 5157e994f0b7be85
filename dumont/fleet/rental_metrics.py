"""Figures of rentals, for Prometheus."""

from prometheus_client import Counter

from dumont.fleet.store.accounts import Outcome

LISTS = Counter("dumont_fleet_lists_total", "Lists of an account's machines.", ("provider", "outcome"))
ORPHANS = Counter("dumont_fleet_orphans_total", "Machines of ours that belonged to no rental.", ("provider",))
CALLS = Counter(
    "dumont_fleet_calls_total", "Calls that make, end, stop or start a machine.", ("provider", "call", "outcome")
)


def listed(provider: str, outcome: Outcome) -> None:
    said = outcome.error_code or ("whole" if outcome.complete else "half")
    LISTS.labels(provider, said).inc()
