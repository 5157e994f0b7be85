"""What a refresh token seen again means: two tabs at once, or a thief."""

from datetime import datetime, timedelta
from enum import Enum

GRACE = timedelta(seconds=10)


class Verdict(Enum):
    GO_ON = "another caller has just rotated it: go on with the same session"
    ENDED = "its session is over"
    STOLEN = "it was spent before: someone holds a copy, so the whole session ends"


def judge_spent(spent_at: datetime | None, *, alive: bool, now: datetime) -> Verdict:
    """About a token that could not be rotated. Callers' clocks are ours: `spent_at` may lie a little ahead of `now`."""
    if not alive or spent_at is None:
        return Verdict.ENDED
    return Verdict.GO_ON if now - spent_at <= GRACE else Verdict.STOLEN
