"""The score of a machine: three parts, 0 to 100, weighed by what is known of them.

    score = 0.4 · uptime + 0.4 · (100 - interruption rate) + 0.2 · 100 · average rating / 5

A part of which nothing is known gives its weight to the others in proportion, so without ratings uptime and
interruptions count half each. Nobody is taken for good or bad because nobody has looked.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

UPTIME_WEIGHT, INTERRUPTIONS_WEIGHT, RATING_WEIGHT = 0.4, 0.4, 0.2
WEIGHTS = (UPTIME_WEIGHT, INTERRUPTIONS_WEIGHT, RATING_WEIGHT)
RATING_MIN, RATING_MAX = 1, 5
WINDOW_DAYS = 30
DAYS_MIN = 7
STALE_AFTER = timedelta(hours=24)

ScoreStatus = Literal["scored", "insufficient_data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of one machine over the window; what was never seen is 0 or None, and then says nothing."""

    days: int = 0
    """On which it was observed at all."""
    observed_seconds: float = 0
    uptime_seconds: float = 0
    rentals: int = 0
    """That came to an end, by whoever."""
    interruptions: int = 0
    """Those among them that the machine or its cloud ended."""
    average_rating: float | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What the score is made of, as it is shown; None is not known."""

    uptime_percentage: float | None
    interruption_rate: float | None
    """Of a hundred rentals."""
    average_rating: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """The score is the sum of weight times points."""

    weight: float
    """0 for what is not known: the others have it."""
    points: float | None
    """0 to 100, the more the better."""


def parts_of(totals: Totals) -> Parts:
    seen, rented = totals.observed_seconds, totals.rentals
    return Parts(
        100 * min(1.0, totals.uptime_seconds / seen) if seen > 0 else None,
        100 * min(1.0, totals.interruptions / rented) if rented > 0 else None,
        totals.average_rating,
    )


def score_of(totals: Totals) -> float | None:
    """None for fewer than 7 days of data."""
    return weighed(parts_of(totals)) if totals.days >= DAYS_MIN else None


def weighed(parts: Parts) -> float | None:
    """None where neither uptime nor interruptions are known: stars alone are no measurement."""
    if parts.uptime_percentage is None and parts.interruption_rate is None:
        return None
    return sum(part.weight * part.points for part in breakdown(parts) if part.points is not None)


def breakdown(parts: Parts) -> tuple[Part, Part, Part]:
    points = (
        parts.uptime_percentage,
        None if parts.interruption_rate is None else 100 - parts.interruption_rate,
        None if parts.average_rating is None else 100 * parts.average_rating / RATING_MAX,
    )
    known = sum(weight for weight, each in zip(WEIGHTS, points, strict=True) if each is not None)
    uptime, interruptions, rating = [
        Part(weight / known if each is not None else 0.0, each) for weight, each in zip(WEIGHTS, points, strict=True)
    ]
    return uptime, interruptions, rating


def status_of(score: float | None) -> ScoreStatus:
    return "insufficient_data" if score is None else "scored"


def is_stale(data_until: datetime | None, now: datetime) -> bool:
    """Whether the newest data is older than a day; where there are none, nothing can be out of date."""
    return data_until is not None and now - data_until > STALE_AFTER


def first_day(now: datetime) -> date:
    """The window is the day of `now` and the 29 before it."""
    return now.date() - timedelta(days=WINDOW_DAYS - 1)
