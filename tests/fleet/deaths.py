"""Kills a process at the K-th boundary of its work: after each commit and after each call of a cloud.

Before the next one nothing has changed that anybody could see, so a death there is the same death.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.fleet.means import Means
from dumont.platform.db import Db
from dumont.providers.opening import Clouds

WROTE = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
"""A transaction that wrote nothing is no boundary: nothing outside is different after it."""
CALLS = frozenset({"create", "machines", "machine", "start", "stop", "destroy", "extend"})


class Killed(BaseException):
    """Nothing of the process runs on: whatever it still tries is killed as well."""


class Deaths:
    """`at` 0 never kills, and counts."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.points: list[str] = []
        self.dead = False

    def point(self, name: str) -> None:
        self.alive()
        self.points.append(name)
        if len(self.points) == self.at:
            self.dead = True
            raise Killed(name)

    def alive(self) -> None:
        if self.dead:
            raise Killed

    def wrap(self, means: Means) -> Means:
        db, clouds = _MortalDb(means.db, self), _MortalClouds(means.clouds, self)
        return replace(means, db=cast(Db, db), clouds=cast(Clouds, clouds))


class _MortalDb:
    def __init__(self, db: Db, deaths: Deaths) -> None:
        self._db, self._deaths = db, deaths

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        self._deaths.alive()
        async with self._db.begin() as tx:
            yield tx
            wrote = (await tx.execute(WROTE)).scalar_one()
            self._deaths.alive()
        if wrote:
            self._deaths.point("a commit")

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncSession]:
        self._deaths.alive()
        async with self._db.looking() as tx:
            yield tx


class _MortalClouds:
    def __init__(self, clouds: Clouds, deaths: Deaths) -> None:
        self._clouds, self._deaths = clouds, deaths

    def open(self, name: str, credentials: Mapping[str, str]) -> Any:
        opened = self._clouds.open(name, credentials)
        return replace(opened, adapter=cast(Any, _MortalAdapter(opened.adapter, self._deaths)))


class _MortalAdapter:
    def __init__(self, adapter: Any, deaths: Deaths) -> None:
        self._adapter, self._deaths = adapter, deaths

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._adapter, name)
        if name not in CALLS:
            return call

        async def called(*given: Any) -> Any:
            self._deaths.alive()
            answer = await call(*given)
            self._deaths.point(name)
            return answer

        return called
