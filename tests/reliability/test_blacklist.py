"""The blacklist through its doors: three kinds, whose it is, the stronger one, the exact end, and what stays of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from dumont.platform.db import Db
from dumont.platform.work import Caller
from dumont.reliability import blacklist
from dumont.reliability.events import Blacklisted
from tests.build.accounts import Person
from tests.build.reliability import VAST, tried
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.reliability.conftest import WorkFor

LIST = "/machines/history/blacklist"
CHECK = f"{LIST}/check/vast/12345"
ONE = f"{LIST}/vast/12345"
WISH = {"provider": "vast", "machine_id": "12345", "reason": "slow disk"}
IN_ROW = ("unknown", "unknown", "unknown")
CRITICAL = ("boot_timeout",)


async def _tried(db: Db, work_for: WorkFor, *words: str) -> None:
    async with db.begin() as tx:
        await tried(work_for(tx), words)


class TestAutomatic:
    async def test_counts_for_everyone_until_its_last_second(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        await _tried(db, work_for, *IN_ROW)
        entry = (await api.get(CHECK)).json()["entry"]
        assert (entry["blacklist_type"], entry["created_by"], entry["for_everyone"]) == ("automatic", None, True)
        clock.advance(days=7, seconds=-1)
        assert (await api.get(CHECK)).json()["is_blacklisted"] is True
        clock.advance(seconds=1)
        assert (await api.get(CHECK)).json() == {"is_blacklisted": False, "entry": None}

    async def test_is_not_given_by_hand(self, operator: Person) -> None:
        assert (await operator.asks("POST", LIST, {**WISH, "blacklist_type": "automatic"})).status_code == 422


class TestTemporary:
    async def test_ends_after_24_hours_to_the_second(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        await _tried(db, work_for, *CRITICAL)
        assert (await api.get(CHECK)).json()["entry"]["blacklist_type"] == "temporary"
        clock.advance(hours=24, seconds=-1)
        assert (await api.get(CHECK)).json()["is_blacklisted"] is True
        clock.advance(seconds=1)
        assert (await api.get(CHECK)).json()["is_blacklisted"] is False

    async def test_by_hand_is_for_everyone_and_so_for_operators(
        self, ada: Person, bob: Person, operator: Person
    ) -> None:
        wish = {**WISH, "blacklist_type": "temporary"}
        refused = await ada.asks("POST", LIST, wish)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        entry = await operator.does("POST", LIST, wish)
        assert (entry["for_everyone"], entry["created_by"]) == (True, await operator.id())
        assert (await bob.gets(CHECK))["is_blacklisted"] is True


class TestManual:
    async def test_is_for_one_account_and_has_no_end(
        self, api: httpx.AsyncClient, ada: Person, bob: Person, clock: FakeClock
    ) -> None:
        entry = await ada.does("POST", LIST, WISH)
        assert (entry["expires_at"], entry["for_everyone"], entry["active"]) == (None, False, True)
        clock.advance(minutes=14)
        assert (await ada.gets(CHECK))["entry"]["id"] == entry["id"]
        assert (await bob.gets(CHECK))["is_blacklisted"] is False
        assert (await api.get(CHECK)).json()["is_blacklisted"] is False
        assert (await bob.gets(LIST))["items"] == []

    async def test_of_an_operator_may_be_for_everyone(self, ada: Person, bob: Person, operator: Person) -> None:
        assert (await ada.asks("POST", LIST, {**WISH, "for_everyone": True})).status_code == 403
        await operator.does("POST", LIST, {**WISH, "for_everyone": True})
        assert (await bob.gets(CHECK))["entry"]["reason"] == "slow disk"

    async def test_again_is_renewed_and_not_doubled(self, ada: Person) -> None:
        first = await ada.does("POST", LIST, WISH)
        second = await ada.does("POST", LIST, {**WISH, "reason": "still slow"})
        assert (second["id"], second["reason"]) == (first["id"], "still slow")
        assert len((await ada.gets(LIST))["items"]) == 1

    async def test_needs_an_account(self, api: httpx.AsyncClient) -> None:
        assert (await api.post(LIST, json=WISH)).status_code == 401

    @pytest.mark.parametrize(
        "wrong",
        [
            {"provider": "clowd"},
            {"machine_id": ""},
            {"machine_id": "a/b"},
            {"reason": "  "},
            {"reason": "x" * 501},
            {"blacklist_type": "for ever"},
        ],
    )
    async def test_wants_a_machine_and_a_reason(self, ada: Person, wrong: dict[str, str]) -> None:
        answer = await ada.asks("POST", LIST, {**WISH, **wrong})
        assert answer.status_code == 422, answer.text

    async def test_is_told_to_nobody_else(
        self, db: Db, work_for: WorkFor, published: FakePublisher, ada: Person, operator: Person
    ) -> None:
        me = Caller("user", await _uuid(ada), frozenset({"machines:write"}))
        async with db.begin() as tx:
            await blacklist.add(work_for(tx, me), VAST, "manual", "mine")
        assert published.of(Blacklisted)[0].topics() == (f"user:{me.user_id}",)


class TestStronger:
    async def test_replaces_the_weaker(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, operator: Person
    ) -> None:
        await _tried(db, work_for, *CRITICAL)
        await _tried(db, work_for, "unknown", "unknown")
        await operator.does("POST", LIST, {**WISH, "for_everyone": True})
        items = (await api.get(LIST)).json()["items"]
        assert {item["blacklist_type"]: item["ended_why"] for item in items} == {
            "manual": None,
            "automatic": "replaced",
            "temporary": "replaced",
        }
        assert {item["blacklist_type"] for item in items if item["active"]} == {"manual"}

    async def test_stands_against_the_weaker(self, db: Db, work_for: WorkFor, operator: Person) -> None:
        await operator.does("POST", LIST, {**WISH, "for_everyone": True})
        async with db.begin() as tx:
            recorded = await tried(work_for(tx), IN_ROW)
        assert recorded.entry is not None
        assert (recorded.entry.outcome, recorded.entry.kind) == ("kept", "manual")
        answer = await operator.asks("POST", LIST, {**WISH, "blacklist_type": "temporary"})
        assert (answer.status_code, answer.json()["code"]) == (409, "blocked_already")

    async def test_of_two_that_count_for_me_is_shown(
        self, db: Db, work_for: WorkFor, ada: Person, operator: Person
    ) -> None:
        await _tried(db, work_for, *CRITICAL)
        await ada.does("POST", LIST, WISH)
        assert (await ada.gets(CHECK))["entry"]["blacklist_type"] == "manual"
        assert len((await ada.gets(LIST, params={"active": "true"}))["items"]) == 2

    async def test_makes_room_for_a_weaker_one_when_its_time_is_up(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        await _tried(db, work_for, *IN_ROW, "ok", "ok", "ok")
        clock.advance(days=7)
        await _tried(db, work_for, *CRITICAL)
        items = (await api.get(LIST)).json()["items"]
        assert [(item["blacklist_type"], item["ended_why"]) for item in items] == [
            ("temporary", None),
            ("automatic", "expired"),
        ]


class TestRemoval:
    async def test_stays_in_the_history_with_who_when_and_why(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, operator: Person, clock: FakeClock
    ) -> None:
        await _tried(db, work_for, *IN_ROW)
        clock.advance(minutes=3)
        assert (await operator.asks("DELETE", ONE, params={"why": "new disk"})).status_code == 204
        assert (await api.get(CHECK)).json()["is_blacklisted"] is False
        (item,) = (await api.get(LIST, params={"active": "false"})).json()["items"]
        assert (item["ended_by"], item["ended_why"], item["active"]) == (await operator.id(), "new disk", False)
        assert item["ended_at"] == clock.now().isoformat().replace("+00:00", "Z")
        assert "machine.cleared" in [each["action"] for each in (await operator.gets("/audit"))["items"]]

    async def test_of_what_counts_for_everyone_is_for_operators(
        self, db: Db, work_for: WorkFor, ada: Person, operator: Person
    ) -> None:
        await _tried(db, work_for, *IN_ROW)
        assert (await ada.asks("DELETE", ONE)).status_code == 403
        assert (await operator.asks("DELETE", ONE)).status_code == 204

    async def test_takes_my_own_first(self, db: Db, work_for: WorkFor, operator: Person) -> None:
        await _tried(db, work_for, *IN_ROW)
        await operator.does("POST", LIST, WISH)
        await operator.does("DELETE", ONE)
        assert (await operator.gets(CHECK))["entry"]["blacklist_type"] == "automatic"
        await operator.does("POST", LIST, WISH)
        await operator.does("DELETE", f"{ONE}?for_everyone=true")
        assert (await operator.gets(CHECK))["entry"]["blacklist_type"] == "manual"

    async def test_of_nothing_is_not_found(self, ada: Person, bob: Person) -> None:
        await bob.does("POST", LIST, WISH)
        answer = await ada.asks("DELETE", ONE)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_blacklisted")

    async def test_leaves_a_machine_its_chance_until_it_fails_again(
        self, db: Db, work_for: WorkFor, operator: Person
    ) -> None:
        await _tried(db, work_for, *IN_ROW)
        await operator.does("DELETE", ONE)
        await _tried(db, work_for, "ok")
        assert (await operator.gets(CHECK))["is_blacklisted"] is False
        await _tried(db, work_for, "unknown")
        assert (await operator.gets(CHECK))["entry"]["reason"] == "succeeded in 1 of 5 attempts"


class TestList:
    async def test_is_filtered(self, db: Db, work_for: WorkFor, ada: Person, operator: Person) -> None:
        await _tried(db, work_for, *IN_ROW)
        await ada.does("POST", LIST, {**WISH, "provider": "runpod", "machine_id": "SECURE:RTX 4090:EU"})

        async def shown(**filters: str) -> list[str]:
            return sorted(item["key"] for item in (await ada.gets(LIST, params=filters))["items"])

        assert await shown() == ["runpod:SECURE:RTX 4090:EU", "vast:12345"]
        assert await shown(provider="vast") == ["vast:12345"]
        assert await shown(type="manual") == ["runpod:SECURE:RTX 4090:EU"]
        assert await shown(active="false") == []
        assert (await ada.gets(f"{LIST}/check/runpod/SECURE:RTX%204090:EU"))["is_blacklisted"] is True

    async def test_comes_by_page(self, ada: Person) -> None:
        for number in range(5):
            await ada.does("POST", LIST, {**WISH, "machine_id": f"m{number}"})
        seen: list[str] = []
        page: dict[str, Any] = {"next_cursor": ""}
        while page["next_cursor"] is not None:
            page = await ada.gets(LIST, params={"limit": 2, "cursor": page["next_cursor"]})
            seen += [item["machine_id"] for item in page["items"]]
        assert sorted(seen) == [f"m{number}" for number in range(5)]

    async def test_shows_an_entry_as_over_before_it_is_tidied_up(
        self, api: httpx.AsyncClient, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        await _tried(db, work_for, *CRITICAL)
        ends = clock.now() + timedelta(hours=24)
        clock.advance(hours=30)
        (item,) = (await api.get(LIST, params={"active": "false"})).json()["items"]
        assert (item["active"], item["ended_why"]) == (False, "expired")
        assert item["ended_at"] == item["expires_at"] == ends.isoformat().replace("+00:00", "Z")


async def _uuid(person: Person) -> UUID:
    return UUID(await person.id())
