"""Searches of people with an account: what they keep away from and prefer acts at once, and for them alone."""

from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from dumont.market.following import Market
from dumont.market.rules.identity import offer_id
from dumont.market.rules.query import Query
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust, TrustChanges
from dumont.platform.db.engine import DatabaseAway
from dumont.platform.db.glance import Glance
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.reliability.wishes import KEPT, SETTLES, WishesMemory
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fakes.clock import START, FakeClock

TRUST = {
    "vast:m1": Trust(status="good", reliability_score=75.0, score_low=60.0, total_attempts=9, success_rate=0.8),
    "vast:m2": Trust(status="excellent", reliability_score=97.0, score_low=91.0, total_attempts=90, success_rate=0.98),
    "vast:m3": Trust(status="fair", reliability_score=55.0, score_low=30.0, total_attempts=5, success_rate=0.6),
}


class Told:
    async def changes(self, since: str | None) -> TrustChanges:
        return TrustChanges({} if since else TRUST, "told", 0 if since else 7)


class CountingGlance:
    """Counts the questions for wishes, and may be away for all questions or for those alone."""

    def __init__(self, glance: Glance) -> None:
        self._glance = glance
        self.asked = 0
        self.away: str | None = None

    async def row(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        wishes = "reliability_preferences" in statement
        self.asked += wishes
        if self.away == "all" or (self.away == "wishes" and wishes):
            raise DatabaseAway("away")
        return await self._glance.row(statement, *arguments)


@pytest.fixture
def parts(parts: Parts, stall: Stall, clock: FakeClock, settings: Settings) -> Parts:
    """Four machines, of which one is unknown."""
    stall.put(*[row(str(number), price_micros=number * 100_000) for number in range(1, 5)])
    parts.put(Market, Market(stall, clock, trust=Told(), stale_seconds=settings.market_stale_seconds))
    return parts


@pytest.fixture
def glance(parts: Parts) -> CountingGlance:
    glance = CountingGlance(parts.get(Glance))
    parts.put(Glance, glance)
    memory = parts.get(WishesMemory)
    memory._glance = glance  # the memory was made before the test came
    return glance


@pytest.fixture
async def ada(client: httpx.AsyncClient, glance: CountingGlance) -> Person:
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return await Person.joins(client, "ada@example.com")


def ids(answer: Any) -> list[str]:
    return [offer["provider_offer_id"] for offer in answer["items"]]


async def blocks(person: Person, machine: str, reason: str = "Too loud") -> None:
    body = {"provider": "vast", "machine_id": machine, "reason": reason, "blacklist_type": "manual"}
    await person.does("POST", "/machines/history/blacklist", body)


async def prefers(person: Person, **wishes: Any) -> None:
    usual = {"threshold": 70, "exclude_below_threshold": False, "sort_by_reliability": False}
    await person.does("PUT", "/reliability/preferences", {**usual, **wishes})


class TestPreferences:
    async def test_leave_out_what_is_known_to_be_below_seventy_as_long_as_nobody_says_otherwise(
        self, ada: Person
    ) -> None:
        answer = await ada.gets("/gpus/search")
        assert ids(answer) == ["1", "2", "4"]
        assert (answer["hidden"]["below_threshold"], answer["understood"]["min_score"]) == (1, 70)
        assert ids(await ada.gets("/gpus/search?min_score=0")) == ["1", "2", "3", "4"]

    async def test_act_at_once(self, ada: Person) -> None:
        for threshold, shown in ((80, ["2", "4"]), (98, ["4"]), (0, ["1", "2", "3", "4"])):
            await prefers(ada, threshold=threshold, exclude_below_threshold=True)
            assert ids(await ada.gets("/gpus/search")) == shown
        await prefers(ada, sort_by_reliability=True)
        answer = await ada.gets("/offers")
        assert answer["sort"] == "-reliability"
        assert [each for each in ids(answer) if each != "4"] == ["2", "1", "3"]

    @pytest.mark.parametrize("asked", ["sort=price", "q=cheapest", "q=sort=price", "sort=price&q=4090"])
    async def test_give_way_to_a_sort_that_is_asked_for(self, ada: Person, asked: str) -> None:
        await prefers(ada, sort_by_reliability=True)
        answer = await ada.gets(f"/gpus/search?{asked}")
        assert (answer["sort"], ids(answer)) == ("price", ["1", "2", "3", "4"])

    async def test_give_way_to_a_score_that_is_asked_for_in_words(self, ada: Person) -> None:
        await prefers(ada, threshold=98, exclude_below_threshold=True)
        assert ids(await ada.gets("/gpus/search?q=score>=60")) == ["1", "2", "4"]

    async def test_lead_through_all_pages(self, ada: Person) -> None:
        await prefers(ada, sort_by_reliability=True)
        seen, cursor = [], ""
        for _ in range(4):
            answer = await ada.gets(f"/gpus/search?limit=1{cursor}")
            seen += ids(answer)
            cursor = f"&cursor={answer['next_cursor']}"
        assert sorted(seen) == ["1", "2", "3", "4"]

    async def test_are_nobody_elses(self, ada: Person, client: httpx.AsyncClient) -> None:
        await prefers(ada, threshold=100, exclude_below_threshold=True)
        answer = (await client.get("/gpus/search")).json()
        assert ids(answer) == ["1", "2", "3", "4"]
        assert answer["understood"]["min_score"] is None


class TestOwnBlacklist:
    async def test_hides_and_counts_from_this_moment_on_and_for_one_account_alone(
        self, ada: Person, client: httpx.AsyncClient
    ) -> None:
        bob = await Person.joins(client, "bob@example.com")
        await ada.gets("/gpus/search")
        await blocks(ada, "m2")
        answer = await ada.gets("/gpus/search")
        assert ids(answer) == ["1", "4"]
        assert answer["hidden"] == {"blacklisted": 1, "unavailable": 0, "below_threshold": 1}
        assert ids(await bob.gets("/gpus/search")) == ["1", "2", "4"]
        await ada.does("DELETE", "/machines/history/blacklist/vast/m2")
        assert ids(await ada.gets("/gpus/search")) == ["1", "2", "4"]

    async def test_is_shown_with_its_reason_to_who_asks_for_it(self, ada: Person) -> None:
        await blocks(ada, "m2", "Too loud")
        answer = await ada.gets("/gpus/search?include_blacklisted=true&min_score=0")
        marked = [(each["is_blacklisted"], each["blacklist_reason"]) for each in answer["items"]]
        assert marked == [(False, None), (True, "Too loud"), (False, None), (False, None)]
        assert answer["items"][1]["reliability_status"] == "blacklisted"
        found = await ada.gets(f"/gpus/{offer_id('vast', '2')}")
        assert (found["is_blacklisted"], found["blacklist_reason"]) == (True, "Too loud")
        assert "2" not in [each["provider_offer_id"] for each in found["similar"]]

    async def test_is_told_in_a_comparison(self, ada: Person) -> None:
        await blocks(ada, "m2")
        answer = await ada.does("POST", "/gpus/compare", {"ids": [str(offer_id("vast", each)) for each in "12"]})
        assert [offer["is_blacklisted"] for offer in answer["offers"]] == [False, True]

    async def test_narrows_what_there_is_to_choose(self, ada: Person) -> None:
        await blocks(ada, "m2")
        assert (await ada.gets("/gpus/facets"))["models"] == [{"value": "RTX 4090", "offers": 2}]


class TestMemory:
    async def test_is_asked_instead_of_the_database(
        self, ada: Person, glance: CountingGlance, clock: FakeClock
    ) -> None:
        clock.advance(seconds=SETTLES.total_seconds() + 1)
        await ada.gets("/gpus/search")
        before = glance.asked
        for _ in range(5):
            await ada.gets("/gpus/search")
        assert glance.asked == before
        clock.advance(seconds=KEPT.total_seconds() + 1)
        await ada.gets("/gpus/search")
        assert glance.asked == before + 1

    async def test_lets_go_of_what_the_live_feed_tells(self, ada: Person, parts: Parts, glance: CountingGlance) -> None:
        """As when another process has written it."""
        await ada.gets("/gpus/search")
        before = glance.asked
        me = (await ada.gets("/auth/me"))["id"]
        parts.get(WishesMemory).heard("reliability.preferences_changed", f'{{"user_id": "{me}"}}')
        parts.get(WishesMemory).heard("market.offers_changed", "{}")
        await ada.gets("/gpus/search")
        assert glance.asked == before + 1

    async def test_keeps_nothing_that_was_read_before_the_commit(self, ada: Person, glance: CountingGlance) -> None:
        await prefers(ada)
        before = glance.asked
        await ada.gets("/gpus/search")
        await ada.gets("/gpus/search")
        assert glance.asked == before + 2


class TestWithoutTheDatabase:
    async def test_goes_on_with_the_wishes_that_were_read(
        self, ada: Person, glance: CountingGlance, clock: FakeClock
    ) -> None:
        await ada.gets("/gpus/search")
        glance.away = "wishes"
        clock.advance(seconds=KEPT.total_seconds() + 1)
        answer = await ada.gets("/gpus/search")
        assert ids(answer) == ["1", "2", "4"]

    async def test_says_what_is_not_applied(self, ada: Person, glance: CountingGlance) -> None:
        glance.away = "wishes"
        answer = await ada.gets("/gpus/search")
        assert ids(answer) == ["1", "2", "3", "4"]
        assert answer["reliability"]["available"] is False
        assert "not applied" in answer["reliability"]["note"]

    async def test_lets_in_whom_it_cannot_recognise(self, ada: Person, glance: CountingGlance) -> None:
        glance.away = "all"
        answer = await ada.gets("/gpus/search")
        assert len(ids(answer)) == 4
        assert "not applied" in answer["reliability"]["note"]

    async def test_still_refuses_a_token_that_is_none(self, ada: Person, client: httpx.AsyncClient) -> None:
        answer = await client.get("/gpus/search", headers={"authorization": "Bearer nonsense"})
        assert answer.status_code == 401


class TestShelf:
    def test_hides_as_a_plain_search_would(self) -> None:
        random = Random(5)
        rows = [row(str(number), machine_id=f"m{random.randrange(60)}") for number in range(300)]
        shelf = Shelf.build(rows, {})
        kept_out = frozenset(f"vast:m{number}" for number in range(0, 60, 7)) | {"vast:nobody", "runpod:m1"}
        query = Query(kept_out=kept_out, available_only=False, limit=500)
        found = shelf.find(query, START)
        hidden = [each for each in rows if f"vast:{each.machine_id}" in kept_out]
        assert (found.total, found.hidden.blacklisted) == (300 - len(hidden), len(hidden))
        shown = Query(kept_out=kept_out, include_blacklisted=True, available_only=False)
        assert shelf.find(shown, START).total == 300
