"""How long a cloud is left alone after its answer, or for want of one."""

LONGEST_SECONDS = 600.0
AFTER_REFUSAL_SECONDS = 600.0
"""A key that is refused will be refused again, and some clouds lock out whoever insists."""


def after_failure(interval: float, failures: int, *, chance: float, retry_seconds: float = 0) -> float:
    """Doubles with each failure in a row; `chance` (0 to 1) spreads it; never sooner than the cloud has asked for."""
    growing = min(LONGEST_SECONDS, interval * 2.0 ** min(failures - 1, 20))
    return max(growing * (1 + chance / 4), retry_seconds)
