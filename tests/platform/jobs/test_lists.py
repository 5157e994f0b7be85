"""Looking at jobs: pages, filters, one by one."""

from typing import Any
from uuid import uuid4

import pytest

from dumont.basics.errors import Invalid, NotFound
from dumont.platform.jobs import Job, Registry, Run, Which
from tests.platform.jobs.conftest import System


async def nothing(run: Run, args: Any) -> None: ...


async def refuse(run: Run, args: Any) -> None:
    raise Invalid("Never.")


class TestPage:
    async def test_goes_from_the_newest_to_the_oldest_and_misses_none(self, system: System) -> None:
        system.declare(Job("test.nothing", nothing))
        ids = [await system.enqueue("test.nothing") for _ in range(7)]
        seen, after = [], None
        async with system.db.begin() as tx:
            while rows := await system.jobs.page(tx, after=after, limit=3):
                seen += [row.id for row in rows]
                after = seen[-1]
        assert sorted(seen) == sorted(ids)
        assert seen == sorted(seen, reverse=True)

    async def test_shows_only_what_was_asked_for(self, system: System) -> None:
        system.declare(Job("test.nothing", nothing), Job("test.refuse", refuse))
        done = await system.enqueue("test.nothing", key="k")
        failed = await system.enqueue("test.refuse")
        async with system.working():
            await system.until(done, "succeeded")
            await system.until(failed, "failed")
        async with system.db.begin() as tx:
            for which, expected in (
                (Which(state="failed"), [failed]),
                (Which(name="test.nothing"), [done]),
                (Which(key="k"), [done]),
                (Which(state="failed", name="test.nothing"), []),
            ):
                assert [row.id for row in await system.jobs.page(tx, which)] == expected

    async def test_of_one_job_that_is_not_there_is_an_error(self, system: System) -> None:
        system.declare()
        with pytest.raises(NotFound):
            await system.get(uuid4())


class TestRegistry:
    def test_refuses_two_jobs_of_one_name(self) -> None:
        with pytest.raises(ValueError, match=r"test\.nothing"):
            Registry([Job("test.nothing", nothing), Job("test.nothing", refuse)])
