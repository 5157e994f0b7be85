"""Why one might think twice about a machine, in sentences: what it did here, what its cloud says, how it boots."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

SHAKY = ("fair", "poor")
CLAIMED_LEAST = 0.9
"""Below this share of its time, as the cloud itself says, a machine is worth a word."""


def doubts(
    offer: Mapping[str, Any],
    *,
    spot: bool,
    notice_seconds: int | None,
    slow_boot: float | None,
    round_seconds: float,
    least: Decimal | None = None,
) -> list[str]:
    """`least` is what is paid for it in any case."""
    of_race = _of_the_race(spot, notice_seconds, slow_boot, round_seconds)
    return [*_of_its_past(offer), *_of_its_cloud(offer), *of_race, *_of_its_price(least)]


def _of_its_past(offer: Mapping[str, Any]) -> Iterator[str]:
    if offer["reliability_status"] not in SHAKY:
        return
    tried, share = offer["total_attempts"], offer["success_rate"]
    if tried and share is not None and share < 100:
        yield f"Of {tried} attempts with it {share:.0f}% succeeded."
    elif offer["reliability_score"] is not None:
        yield f"It scores {offer['reliability_score']:.0f} of 100 by what it did here."


def _of_its_cloud(offer: Mapping[str, Any]) -> Iterator[str]:
    claimed = offer["provider_reliability"]
    if claimed is not None and claimed < CLAIMED_LEAST:
        yield f"Its cloud says that it works {claimed:.0%} of the time."
    if offer["stale"]:
        yield "Its cloud has not been heard of for long: it may be gone."


def _of_its_price(least: Decimal | None) -> Iterator[str]:
    if least:
        yield f"Its cloud sells hours ahead: at least ${least:.2f} is paid for it, also if it loses the race."


def _of_the_race(
    spot: bool, notice_seconds: int | None, slow_boot: float | None, round_seconds: float
) -> Iterator[str]:
    if slow_boot is not None and slow_boot > round_seconds:
        yield f"One boot in twenty takes {slow_boot:.0f} s, longer than the {round_seconds:.0f} s of a round."
    if spot:
        notice = "without notice" if notice_seconds is None else f"with {notice_seconds} s of notice"
        yield f"It may be taken away {notice}."
