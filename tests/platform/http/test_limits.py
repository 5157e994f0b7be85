"""Rate limits: counted by account or address, told in headers, shared by Redis, and never a reason to be down."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.platform.http.limits import RateLimits
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build.accounts import Person
from tests.redis_server import REDIS, redis_process

Maker = Callable[..., httpx.AsyncClient]


@pytest.fixture
def limited(parts: Parts, settings: Settings) -> Maker:
    """A client of the whole application with limits of its own; each is a process of its own as far as they go."""

    def make(*, anonymous: str = "1000/minute", user: str = "1000/minute", redis: str = "") -> httpx.AsyncClient:
        changed = Settings(
            home=settings.home, rate_limit_anonymous=anonymous, rate_limit_user=user, redis_url=redis or None
        )
        parts.put(RateLimits, RateLimits(changed))
        app = enveloped(make_app(contexts(), parts), settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.1", 50000))
        return httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1")

    return make


async def statuses(client: httpx.AsyncClient, times: int, token: str = "") -> list[int]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return [(await client.get("/auth/me", headers=headers)).status_code for _ in range(times)]


class TestRateLimit:
    async def test_counts_down_in_headers_and_then_refuses(self, limited: Maker) -> None:
        client = limited(anonymous="3/minute")
        answers = [await client.get("/system") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
        assert all(1 <= int(answer.headers["ratelimit-reset"]) <= 60 for answer in answers)

    async def test_says_in_the_refusal_how_long_to_wait(self, limited: Maker) -> None:
        client = limited(anonymous="1/minute")
        await client.get("/system")
        refusal = await client.get("/system")
        assert refusal.json()["code"] == "too_many_requests"
        assert refusal.headers["content-type"] == "application/problem+json"
        assert refusal.headers["retry-after"] == refusal.headers["ratelimit-reset"]
        assert refusal.headers["retry-after"] in refusal.json()["hint"]

    async def test_counts_an_account_for_itself(self, limited: Maker) -> None:
        client = limited(user="3/minute")
        ada = await Person.joins(client, "ada@example.com")
        bob = await Person.joins(client, "bob@example.com")
        assert await statuses(client, 4, ada.access_token) == [200, 200, 200, 429]
        assert await statuses(client, 1, bob.access_token) == [200]

    async def test_counts_bad_tokens_and_none_by_address(self, limited: Maker) -> None:
        client = limited(anonymous="4/minute")
        assert await statuses(client, 2, "dmt_000000000000_" + "a" * 43) == [401, 401]
        assert await statuses(client, 1, "not.a.token") == [401]
        assert await statuses(client, 1) == [401]
        refusal = await client.get("/auth/me", headers={"authorization": "Bearer x"})
        assert (refusal.status_code, refusal.json()["code"]) == (429, "too_many_requests")
        assert int(refusal.headers["retry-after"]) >= 1

    async def test_of_strangers_does_not_hold_up_who_is_signed_in(self, limited: Maker) -> None:
        client = limited(anonymous="5/minute")
        ada = await Person.joins(client, "ada@example.com")
        while (await client.get("/system")).status_code != 429:
            pass
        assert await statuses(client, 1, ada.access_token) == [200]


class TestRedis:
    @pytest.mark.redis
    async def test_is_shared_by_two_processes(
        self, limited: Maker, redis_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dumont.platform.http.limits.ANSWER_SECONDS", 20)  # a busy machine lets nobody pass by it
        one, other = (limited(anonymous="4/minute", redis=redis_url) for _ in range(2))
        answers = [(await client.get("/system")).status_code for client in (one, other) * 3]
        assert answers == [200, 200, 200, 200, 429, 429]

    async def test_lets_all_pass_while_it_is_away(self, limited: Maker) -> None:
        client = limited(anonymous="1/minute", redis="redis://127.0.0.1:1/0")
        answers = [await client.get("/system") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert "ratelimit-limit" not in answers[0].headers

    @pytest.mark.redis
    @pytest.mark.skipif(REDIS is None, reason="no redis-server here")
    async def test_lets_all_pass_quickly_while_it_is_frozen_and_counts_again_after(
        self, limited: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dumont.platform.http.limits.LET_ALONE_SECONDS", 0.2)
        with redis_process(tmp_path) as (url, process):
            client = limited(anonymous="1000/minute", redis=url)
            assert "ratelimit-limit" in (await client.get("/system")).headers
            process.send_signal(signal.SIGSTOP)
            async with asyncio.timeout(20):
                for _ in range(5):
                    assert (await client.get("/system")).status_code == 200
            process.send_signal(signal.SIGCONT)
            deadline = time.monotonic() + 30
            while "ratelimit-limit" not in (await client.get("/system")).headers:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
