"""One page of a long list, and the cursor that says where the next one begins."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from dumont.basics.errors import Invalid

T = TypeVar("T")
LIMIT_DEFAULT, LIMIT_MAX = 50, 200
Key = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_cursor: str | None = None


def cut(found: Sequence[T], limit: int, key: Callable[[T], Key]) -> Page[T]:
    """A page out of `limit + 1` rows: the extra one only tells that there is more."""
    shown = found[:limit]
    return Page(shown, write_cursor(key(shown[-1])) if len(found) > limit else None)


def write_cursor(key: Key) -> str:
    moment, identity = key
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), str(identity)]).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> Key | None:
    if not cursor:
        return None
    try:
        moment, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return _aware(datetime.fromisoformat(moment)), UUID(identity)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Invalid.field(
            "cursor", "is not one that this list gave", hint="Leave it out to start from the beginning."
        ) from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)
