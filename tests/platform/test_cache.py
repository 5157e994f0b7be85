"""The cache: one call for many misses, over processes too; and never a reason to fail."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cashews import Cache

from dumont.platform.cache import make_cache
from dumont.platform.settings import load
from tests.redis_server import REDIS, redis_process

MISSES = """
import asyncio, sys
from dumont.platform import cache as caching
from dumont.platform.settings import load

caching.ANSWER_SECONDS = 20
cache = caching.make_cache(load({"DUMONT_HOME": "/nowhere", "REDIS_URL": sys.argv[1]}).settings)
calls = 0

@cache(ttl="1m", key="slow:{name}", lock=True)
async def slow(name: str) -> dict:
    global calls
    calls += 1
    await asyncio.sleep(0.2)
    return {"name": name}

async def main():
    await cache.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    answers = await asyncio.gather(*[slow("a") for _ in range(20)])
    assert answers == [{"name": "a"}] * 20, answers
    print(calls, flush=True)

asyncio.run(main())
"""


def cache_at(url: str | None) -> Cache:
    return make_cache(load({"DUMONT_HOME": "/nowhere", "REDIS_URL": url or ""}).settings)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cache]:
    monkeypatch.setattr("dumont.platform.cache.ANSWER_SECONDS", 20)  # no stall of a busy machine is a miss
    cache = cache_at(request.getfixturevalue("redis_url") if request.param == "redis" else None)
    yield cache
    await cache.clear()
    await cache.close()


class TestCache:
    async def test_makes_many_concurrent_misses_one_call(self, cache: Cache) -> None:
        calls = 0

        @cache(ttl="1m", key="slow:{name}", lock=True)
        async def slow(name: str) -> str:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.05)
            return name.upper()

        assert set(await asyncio.gather(*[slow("a") for _ in range(50)])) == {"A"}
        assert calls == 1
        assert (await slow("b"), calls) == ("B", 2)

    async def test_forgets_in_time(self, cache: Cache) -> None:
        await cache.set("brief", 1, expire=0.05)
        deadline = time.monotonic() + 20
        while await cache.get("brief") is not None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    async def test_keeps_what_is_json(self, cache: Cache) -> None:
        value = {"words": ["ä", None, True], "price": "1.50", "count": 3}
        await cache.set("value", value)
        assert await cache.get("value") == value


@pytest.mark.redis
class TestRedis:
    def test_is_asked_once_by_two_processes(self, redis_url: str) -> None:
        start = [sys.executable, "-c", MISSES, redis_url]
        both = [subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in both:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert sorted(process.communicate()[0] for process in both) == ["0\n", "1\n"]

    async def test_holds_json_that_others_can_read(self, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dumont.platform.cache.ANSWER_SECONDS", 20)
        cache = cache_at(redis_url)
        await cache.set("plain", {"a": [1]})
        assert await cache.get_raw("plain") == b'{"a": [1]}'
        await cache.close()


class TestRedisAway:
    async def test_is_a_miss_and_no_exception(self) -> None:
        cache = cache_at("redis://127.0.0.1:1/0")
        await self._misses_quickly(cache)

    @pytest.mark.redis
    @pytest.mark.skipif(REDIS is None, reason="no redis-server here")
    async def test_is_a_miss_when_it_goes_or_freezes_under_us(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dumont.platform.cache.ANSWER_SECONDS", 2)
        with redis_process(tmp_path) as (url, process):
            cache = cache_at(url)
            await cache.set("x", 1)
            assert await cache.get("x") == 1
            process.send_signal(signal.SIGSTOP)
            await self._misses_quickly(cache)
            process.kill()
            process.wait()
            await self._misses_quickly(cache)
        await cache.close()

    async def _misses_quickly(self, cache: Cache) -> None:
        """Sooner than those who wait for an answer would give up."""

        @cache(ttl="1m", key="away:{name}", lock=True)
        async def shout(name: str) -> str:
            return name.upper()

        async with asyncio.timeout(40):
            assert await shout("a") == "A"
            assert await cache.get("x") is None
