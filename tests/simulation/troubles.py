"""What befalls a turn beside its death: the database restarts, and others act between any two of its steps."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.fleet.means import Means
from dumont.platform.db import Db
from dumont.providers.opening import Clouds
from tests.fleet.deaths import CALLS

MINE = text("SELECT pg_terminate_backend(pg_backend_pid())")
OTHERS = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")


class BreakingDb:
    """Its server closes the connection just before one of the commits; all connections, when it restarts."""

    def __init__(self, db: Db, at: int, *, restarts: bool) -> None:
        self._db, self._left, self.restarts = db, at, restarts

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self._db.begin() as tx:
            yield tx
            self._left -= 1
            if self._left == 0:
                if self.restarts:
                    await tx.execute(OTHERS)
                await tx.execute(MINE)

    def looking(self) -> Any:
        return self._db.looking()


class Meanwhile:
    """Others act once, at the K-th boundary of a turn: after a commit, before a call of a cloud, or after it.

    Not while the turn has a transaction open: then others would wait for it, and it for them.
    """

    def __init__(self, at: int, act: Callable[[], Awaitable[None]]) -> None:
        self._left, self._act = at, act
        self.open = 0

    async def point(self) -> None:
        if self.open:
            return
        self._left -= 1
        if self._left == 0:
            await self._act()

    def wrap(self, means: Means) -> Means:
        db, clouds = _SharedDb(means.db, self), _SharedClouds(means.clouds, self)
        return replace(means, db=cast(Db, db), clouds=cast(Clouds, clouds))


class _SharedDb:
    def __init__(self, db: Db, meanwhile: Meanwhile) -> None:
        self._db, self._meanwhile = db, meanwhile

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        self._meanwhile.open += 1
        try:
            async with self._db.begin() as tx:
                yield tx
        finally:
            self._meanwhile.open -= 1
        await self._meanwhile.point()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncSession]:
        async with self._db.looking() as tx:
            yield tx
        await self._meanwhile.point()


class _SharedClouds:
    def __init__(self, clouds: Clouds, meanwhile: Meanwhile) -> None:
        self._clouds, self._meanwhile = clouds, meanwhile

    def open(self, name: str, credentials: Mapping[str, str]) -> Any:
        opened = self._clouds.open(name, credentials)
        return replace(opened, adapter=cast(Any, _SharedAdapter(opened.adapter, self._meanwhile)))


class _SharedAdapter:
    def __init__(self, adapter: Any, meanwhile: Meanwhile) -> None:
        self._adapter, self._meanwhile = adapter, meanwhile

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._adapter, name)
        if name not in CALLS:
            return call

        async def called(*given: Any) -> Any:
            await self._meanwhile.point()
            answer = await call(*given)
            await self._meanwhile.point()
            return answer

        return called
