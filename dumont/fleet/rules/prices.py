"""What a launch is expected to cost: the race before it, and the machine after, awake or asleep part of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dumont.fleet.rules import race

BUSY_HOURS = 8.0
"""A day, where nothing is known of how much somebody works."""
SNAPSHOT_GB = Decimal(10)
DAYS, HOURS = Decimal(730) / 24, Decimal(730)
"""Of a month."""
PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Entrant:
    price_hour: Decimal
    """Of the machine, without its disk: that is what a cloud counts while it boots."""
    disk_hour: Decimal = Decimal(0)
    boot_seconds: float | None = None
    failure_rate: float | None = None
    p95_seconds: float | None = None
    least: Decimal = Decimal(0)
    """What is paid for it in any case, as its cloud sells hours ahead."""

    @property
    def hour(self) -> Decimal:
        return self.price_hour + self.disk_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceCost:
    expected: Decimal
    at_most: Decimal
    expected_seconds: float | None
    p95_seconds: float | None
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    hour: Decimal
    hour_min: Decimal
    hour_max: Decimal
    day: Decimal
    day_hibernating: Decimal
    busy_hours: float
    month: Decimal
    month_hibernating: Decimal


def race_cost(entrants: Sequence[Entrant], machines: int, round_seconds: float) -> RaceCost | None:
    """`entrants` are those of all rounds in their order, `machines` how many start at once."""
    first = entrants[:machines]
    if not first:
        return None
    boots = [(each.boot_seconds, each.failure_rate) for each in first]
    known = [each.boot_seconds for each in first if each.boot_seconds is not None]
    seconds = race.winning_seconds(boots) or race.BOOT_SECONDS
    p95 = [each.p95_seconds for each in first if each.p95_seconds is not None]
    at_most = sum((max(_cost(each, round_seconds), each.least) for each in entrants), Decimal(0))
    by_time = race.expected_cost([(each.price_hour, *boot) for each, boot in zip(first, boots, strict=True)])
    return RaceCost(
        expected=(by_time + _ahead(first, seconds)).quantize(PLACES),
        at_most=at_most.quantize(PLACES),
        expected_seconds=round(seconds, 1) if known else None,
        p95_seconds=min(p95, default=None),
        how=_how(len(first), seconds, learned=bool(known), ahead=any(each.least for each in first)),
    )


def _cost(entrant: Entrant, seconds: float) -> Decimal:
    return entrant.price_hour * Decimal(str(seconds)) / 3600


def _ahead(entrants: Sequence[Entrant], seconds: float) -> Decimal:
    """What those that lose have paid beyond the time in which they race; any of them may be the winner."""
    beyond = sum((max(each.least - _cost(each, seconds), Decimal(0)) for each in entrants), Decimal(0))
    return beyond * (len(entrants) - 1) / len(entrants)


def prices(entrants: Sequence[Entrant], storage_gb_month: Decimal, snapshot_gb: Decimal | None) -> Prices | None:
    """The first is the one that is most likely to win."""
    if not entrants:
        return None
    hours = [each.hour for each in entrants]
    hour, busy = hours[0], Decimal(str(BUSY_HOURS))
    storage_day = storage_gb_month * (SNAPSHOT_GB if snapshot_gb is None else snapshot_gb) / DAYS
    asleep = hour * busy + storage_day
    return Prices(
        hour=hour,
        hour_min=min(hours),
        hour_max=max(hours),
        day=hour * 24,
        day_hibernating=asleep,
        busy_hours=BUSY_HOURS,
        month=hour * HOURS,
        month_hibernating=asleep * DAYS,
    )


def _how(machines: int, seconds: float, *, learned: bool, ahead: bool) -> str:
    if machines == 1:
        return "One machine alone races: nobody loses."
    source = "as the fastest of them has booted before" if learned else "assumed, as none of them is known yet"
    losers = machines - 1
    return (
        f"{losers} loser{'' if losers == 1 else 's'}, each at the mean price of all for the {seconds:.0f} s until the "
        f"first is ready ({source}). Clouds that charge nothing while a machine boots make it less."
        + (" Of those that sell hours ahead, the first one is lost." if ahead else "")
    )
