"""Judges a race: who has won, who is too late, and whether to wait on or to start more machines.

Entrants of one round have `round_seconds` from when they were entered. The next round begins when all of those before
are out, or earlier, when waiting has become the worse bet: let a machine fail with probability q, and else boot in a
time T that is log-normal around its expected one. Having waited t, it is dead with q' = q / (q + (1 - q) P(T > t)), and
if not it needs E[T - t | T > t] more. Waiting costs the best of all entrants' hopes, or the rest of the round where all
are dead; new machines cost what the fastest of their kind was expected to take.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import erf, exp, inf, log, prod, sqrt
from typing import Literal
from uuid import UUID

from dumont.fleet.rules.refusals import again_at, is_free
from dumont.fleet.rules.seen import RaceSeen, RentalSeen

BOOT_SECONDS, FAILURE_RATE = 60.0, 0.1
"""Of machines of which nothing is known."""
SPREAD = 0.5
"""Of the logarithm of boot times."""
EARLIEST_SHARE = 0.25
"""No round begins earlier than after this share of the one before."""
NO_ROOM = "The budget of an hour leaves no room for any machine that fits."
ALL_TAKEN = "All machines that fit are taken just now: the race waits for one."
WAITS = frozenset({NO_ROOM, ALL_TAKEN})
"""Why a race waits."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Literal["won", "drop", "round", "lost", "wait"]
    rentals: tuple[UUID, ...] = ()
    """The winner, or those to drop."""
    until: datetime | None = None
    """Of `wait`: when it must be judged again, whatever happens."""


@dataclass(frozen=True, slots=True)
class Hope:
    """What is to be expected of one entrant that has been waited for."""

    waited: float
    boot_seconds: float = BOOT_SECONDS
    failure_rate: float = FAILURE_RATE

    @property
    def dead(self) -> float:
        alive = (1 - self.failure_rate) * _survival(self.waited, self.boot_seconds)
        return self.failure_rate / (self.failure_rate + alive) if self.failure_rate else 0.0

    @property
    def more_seconds(self) -> float:
        """If it is not dead."""
        return _residual(self.waited, self.boot_seconds)


def judge(race: RaceSeen, now: datetime) -> Verdict:
    winner = _winner(race.entrants)
    if winner is not None:
        return Verdict("won", (winner.id,))
    out = tuple(each.id for each in race.entrants if _is_out(race, each, now))
    if out:
        return Verdict("drop", out)
    in_race = [entrant for entrant in race.entrants if not entrant.lost]
    more = race.round < race.rounds_max
    if not in_race:
        return _next(race, now) if more or is_free(race, now) else Verdict("lost")
    ends = min(_deadline(race, each) for each in in_race)
    if more and race.round_began_at is not None:
        early = race.round_began_at + timedelta(seconds=race.round_seconds * EARLIEST_SHARE)
        if now >= early and waiting_is_worse(race, in_race, now):
            return Verdict("round")
        return Verdict("wait", until=min(ends, max(early, now + timedelta(seconds=race.round_seconds / 20))))
    return Verdict("wait", until=ends)


def _next(race: RaceSeen, now: datetime) -> Verdict:
    until = again_at(race, now)
    return Verdict("round") if until is None else Verdict("wait", until=until)


def waiting_is_worse(race: RaceSeen, entrants: Sequence[RentalSeen], now: datetime) -> bool:
    """Only where something was learned of any of them; else the time of the round decides."""
    if not any(race.boots.get(each.id, (None, None))[0] is not None for each in entrants):
        return False
    hopes = [_hope(race, each, now) for each in entrants]
    fresh = min(hope.boot_seconds for hope in hopes)
    left = max((_deadline(race, each) - now).total_seconds() for each in entrants)
    return waiting_seconds(hopes, left) > fresh


def waiting_seconds(hopes: Sequence[Hope], left: float) -> float:
    """What waiting on costs: the best hope, or the rest of the round and a new one where all are dead."""
    all_dead = prod(hope.dead for hope in hopes)
    best = min(hope.more_seconds for hope in hopes)
    fresh = min(hope.boot_seconds for hope in hopes)
    return (1 - all_dead) * min(best, left) + all_dead * (left + fresh)


def winning_seconds(boots: Iterable[tuple[float | None, float | None]]) -> float | None:
    """When the first of these can be expected to be of use: the fastest of those that are likely to come at all."""
    known = [boot or BOOT_SECONDS for boot, failing in boots if (failing or FAILURE_RATE) < 0.5]
    return min(known, default=None)


def expected_cost(entrants: Sequence[tuple[Decimal, float | None, float | None]]) -> Decimal:
    """Of those that lose, in dollars: each is paid until the first comes up. By price an hour, boot time, failures."""
    seconds = winning_seconds((boot, failing) for _, boot, failing in entrants) or BOOT_SECONDS
    if not entrants:
        return Decimal(0)
    total = sum((price for price, _, _ in entrants), Decimal(0))
    paid = total * (len(entrants) - 1) / len(entrants)
    return (paid * Decimal(str(seconds)) / 3600).quantize(Decimal("0.000001"))


def _winner(entrants: Sequence[RentalSeen]) -> RentalSeen | None:
    ready = [each for each in entrants if each.of_use and each.ready_at is not None]
    return min(ready, key=lambda each: (each.ready_at, each.id), default=None)


def _is_out(race: RaceSeen, entrant: RentalSeen, now: datetime) -> bool:
    """Too slow, or taken away; those that are given up already are no longer a matter of the race."""
    if entrant.wanted == "gone" or entrant.stage in ("ending", "ended"):
        return False
    return entrant.lost or _deadline(race, entrant) <= now


def _deadline(race: RaceSeen, entrant: RentalSeen) -> datetime:
    return entrant.created_at + timedelta(seconds=race.round_seconds)


def _hope(race: RaceSeen, entrant: RentalSeen, now: datetime) -> Hope:
    boot, failing = race.boots.get(entrant.id, (None, None))
    waited = max(0.0, (now - entrant.created_at).total_seconds())
    return Hope(waited, boot or BOOT_SECONDS, FAILURE_RATE if failing is None else failing)


def _survival(waited: float, median: float) -> float:
    return 1.0 if waited <= 0 else _normal((log(median) - log(waited)) / SPREAD)


def _residual(waited: float, median: float) -> float:
    """E[T - t | T > t] of a log-normal T."""
    if waited <= 0:
        return median * exp(SPREAD**2 / 2)
    standing = _survival(waited, median)
    if standing < 1e-12:
        return inf
    beyond = _normal((log(median) + SPREAD**2 - log(waited)) / SPREAD)
    return max(0.0, median * exp(SPREAD**2 / 2) * beyond / standing - waited)


def _normal(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2
