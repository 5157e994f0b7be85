"""Machines with a past through their doors: lists in any order and by page, one machine, its attempts, the sum."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from dumont.basics.errors import Unavailable
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.reliability import attempts
from dumont.reliability.attempts import Attempt, Succeeded
from dumont.reliability.offers import Offered, Offers
from dumont.reliability.rules.status import STATUSES
from dumont.reliability.store.machines import Sort
from tests.build.accounts import Person
from tests.build.reliability import VAST, attempt, tried
from tests.fakes.clock import START, FakeClock
from tests.reliability.conftest import WorkFor

LIST = "/machines/history/machines"
PASTS = {
    "excellent": [*["ok"] * 9, "network"],
    "good": [*["ok"] * 7, *["network", "ok"] * 2, "network"],
    "fair": ["ok", "network"] * 3,
    "poor": ["network", "ok", "ssh_failed"],
    "blacklisted": ["network"] * 3,
    "unknown": ["ok", "offer_gone", "ok"],
}


@pytest.fixture
async def pasts(db: Db, work_for: WorkFor, clock: FakeClock) -> None:
    """One machine of each status, named for it, a minute apart."""
    for status, words in PASTS.items():
        async with db.begin() as tx:
            await tried(work_for(tx), words, MachineKey("vast", status))
        clock.advance(minutes=1)
    async with db.begin() as tx:
        await tried(work_for(tx), ["ok"], MachineKey("runpod", "SECURE:RTX 4090:EU"))


async def ids(api: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await api.get(LIST, params=params)
    assert answer.status_code == 200, answer.text
    return [item["machine_id"] for item in answer.json()["items"]]


@pytest.mark.usefixtures("pasts")
class TestList:
    async def test_shows_the_newest_first_with_their_status(self, api: httpx.AsyncClient) -> None:
        items = (await api.get(LIST, params={"provider": "vast"})).json()["items"]
        assert [item["machine_id"] for item in items] == list(PASTS)[::-1]
        assert {item["machine_id"]: item["status"] for item in items} == {status: status for status in PASTS}
        assert {item["machine_id"] for item in items if item["is_blacklisted"]} == {"blacklisted"}

    @pytest.mark.parametrize("status", STATUSES)
    async def test_filters_by_status_as_it_shows_it(self, api: httpx.AsyncClient, status: str) -> None:
        assert await ids(api, provider="vast", status=status) == [status]

    async def test_finds_by_a_part_of_the_id(self, api: httpx.AsyncClient) -> None:
        assert await ids(api, q="RTX 4090") == ["SECURE:RTX 4090:EU"]
        assert await ids(api, q="%") == []

    @pytest.mark.parametrize(
        ("sort", "first", "last"),
        [
            ("success_rate", "unknown", "blacklisted"),
            ("attempts", "good", "unknown"),
            ("failures_in_row", "blacklisted", "unknown"),
        ],
    )
    async def test_sorts(self, api: httpx.AsyncClient, sort: str, first: str, last: str) -> None:
        found = await ids(api, provider="vast", sort=sort)
        assert (found[0], found[-1]) == (first, last)
        assert await ids(api, provider="vast", sort=sort, descending=False) == found[::-1]

    @pytest.mark.parametrize("sort", Sort.__args__)  # type: ignore[attr-defined]
    @pytest.mark.parametrize("descending", [True, False])
    async def test_comes_by_page_in_every_order(self, api: httpx.AsyncClient, sort: str, descending: bool) -> None:
        whole, paged, cursor = await ids(api, sort=sort, descending=descending), [], ""
        while cursor is not None:
            params: dict[str, Any] = {"sort": sort, "descending": descending, "limit": 3, "cursor": cursor}
            answer = (await api.get(LIST, params=params)).json()
            paged += [item["machine_id"] for item in answer["items"]]
            cursor = answer["next_cursor"]
        assert paged == whole
        assert len(whole) == 7

    @pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMiwzXQ", "WyJyZWNlbnQiLCJ4IiwidmFzdCIsIjEiXQ"])
    async def test_refuses_a_cursor_of_another_list(self, api: httpx.AsyncClient, cursor: str) -> None:
        assert (await api.get(LIST, params={"cursor": cursor})).status_code == 422

    async def test_counts_what_i_alone_keep_away_from(self, api: httpx.AsyncClient, ada: Person) -> None:
        await ada.does("POST", "/machines/history/blacklist", {**_named("excellent"), "reason": "mine"})
        mine = {item["machine_id"] for item in (await ada.gets(LIST, params={"status": "blacklisted"}))["items"]}
        assert mine == {"excellent", "blacklisted"}
        assert await ids(api, status="blacklisted") == ["blacklisted"]


class TestOne:
    async def test_shows_its_figures(self, api: httpx.AsyncClient, db: Db, work_for: WorkFor) -> None:
        async with db.begin() as tx:
            work = work_for(tx)
            boots = [Attempt(VAST, "deploy", Succeeded(boot_seconds=seconds)) for seconds in (20, 40, 60)]
            await attempts.record_all(work, boots)
            await tried(work, ["ssh_failed", "network", "ssh_failed"])
        shown = (await api.get(f"{LIST}/vast/12345")).json()
        assert (shown["success_rate"], shown["status"], shown["total_attempts"]) == (50.0, "blacklisted", 6)
        assert list(shown["failure_reasons"].items()) == [("ssh_failed", 2), ("network", 1)]
        assert (shown["boot_seconds_mean"], sum(bucket["count"] for bucket in shown["boots"])) == (40.0, 3)
        assert 55 < shown["boot_seconds_p95"] < 70
        assert shown["blacklist"]["reason"] == "3 failures in a row, the last one ssh_failed"
        assert (shown["offers"], shown["offers_known"]) == ([], True)

    async def test_shows_what_it_is_offered_as(
        self, api: httpx.AsyncClient, parts: Parts, db: Db, work_for: WorkFor
    ) -> None:
        offer = Offered(UUID(int=3), "RTX 4090", 2, "SE", "0.840000", None, True)
        parts.put(Offers, OneOffer(offer))
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok"])
        (shown,) = (await api.get(f"{LIST}/vast/12345")).json()["offers"]
        assert (shown["gpu_name"], shown["gpu_count"], shown["price_hour"]) == ("RTX 4090", 2, "0.840000")

    async def test_says_so_where_the_market_does_not_answer(
        self, api: httpx.AsyncClient, parts: Parts, db: Db, work_for: WorkFor
    ) -> None:
        other = MachineKey("vast", "other")
        parts.put(Offers, OneOffer(None))
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok"], other)
        shown = (await api.get(f"{LIST}/vast/other")).json()
        assert (shown["offers"], shown["offers_known"]) == ([], False)

    async def test_of_which_nothing_is_known_is_not_found(self, api: httpx.AsyncClient) -> None:
        answer = await api.get(f"{LIST}/vast/nobody")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_machine")

    @pytest.mark.parametrize("path", ["clowd/1", "vast/%00", "vast/a%0Ab"])
    async def test_that_can_not_be_is_invalid(self, api: httpx.AsyncClient, path: str) -> None:
        assert (await api.get(f"{LIST}/{path}")).status_code == 422

    async def test_keeps_its_attempts_the_newest_first(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        for word in ("ok", "offer_gone", "network"):
            async with db.begin() as tx:
                await tried(work_for(tx), [word])
            clock.advance(seconds=1)
        page = (await api.get(f"{LIST}/vast/12345/attempts", params={"limit": 2})).json()
        assert [item["reason"] for item in page["items"]] == ["network", "offer_gone"]
        assert page["items"][0]["message"] == "it was network"
        rest = (await api.get(f"{LIST}/vast/12345/attempts", params={"cursor": page["next_cursor"]})).json()
        assert [(item["success"], item["boot_seconds"]) for item in rest["items"]] == [(True, 40.0)]


class TestSummary:
    @pytest.mark.usefixtures("pasts")
    async def test_counts_everything(self, api: httpx.AsyncClient) -> None:
        found = (await api.get("/machines/history/summary")).json()
        assert found["by_status"] == {**dict.fromkeys(STATUSES, 1), "unknown": 2}
        tries = [word for words in PASTS.values() for word in words if word != "offer_gone"] + ["ok"]
        good = tries.count("ok")
        assert (found["machines"], found["attempts"]) == (7, len(tries))
        assert found["success_rate"] == round(100 * good / len(tries), 2)
        assert [(each["provider"], each["machines"]) for each in found["providers"]] == [("runpod", 1), ("vast", 6)]
        assert found["failure_reasons"][0]["reason"] == "network"
        assert {each["reason"] for each in found["failure_reasons"]} == {"network", "ssh_failed"}

    async def test_shows_thirty_days(self, api: httpx.AsyncClient, db: Db, work_for: WorkFor) -> None:
        async with db.begin() as tx:
            for days, word in ((0, "ok"), (29, "network"), (29, "ok"), (29, "offer_gone"), (30, "ok")):
                at = START - timedelta(days=days)
                await attempts.record(work_for(tx), Attempt(VAST, "deploy", attempt(word).outcome, at=at))
        trend = (await api.get("/machines/history/summary")).json()["trend"]
        assert (len(trend), trend[0]["day"], trend[-1]["day"]) == (30, "2025-12-07", "2026-01-05")
        assert (trend[0]["attempts"], trend[0]["success_rate"]) == (2, 50.0)
        assert [day["success_rate"] for day in trend[1:-1]] == [None] * 28

    async def test_is_made_once_for_all_who_ask_within_half_a_minute(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor
    ) -> None:
        first = (await api.get("/machines/history/summary")).json()
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok"])
        assert (await api.get("/machines/history/summary")).json() == first
        assert first["as_of"] == "2026-01-05T12:00:00Z"

    async def test_of_nothing_is_empty(self, api: httpx.AsyncClient) -> None:
        found = (await api.get("/machines/history/summary")).json()
        assert (found["machines"], found["success_rate"], found["providers"]) == (0, None, [])


class OneOffer:
    def __init__(self, offer: Offered | None) -> None:
        self._offer = offer

    async def of(self, machine: MachineKey) -> Sequence[Offered]:
        if self._offer is None:
            raise Unavailable("no market")
        return [self._offer]


def _named(machine_id: str) -> dict[str, str]:
    return {"provider": "vast", "machine_id": machine_id}
