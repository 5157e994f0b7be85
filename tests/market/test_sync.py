"""Reading a cloud: what changed is written, what is missing is told apart from what is unknown."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from dumont.market.apply import Answer, ClaimLost, apply
from dumont.market.diff import compare
from dumont.market.events import OffersChanged, ProviderFailed, ProviderFrozen, ProviderRecovered
from dumont.market.means import Means
from dumont.market.report import Report
from dumont.market.store import claims, following
from dumont.market.store.claims import Claim
from dumont.market.store.following import Head
from dumont.market.sync import sync
from dumont.platform.db import raw
from dumont.providers.errors import BadCredentials, ContractBroken, RateLimited, Unavailable
from dumont.providers.port import Kind, Listed
from tests.build.market import catalogue, listed, many
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, Hang, kind
from tests.fakes.publisher import FakePublisher

VAST = kind("vast")


class Cloud:
    """One cloud, read again and again: `await cloud.says(offers)`."""

    def __init__(self, means: Means, clouds: FakeClouds, clock: FakeClock, kind: Kind = VAST) -> None:
        self.means, self._clouds, self._clock, self.kind = means, clouds, clock, kind

    async def says(self, answer: Any, **about: Any) -> Report:
        """What became of reading this answer, half a minute after the one before."""
        self._clouds.answers[self.kind.name] = catalogue(answer, **about) if isinstance(answer, list) else answer
        self._clock.advance(seconds=30)
        report = await sync(self.means, self.kind, early=True)
        assert report is not None
        return report

    async def head(self) -> Head:
        async with self.means.db.begin() as tx:
            return next(head for head in await following.heads(tx) if head.name == self.kind.name)

    async def rows(self, since: int = 0) -> dict[str, asyncpg.Record]:
        async with self.means.db.begin() as tx:
            return {row["provider_offer_id"]: row for row in await following.offers_since(tx, self.kind.name, since)}

    async def ask(self, query: str, *given: Any) -> Any:
        async with self.means.db.begin() as tx:
            return await (await raw(tx)).fetchval(query, *given)

    async def wait(self) -> float:
        """Seconds until it is due."""
        async with self.means.db.begin() as tx:
            return (await claims.next_look(tx, self.kind.name) - self._clock.now()).total_seconds()


@pytest.fixture
def cloud(means: Means, clouds: FakeClouds, clock: FakeClock) -> Cloud:
    return Cloud(means, clouds, clock)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.fetched, report.added, report.updated, report.gone


class TestAnswer:
    async def test_is_kept_to_the_last_figure(self, cloud: Cloud, clock: FakeClock) -> None:
        report = await cloud.says([listed("7", price_hour=Decimal("0.4199995"), egress_price_gb=None)])
        assert (counts(report), report.complete, report.error) == ((1, 1, 0, 0), True, None)
        row = (await cloud.rows())["7"]
        assert (row["gpu_name"], row["price_micros"], row["egress_price_micros"]) == ("RTX 4090", 420_000, None)
        assert (row["first_seen"], row["last_seen"], row["gone_at"]) == (clock.now(), None, None)
        assert (await cloud.head()).seen_at == clock.now()

    async def test_that_says_nothing_new_writes_one_row(self, cloud: Cloud, published: FakePublisher) -> None:
        await cloud.says(many(3))
        before, events = await cloud.head(), len(published.events)
        report = await cloud.says(many(3))
        after = await cloud.head()
        assert counts(report) == (3, 0, 0, 0)
        assert after.revision == before.revision
        assert after.seen_at == before.seen_at + timedelta(seconds=30)  # type: ignore[operator]
        assert len(published.events) == events

    async def test_writes_only_what_changed(self, cloud: Cloud) -> None:
        await cloud.says(many(3))
        before = (await cloud.head()).revision
        report = await cloud.says([*many(2), listed("2", disk_gb=100.0), listed("3")])
        assert counts(report) == (4, 1, 1, 0)
        assert set(await cloud.rows(since=before)) == {"2", "3"}

    async def test_keeps_ids_over_processes_and_times(self, cloud: Cloud) -> None:
        await cloud.says([listed("5")])
        first = (await cloud.rows())["5"]
        await cloud.says([listed("6")])
        await cloud.says([listed("5"), listed("6")])
        assert (await cloud.rows())["5"]["id"] == first["id"]
        assert (await cloud.rows())["5"]["first_seen"] == first["first_seen"]

    async def test_is_told_in_one_event(self, cloud: Cloud, published: FakePublisher) -> None:
        await cloud.says(many(3))
        await cloud.says([*many(1), listed("1", ram_gb=1.0), listed("9")])
        event = published.of(OffersChanged)[-1]
        assert (event.provider, event.added, event.updated, event.gone, event.offers) == ("vast", 1, 1, 1, 3)
        assert event.revision == (await cloud.head()).revision
        assert len(published.of(OffersChanged)) == 2

    async def test_of_offers_that_cannot_be_loses_only_those(self, cloud: Cloud) -> None:
        broken: Sequence[Listed] = [
            listed("", machine_id="m"),
            listed("a", price_hour=None, spot_price_hour=None),
            listed("b", price_hour=Decimal(-1)),
            listed("c", price_hour=Decimal("NaN")),
            listed("d", gpu_name="Wonder GPU"),
            listed("e", gpu_name=None),
            listed("f", gpu_count=10**9),
            listed("x\0y"),
            listed("1"),
        ]
        report = await cloud.says([listed("1"), listed("2", region="a\0b", ram_gb=float("nan"), country="se"), *broken])
        assert (report.fetched, report.added, report.skipped) == (2, 2, len(broken))
        row = (await cloud.rows())["2"]
        assert (row["region"], row["ram_gb"], row["country"]) == ("ab", None, None)
        assert "can't be kept" in report.notes[0]

    async def test_that_spoils_a_known_offer_does_not_end_it(self, cloud: Cloud) -> None:
        await cloud.says(many(2))
        report = await cloud.says([listed("0"), listed("1", price_hour=Decimal(-1))])
        assert (report.gone, report.skipped) == (0, 1)
        assert (await cloud.rows())["1"]["price_micros"] == 420_000


class TestMissing:
    async def test_is_gone_after_a_whole_answer(self, cloud: Cloud, clock: FakeClock) -> None:
        await cloud.says(many(3))
        seen = clock.now()
        report = await cloud.says(many(2))
        row = (await cloud.rows())["2"]
        assert (report.gone, row["available"], row["gone_at"], row["last_seen"]) == (1, False, clock.now(), seen)

    async def test_comes_back_with_what_it_cost(self, cloud: Cloud) -> None:
        await cloud.says(many(3))
        await cloud.says(many(2))
        report = await cloud.says(many(3))
        row = (await cloud.rows())["2"]
        assert (report.added, row["available"], row["gone_at"], row["last_seen"]) == (1, True, None, None)

    async def test_is_unknown_after_an_empty_answer(self, cloud: Cloud, published: FakePublisher) -> None:
        await cloud.says(many(3))
        before = await cloud.head()
        report = await cloud.says([])
        after = await cloud.head()
        assert (report.error_code, report.gone) == ("empty_answer", 0)
        assert (after.revision, after.seen_at, after.last_error_code) == (
            before.revision,
            before.seen_at,
            "empty_answer",
        )
        assert published.of(ProviderFailed)[-1].code == "empty_answer"

    async def test_is_unknown_after_half_an_answer(self, cloud: Cloud, clock: FakeClock) -> None:
        await cloud.says(many(3))
        seen = clock.now()
        report = await cloud.says([*many(1), listed("8")], complete=False, notes=["2 of 3 pages"])
        rows, head = await cloud.rows(), await cloud.head()
        assert (report.gone, report.complete, report.error) == (0, False, "2 of 3 pages")
        assert [rows[name]["last_seen"] for name in ("0", "1", "2", "8")] == [None, seen, seen, None]
        assert rows["2"]["available"]
        assert (head.seen_at, head.last_complete_at) == (clock.now(), seen)

    async def test_keeps_its_age_however_many_halves_come(self, cloud: Cloud, clock: FakeClock) -> None:
        await cloud.says(many(3))
        seen = clock.now()
        await cloud.says(many(1), complete=False)
        before = (await cloud.head()).revision
        await cloud.says(many(1), complete=False)
        assert (await cloud.head()).revision == before, "nothing is written twice"
        assert (await cloud.rows())["2"]["last_seen"] == seen
        await cloud.says(many(3))
        assert (await cloud.rows())["2"]["last_seen"] is None

    async def test_in_great_number_stays_unknown_with_its_age_until_silence_would_have_ended_it(
        self, cloud: Cloud, means: Means, clock: FakeClock
    ) -> None:
        cloud.means = replace(means, settings=means.settings.model_copy(update={"market_stale_seconds": 150.0}))
        await cloud.says(many(500))
        seen = clock.now()
        for _ in range(4):
            report = await cloud.says(many(10))
            assert (report.gone, report.complete, report.error_code) == (0, False, "shrunken_answer")
        row = (await cloud.rows())["499"]
        assert (row["last_seen"], row["gone_at"], row["available"]) == (seen, None, True)
        assert (await cloud.head()).offers == 500
        last = await cloud.says(many(10))
        assert (last.gone, last.complete, last.error_code) == (490, True, None)

    async def test_in_great_number_is_believed_once_the_cloud_denies_each_of_them(
        self, cloud: Cloud, clouds: FakeClouds
    ) -> None:
        await cloud.says(many(30))
        clouds.offered = frozenset(str(number) for number in range(10))
        assert [(await cloud.says(many(10))).gone for _ in range(3)] == [0, 0, 20]

    async def test_in_great_number_is_never_believed_while_some_are_found_by_their_ids(
        self, cloud: Cloud, clouds: FakeClouds
    ) -> None:
        await cloud.says(many(30))
        clouds.offered = frozenset(str(number) for number in range(30))
        reports = [await cloud.says(many(10)) for _ in range(40)]
        assert {report.gone for report in reports} == {0}
        assert "some of them are there" in str(reports[-1].error)

    async def test_in_great_number_is_not_believed_of_a_cloud_that_denies_everything(
        self, cloud: Cloud, clouds: FakeClouds
    ) -> None:
        await cloud.says(many(30))
        clouds.offered = frozenset()
        assert [(await cloud.says(many(10))).gone for _ in range(5)] == [0] * 5

    async def test_in_great_number_is_doubted_anew_after_a_full_answer(self, cloud: Cloud, clouds: FakeClouds) -> None:
        clouds.offered = frozenset(str(number) for number in range(10))
        await cloud.says(many(30))
        for answer in (10, 10, 30, 10, 10):
            assert (await cloud.says(many(answer))).gone == 0


class TestPrices:
    async def test_are_kept_where_they_changed(self, cloud: Cloud) -> None:
        await cloud.says([listed("1"), listed("2")])
        await cloud.says([listed("1", price_hour=Decimal("0.5")), listed("2", disk_gb=1.0)])
        await cloud.says([listed("1", price_hour=Decimal("0.50")), listed("2", disk_gb=1.0)])
        await cloud.says([listed("1", price_hour=Decimal("0.5"), spot_price_hour=None), listed("2", disk_gb=1.0)])
        query = """
            SELECT array_agg(c.price_hour::text || ' ' || coalesce(c.spot_price_hour::text, '-') ORDER BY at)
            FROM market_price_changes AS c JOIN market_offers ON id = offer_id WHERE provider_offer_id = $1
        """
        assert await cloud.ask(query, "1") == ["0.420000 0.200000", "0.500000 0.200000", "0.500000 -"]
        assert await cloud.ask(query, "2") == ["0.420000 0.200000"]

    async def test_of_a_model_are_kept_once_an_hour(self, cloud: Cloud, clock: FakeClock) -> None:
        query = """
            SELECT array_agg(lowest::text || ' ' || median::text || ' ' || count ORDER BY hour) FROM market_model_hours
        """
        await cloud.says([listed("1"), listed("2", gpu_count=2, price_hour=Decimal("1.00"))])
        await cloud.says([listed("1", price_hour=Decimal("0.1"))])
        assert await cloud.ask(query) == ["0.420000 0.460000 2"]
        clock.advance(hours=1)
        await cloud.says([listed("1", price_hour=Decimal("0.1"))])
        assert await cloud.ask(query) == ["0.420000 0.460000 2", "0.100000 0.100000 1"]


class TestTrouble:
    async def test_leaves_what_is_known_with_its_age(self, cloud: Cloud) -> None:
        await cloud.says(many(3))
        before = await cloud.head()
        report = await cloud.says(Unavailable("vast did not answer (HTTP 500)."))
        after = await cloud.head()
        assert (report.error_code, report.error) == ("unavailable", "vast did not answer (HTTP 500).")
        assert (after.seen_at, after.revision, after.offers) == (before.seen_at, before.revision, 3)
        assert after.last_error_code == "unavailable"

    async def test_is_over_with_the_next_answer(self, cloud: Cloud, published: FakePublisher) -> None:
        await cloud.says(Unavailable("away"))
        await cloud.says(Unavailable("away"))
        await cloud.says(many(1))
        assert [type(event) for event in published.events] == [ProviderFailed, OffersChanged, ProviderRecovered]
        assert (await cloud.head()).last_error_code is None

    async def test_makes_pauses_that_grow(self, cloud: Cloud) -> None:
        waits = []
        for _ in range(7):
            await cloud.says(Unavailable("away"))
            waits.append(await cloud.wait())
        assert all(30 * 2**n <= wait <= 30 * 2**n * 1.25 for n, wait in enumerate(waits[:5]))
        assert waits[6] <= 600 * 1.25

    async def test_that_asks_for_a_pause_gets_it(self, cloud: Cloud) -> None:
        await cloud.says(RateLimited("too fast", retry_seconds=411))
        assert await cloud.wait() == 411

    async def test_with_the_key_does_not_insist(self, cloud: Cloud) -> None:
        await cloud.says(BadCredentials("no"))
        assert await cloud.wait() >= 600

    async def test_of_a_hanging_cloud_ends_in_time(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, means: Means
    ) -> None:
        cloud.means = replace(means, settings=means.settings.model_copy(update={"market_sync_seconds_max": 0.05}))
        report = await cloud.says(Hang())
        assert (report.error_code, await cloud.wait() >= 30) == ("timeout", True)

    async def test_of_our_own_making_is_told_without_details(self, cloud: Cloud) -> None:
        report = await cloud.says(KeyError("api_key=secret"))
        assert report.error_code == "our_mistake"
        assert "secret" not in str(report)

    async def test_with_the_contract_is_told_to_operators_once(
        self, cloud: Cloud, clouds: FakeClouds, published: FakePublisher
    ) -> None:
        clouds.freezes_at_search = "strange"
        await cloud.says(ContractBroken("strange"))
        clouds.freezes_at_search = None
        await cloud.says(ContractBroken("strange"))
        assert [event.reason for event in published.of(ProviderFrozen)] == ["strange"]


class TestClaim:
    async def test_is_taken_only_when_due(self, cloud: Cloud, means: Means, clock: FakeClock) -> None:
        await cloud.says(many(1))
        assert await sync(means, VAST) is None
        clock.advance(seconds=30)
        assert await sync(means, VAST) is not None

    async def test_keeps_others_out_until_it_runs_out(self, cloud: Cloud, means: Means, clock: FakeClock) -> None:
        await cloud.says(many(1))
        clock.advance(seconds=60)
        until = clock.now() + timedelta(seconds=15)
        async with means.db.begin() as tx:
            assert await claims.take(tx, Claim("vast", UUID(int=1)), clock.now(), until, early=False)
        assert await sync(means, VAST, early=True) is None
        assert await cloud.wait() == 15
        clock.advance(seconds=15)
        assert await sync(means, VAST) is not None

    async def test_that_was_lost_writes_nothing(self, cloud: Cloud, means: Means, clock: FakeClock) -> None:
        await cloud.says(many(1))
        before = await cloud.head()
        answer = catalogue(many(9))
        with pytest.raises(ClaimLost):
            await apply(
                means, VAST, Claim("vast", UUID(int=2)), Answer(answer, compare("vast", answer, {})), known=1, began=0
            )
        assert await cloud.head() == before

    async def test_is_given_back_by_who_is_stopped(self, cloud: Cloud, means: Means, clouds: FakeClouds) -> None:
        clouds.answers["vast"] = Hang()
        going = asyncio.create_task(sync(means, VAST))
        while not clouds.asked:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        going.cancel()
        await asyncio.wait([going])
        assert going.cancelled()
        assert await cloud.ask("SELECT claim IS NULL AND claimed_until IS NULL FROM market_providers")


class TestUnconfigured:
    async def test_cloud_is_not_asked(self, means: Means, clouds: FakeClouds, cloud: Cloud) -> None:
        cloud.kind = kind("vast", public_search=False)
        report = await cloud.says(many(1))
        assert (report.error_code, clouds.asked) == ("not_configured", [])
        assert "api_key" in str(report.error)

    async def test_cloud_is_asked_with_the_key_of_the_settings(
        self, means: Means, clouds: FakeClouds, cloud: Cloud
    ) -> None:
        keys = type(means.settings).model_validate(
            {**means.settings.model_dump(), "provider_keys": '{"vast": {"api_key": "k"}}'}
        )
        cloud.means, cloud.kind = replace(means, settings=keys), kind("vast", public_search=False)
        assert (await cloud.says(many(1))).added == 1
        assert clouds.asked == [("vast", {"api_key": "k"})]
