"""Guessing is slow: exactly so many attempts pass, however many come at once."""

import asyncio

import httpx

from dumont.accounts.throttle import TooManyAttempts
from dumont.platform.db import Db
from dumont.platform.http.buckets import Bucket, Buckets
from dumont.platform.parts import Parts
from tests.accounts.conftest import client_of
from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock
from tests.fakes.hasher import FakeHasher


def log_in(client: httpx.AsyncClient, password: str, email: str = "ada@example.com") -> asyncio.Task[httpx.Response]:
    return asyncio.ensure_future(client.post("/auth/login", json={"email": email, "password": password}))


class TestLogin:
    async def test_lets_exactly_ten_of_many_try_one_account(
        self, crowd: httpx.AsyncClient, hasher: FakeHasher, clock: FakeClock
    ) -> None:
        await Person.joins(crowd, "ada@example.com")
        clock.advance(hours=1)
        hasher.checked.clear()
        answers = await asyncio.gather(*(log_in(crowd, f"guess {number}") for number in range(25)))
        codes = [answer.json()["code"] for answer in answers]
        assert sorted(codes) == ["too_many_attempts"] * 15 + ["wrong_credentials"] * 10
        assert len(hasher.checked) == 10

    async def test_says_when_to_come_back_and_then_lets_one_in(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        answer = await log_in(client, "guess")
        while answer.status_code == 401:
            answer = await log_in(client, "guess")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        wait = int(answer.headers["retry-after"])
        clock.advance(seconds=wait - 1)
        assert (await log_in(client, PASSWORD)).status_code == 429
        clock.advance(seconds=1)
        assert (await log_in(client, PASSWORD)).status_code == 200
        assert (await log_in(client, "guess")).status_code == 401
        assert (await log_in(client, PASSWORD)).status_code == 429

    async def test_does_not_count_who_comes_in(self, client: httpx.AsyncClient, ada: Person) -> None:
        assert [(await log_in(client, PASSWORD)).status_code for _ in range(15)] == [200] * 15

    async def test_counts_by_machine_over_many_accounts(self, client: httpx.AsyncClient) -> None:
        statuses = [(await log_in(client, "guess", f"user{number}@example.com")).status_code for number in range(31)]
        assert statuses == [401] * 30 + [429]

    async def test_lets_the_owner_in_though_strangers_elsewhere_guess(
        self, client: httpx.AsyncClient, ada: Person, parts: Parts
    ) -> None:
        for stranger in range(12):
            await self.guess_until_refused(client_of(parts, f"203.0.113.{stranger}"))
        assert (await log_in(client, PASSWORD)).status_code == 200

    async def test_stops_guesses_at_one_account_from_everywhere_together(
        self, client: httpx.AsyncClient, ada: Person, parts: Parts
    ) -> None:
        tried = [await self.guess_until_refused(client_of(parts, f"203.0.113.{number}")) for number in range(22)]
        assert sum(tried) == 200
        assert (await log_in(client, PASSWORD)).status_code == 429

    async def test_takes_the_addresses_of_one_network_for_one_machine(self, parts: Parts) -> None:
        ways = [client_of(parts, ip) for ip in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]
        assert [await self.guess_until_refused(way) for way in ways] == [10, 0, 10]

    async def guess_until_refused(self, client: httpx.AsyncClient) -> int:
        """How many guesses were answered."""
        guesses = 0
        while (await log_in(client, "guess")).status_code == 401:
            guesses += 1
        return guesses


class TestBuckets:
    async def test_take_from_all_or_none(self, db: Db, clock: FakeClock) -> None:
        buckets = Buckets(db)
        small, large = Bucket("small", 1, 60), Bucket("large", 2, 60)
        await buckets.take([large, small], clock.now())
        for _ in range(5):
            assert await self.refused(buckets, [large, small], clock)
        assert not await self.refused(buckets, [large], clock)
        assert await self.refused(buckets, [large], clock)

    async def test_fill_again_but_never_beyond_their_size(self, db: Db, clock: FakeClock) -> None:
        buckets, bucket = Buckets(db), Bucket("b", 2, 60)
        clock.advance(days=1)
        taken = 0
        while not await self.refused(buckets, [bucket], clock):
            taken += 1
        assert taken == 2
        clock.advance(seconds=60)
        assert not await self.refused(buckets, [bucket], clock)
        assert await self.refused(buckets, [bucket], clock)

    async def refused(self, buckets: Buckets, wanted: list[Bucket], clock: FakeClock) -> bool:
        try:
            await buckets.take(wanted, clock.now(), refusal=TooManyAttempts)
        except TooManyAttempts:
            return True
        return False
