"""Figures of what instances went through, for Prometheus: told once, when the transaction that says so stands."""

from functools import partial

from prometheus_client import Counter, Histogram

from dumont.platform.db import Tx, when_committed

OPERATION_SECONDS = Histogram(
    "dumont_fleet_operation_seconds",
    "From an operation's being asked for until it ended, by what became of it.",
    ("kind", "outcome"),
    buckets=(1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400),
)
RACES = Counter("dumont_fleet_races_total", "Races that are over, by what became of them.", ("outcome",))
INTERRUPTIONS = Counter(
    "dumont_fleet_interruptions_total", "Machines that instances lost and nobody had them leave.", ("provider",)
)


def operation_ended(tx: Tx, kind: str, outcome: str, seconds: float) -> None:
    when_committed(tx, partial(OPERATION_SECONDS.labels(kind, outcome).observe, max(0.0, seconds)))


def race_over(tx: Tx, outcome: str) -> None:
    when_committed(tx, RACES.labels(outcome).inc)


def interrupted(tx: Tx, provider: str) -> None:
    when_committed(tx, INTERRUPTIONS.labels(provider).inc)
