"""What sleeping has really saved: the machine that was given up, less what was paid in its place.

    saved = hours asleep · price of the machine given up - storage of the snapshot - losers of the race that woke it

All within a window, second by second; the race is counted at the moment of waking. A sleep may have cost more than it
saved, and is then told as a loss. Whoever waits for a machine does not sleep, and saves nothing: that is in no sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

SECONDS_AN_HOUR = Decimal(3600)
HOURS_A_MONTH = Decimal(730)
GB = Decimal(10**9)
MICRO = Decimal("0.000001")
NOTHING = Decimal(0)
DAY = timedelta(days=1)
WAITS = "waits"
"""Why one is without a machine that is meant to run."""


@dataclass(frozen=True, slots=True)
class Window:
    since: datetime
    until: datetime

    def seconds_of(self, since: datetime, until: datetime) -> Decimal:
        """How much of a span lies in it."""
        span = min(until, self.until) - max(since, self.since)
        return max(NOTHING, Decimal(span // timedelta(microseconds=1)) / 1_000_000)

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until

    def days(self) -> Iterator["Window"]:
        begin = self.since
        while begin < self.until:
            midnight = datetime.combine(begin.astimezone(UTC).date(), datetime.min.time(), UTC) + DAY
            yield Window(begin, min(midnight, self.until))
            begin = midnight


@dataclass(frozen=True, slots=True)
class Gpus:
    """Those of a machine: what the like of it has, too."""

    name: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """A row of `fleet_hibernations`, with what the losers of its race have cost."""

    id: UUID
    instance_id: UUID
    rental_id: UUID
    snapshot_id: UUID | None
    race_id: UUID | None
    why: str
    slept_at: datetime
    ended_at: datetime | None
    price_hour: Decimal
    snapshot_bytes: int | None
    storage_price_gb_month: Decimal
    race_cost: Decimal
    gpus: Gpus = Gpus(None, 0)
    """Of the machine that was given up."""
    on_demand_hour: Decimal | None = None
    """At a large cloud, as of when it began."""
    on_demand_of: str | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Sums; exact, and rounded only where they are shown."""

    seconds: Decimal = NOTHING
    given_up: Decimal = NOTHING
    storage: Decimal = NOTHING
    race: Decimal = NOTHING

    @property
    def saved(self) -> Decimal:
        return self.given_up - self.storage - self.race

    @property
    def hours(self) -> Decimal:
        return self.seconds / SECONDS_AN_HOUR

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(
            self.seconds + other.seconds,
            self.given_up + other.given_up,
            self.storage + other.storage,
            self.race + other.race,
        )


@dataclass(frozen=True, slots=True)
class Report:
    total: Saved
    by_instance: Mapping[UUID, Saved] = field(default_factory=dict)
    by_day: Mapping[date, Saved] = field(default_factory=dict)
    by_sleep: Mapping[UUID, Saved] = field(default_factory=dict)


def report(sleeps: Iterable[Sleep], window: Window, now: datetime) -> Report:
    by_instance: dict[UUID, Saved] = {}
    by_sleep: dict[UUID, Saved] = {}
    by_day = {day.since.astimezone(UTC).date(): Saved() for day in window.days()}
    for sleep in sleeps:
        by_sleep[sleep.id] = Saved()
        if sleep.why == WAITS:
            continue
        for day in window.days():
            part = of_one(sleep, day, now)
            by_sleep[sleep.id] += part
            by_day[day.since.astimezone(UTC).date()] += part
        by_instance[sleep.instance_id] = by_instance.get(sleep.instance_id, Saved()) + by_sleep[sleep.id]
    return Report(sum(by_sleep.values(), Saved()), by_instance, by_day, by_sleep)


def of_one(sleep: Sleep, window: Window, now: datetime) -> Saved:
    seconds = window.seconds_of(sleep.slept_at, sleep.ended_at or now)
    hours = seconds / SECONDS_AN_HOUR
    stored = Decimal(sleep.snapshot_bytes or 0) / GB
    return Saved(
        seconds=seconds,
        given_up=sleep.price_hour * hours,
        storage=stored * sleep.storage_price_gb_month * hours / HOURS_A_MONTH,
        race=sleep.race_cost if window.holds(sleep.ended_at) else NOTHING,
    )


def money(amount: Decimal) -> Decimal:
    """As it is shown: to the micro-dollar, and nothing without a sign."""
    return amount.quantize(MICRO, ROUND_HALF_EVEN) + 0
