"""Remembers machines with their scores for an hour, and forgets at once what has changed.

A cache alone would show an old score for an hour after a rating. So whoever reads asks the database once a second which
machines were written since, and drops those; with the database away what is remembered is still good to show, if one
says so.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from cashews import Cache

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db
from dumont.reliability.metrics import REMEMBERED
from dumont.reliability.store import changes

TTL = "1h"
LOOK_EVERY_SECONDS = 1.0
PREFIX = "reliability:score:"


class ScoreMemory:
    """Of one process; the cache behind it may be shared."""

    def __init__(self, cache: Cache, db: Db) -> None:
        self._cache = cache
        self._db = db
        self._known_to: int | None = None
        self._looked = -LOOK_EVERY_SECONDS
        self.up_to_date = False
        """False where the database did not say what has changed."""

    async def of(self, machine: MachineKey, read: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """`read` is asked where nothing is remembered; its answer is JSON, for the cache may be another's."""
        await self._forget_changed()
        key = f"{PREFIX}{machine}"
        known: dict[str, Any] | None = await self._cache.get(key)
        REMEMBERED.labels("miss" if known is None else "hit").inc()
        if known is not None:
            return known
        found = await read()
        await self._cache.set(key, found, expire=TTL)
        return found

    async def forget(self, machine: MachineKey) -> None:
        """For whoever has changed it and wants to see that."""
        await self._cache.delete(f"{PREFIX}{machine}")

    async def _forget_changed(self) -> None:
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            known_to, changed = await self._changed()
        except changes.AWAY:
            self.up_to_date = False
            return
        if changed is None:
            await self._cache.delete_match(f"{PREFIX}*")
        elif changed:
            await self._cache.delete_many(*[f"{PREFIX}{machine}" for machine in changed])
        self._known_to, self.up_to_date = known_to, True

    async def _changed(self) -> tuple[int, list[MachineKey] | None]:
        """None is "nobody knows", at the start or when there are too many to name."""
        async with self._db.looking() as tx:
            known_to, anything = await changes.horizon(tx, self._known_to or 0)
            if self._known_to is None or known_to < self._known_to:
                return known_to, None
            return known_to, await changes.named(tx, self._known_to) if anything else []
