"""How good a machine is, by the share of attempts that succeeded."""

from typing import Literal, get_args

from dumont.reliability.rules.limits import Limits

Status = Literal["excellent", "good", "fair", "poor", "blacklisted", "unknown"]
STATUSES: tuple[Status, ...] = get_args(Status)


def success_rate(succeeded: int, total: int) -> float | None:
    """0 to 1; None where nothing was tried."""
    return succeeded / total if total else None


def status_of(succeeded: int, total: int, limits: Limits, *, blocked: bool = False) -> Status:
    """`blocked` is an active entry of the blacklist, which outdoes whatever the attempts say.

    Without an entry, `blacklisted` is only a word for a very low rate: once its entry has run out or was lifted, such
    a machine may be tried again, and the next failure blocks it anew.
    """
    if blocked:
        return "blacklisted"
    rate = success_rate(succeeded, total)
    if rate is None or total < limits.attempts_min:
        return "unknown"
    for status, least in _ladder(limits):
        if rate >= least:
            return status
    return "blacklisted"


def _ladder(limits: Limits) -> tuple[tuple[Status, float], ...]:
    return (
        ("excellent", limits.excellent_rate),
        ("good", limits.good_rate),
        ("fair", limits.fair_rate),
        ("poor", limits.poor_rate),
    )
