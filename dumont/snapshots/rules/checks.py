"""When a repository is checked without being asked, and how much of its bytes is read then."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

FIRST_AFTER = timedelta(days=1)
AGAIN_AFTER = timedelta(days=7)
READ_AFTER = timedelta(days=28)
TRIED_AGAIN_AFTER = timedelta(days=1)
"""Where the store was away, say, or a worker died once too often."""
PARTS = 12
"""Of all packs; each time bytes are read it is the next one's turn."""
AT_ONCE_MIN, ROUNDS = 4, 24
"""However many are due, they are spread over so many rounds of the job."""


class How(NamedTuple):
    read_data: bool = False
    part: int | None = None
    """Of these packs alone."""


class Known(NamedTuple):
    """Of a repository."""

    made_at: datetime
    result: Mapping[str, Any] | None
    read_at: datetime | None
    read_part: int | None


def how(known: Known, now: datetime) -> How:
    """What was found by reading is only found again by reading the same: names and sizes don't show that it is well."""
    last = known.result
    if last is not None and _found_by_reading(last):
        return How(True, None if last.get("read_data") else last.get("part"))
    if now - (known.read_at or known.made_at) < READ_AFTER:
        return How()
    return How(True, 0 if known.read_part is None else (known.read_part + 1) % PARTS)


def due_after(result: Mapping[str, Any]) -> timedelta:
    """To read again what is damaged costs, and its owner has been told."""
    return READ_AFTER if _found_by_reading(result) else AGAIN_AFTER


def at_once(due: int) -> int:
    return max(AT_ONCE_MIN, -(-due // ROUNDS))


def _found_by_reading(result: Mapping[str, Any]) -> bool:
    return not result["ok"] and (bool(result["read_data"]) or result.get("part") is not None)
