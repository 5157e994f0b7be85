"""Answers about the whole market, worked out once for all who ask until a sync changes it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

from cashews import Cache

from dumont.market.following import View

T = TypeVar("T")
TTL = "60s"


async def remembered(cache: Cache, key: str, make: Callable[[], T]) -> T:
    """Made in a thread, and by one of all that want it at once; values are JSON, for the cache may be another's."""

    @cache(ttl=TTL, key=key, lock=True)
    async def made() -> T:
        return await asyncio.to_thread(make)

    answer: T = await made()
    return answer


def key_of(what: str, view: View, now: datetime, *asked: Any) -> str:
    """The same for the same question to the same offers: revisions are in it, which clouds are too old to count, and
    how many machines are blocked, for time alone lets them in again."""
    stale = sorted(view.shelf.stale(now, view.stale_seconds))
    text = repr((view.version, stale, view.shelf.blocked(now), asked))
    return f"market:{what}:{blake2b(text.encode(), digest_size=16).hexdigest()}"
