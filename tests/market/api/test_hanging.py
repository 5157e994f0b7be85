"""The real database hangs, or the real Redis is killed, while people search: answers go on, honest about their age."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from dumont.basics.machine_key import MachineKey
from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.main.wiring import assemble
from dumont.market.following import Market
from dumont.market.means import Means
from dumont.market.sync import sync
from dumont.platform.db import Db
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, Settings
from dumont.platform.work import SYSTEM, Work
from tests.build.accounts import Person
from tests.build.market import catalogue, many
from tests.build.offers import Stall, row
from tests.build.reliability import tried
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind
from tests.fakes.glance import GlanceInSession
from tests.fakes.proxy import Proxy
from tests.redis_server import REDIS, redis_process

AT_ONCE = 20
PATIENCE = 60.0
SHORT = 0.2
"""What hangs never answers, so that no limit is too short; it holds only while it hangs."""


async def until(holds: Callable[[], bool], meanwhile: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        await meanwhile()


@pytest.fixture
async def proxy(fresh_database_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(fresh_database_url).open() as proxy:
        yield proxy


async def asked_by_many(client: httpx.AsyncClient, path: str, *headers: dict[str, str]) -> list[Any]:
    asked = [client.get(path, headers=headers[number % len(headers)]) for number in range(AT_ONCE)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def client_of(parts: Parts, settings: Settings) -> httpx.AsyncClient:
    app = enveloped(make_app(contexts(), parts), settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1", timeout=PATIENCE)


class TestDatabase:
    @pytest.fixture
    async def glance(self, proxy: Proxy, settings: Settings) -> AsyncIterator[GlancePool]:
        glance = GlancePool(proxy.url, settings, name="tests")
        yield glance
        await glance.close()

    @pytest.fixture
    async def parts(
        self, proxy: Proxy, glance: GlancePool, loaded: Loaded, clock: FakeClock, means: Means, clouds: FakeClouds
    ) -> AsyncIterator[Parts]:
        """With three offers of one cloud, one of which has a past."""
        engine = make_engine(proxy.url, loaded.settings, name="tests")
        db = make_db(engine)
        parts = assemble(loaded, proxy.url, contexts(), db=db, glance=glance, clock=clock)
        clouds.answers["vast"] = catalogue(many(3))
        await sync(replace(means, db=db), kind("vast"), early=True)
        await self._try_one(db, means)
        market = parts.get(Market)
        await market.start()
        yield parts
        await market.stop()
        await engine.dispose()

    async def _try_one(self, db: Db, means: Means) -> None:
        async def publish(_event: object) -> None:
            return

        async with db.begin() as tx:
            work = Work(tx, means.clock.now(), means.random, SYSTEM, publish, means.settings)
            await tried(work, ["ok", "ok", "ok"], MachineKey("vast", "m1"))

    async def test_that_hangs_leaves_searches_their_copy_and_its_age(
        self, parts: Parts, glance: GlancePool, proxy: Proxy, settings: Settings, clock: FakeClock
    ) -> None:
        market = parts.get(Market)
        async with client_of(parts, settings) as client:
            ada = await Person.joins(client, "ada@example.com")
            who: tuple[dict[str, str], ...] = ({}, {"authorization": f"Bearer {ada.access_token}"})
            before = await ada.gets("/gpus/search")
            assert (before["total"], before["reliability"]["available"]) == (3, True)

            usual = glance._answer_seconds, market._answer_seconds
            glance._answer_seconds = market._answer_seconds = SHORT
            proxy.hang()
            clock.advance(seconds=60)
            during: list[Any] = []

            async def search() -> None:
                during.extend(await asked_by_many(client, "/gpus/search", *who))

            await until(lambda: market.newest.note is not None, search)
            await search()
            assert {answer["total"] for answer in during} == {3}
            last = during[-1]
            assert last["reliability"]["available"] is False
            assert {offer["age_seconds"] for offer in last["items"]} == {60.0}
            assert self._tried_offer(last)["success_rate"] == self._tried_offer(before)["success_rate"] == 100

            glance._answer_seconds, market._answer_seconds = usual
            proxy.go_on()

            async def look() -> None:
                clock.advance(seconds=1)
                await asyncio.sleep(0.02)

            await until(lambda: market.newest.note is None, look)
            glance._hung_until = 0.0
            after = await ada.gets("/gpus/search")
            assert (after["total"], after["reliability"]) == (3, {"available": True, "note": None})

    def _tried_offer(self, answer: dict[str, Any]) -> dict[str, Any]:
        return next(offer for offer in answer["items"] if offer["machine_id"] == "m1")


@pytest.mark.redis
@pytest.mark.skipif(REDIS is None, reason="no redis-server here")
class TestRedis:
    async def test_that_is_killed_costs_nobody_an_answer_and_is_used_again(
        self, tmp_path: Path, loaded: Loaded, database_url: str, db: Db, clock: FakeClock
    ) -> None:
        stall = Stall()
        stall.put(row("1"), row("2", "runpod", price_micros=900_000))
        with redis_process(tmp_path) as (url, process):
            settings = Settings.model_validate({**loaded.settings.model_dump(), "redis_url": url})
            given = Loaded(settings, loaded.sources, None)
            parts = assemble(given, database_url, contexts(), db=db, glance=GlanceInSession(db), clock=clock)
            parts.put(Market, Market(stall, clock))
            async with client_of(parts, settings) as client:
                first = (await asked_by_many(client, "/arbitrage/opportunities", {}))[0]["items"]
                assert len(first) == 1
                assert await _kept(url)
                process.kill()
                await asyncio.to_thread(process.wait)
                for path in ("/gpus/search", "/arbitrage/opportunities"):
                    answers = await asked_by_many(client, path, {})
                    assert all(answer["items"] for answer in answers)
                with redis_process(tmp_path, port=int(url.rsplit(":", 1)[1].split("/")[0])):
                    stall.put(row("1", price_micros=100_000))
                    again = (await asked_by_many(client, "/arbitrage/opportunities", {}))[0]["items"]
                    assert again != first
                    assert await _kept(url)


async def _kept(url: str) -> list[bytes]:
    redis = Redis.from_url(url)
    try:
        return [key async for key in redis.scan_iter("market:*")]
    finally:
        await redis.aclose()
