"""Scores through their doors: best first, one machine, its days, with the cache and the database away."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from cashews import Cache
from prometheus_client import REGISTRY

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db
from dumont.platform.db.engine import DatabaseAway, make_db, make_engine
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.reliability import days, scoring
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.rules.day import Day
from tests.fakes.clock import START, FakeClock
from tests.reliability.conftest import WorkFor

LIST = "/reliability/machines"
BEST, MIDDLE, YOUNG = MachineKey("vast", "best"), MachineKey("runpod", "A:B 1"), MachineKey("vast", "young")
TWIN, OTHER_TWIN = MachineKey("vast", "77"), MachineKey("runpod", "77")


@pytest.fixture
async def machines(db: Db, work_for: WorkFor) -> None:
    async with db.begin() as tx:
        work = work_for(tx)
        for key, up, count in (
            (BEST, 1.0, 30),
            (MIDDLE, 0.8, 20),
            (YOUNG, 1.0, 6),
            (TWIN, 0.3, 9),
            (OTHER_TWIN, 0.2, 9),
        ):
            ages = [START - timedelta(days=age) for age in range(0, 2 * count, 2)]
            await days.add(work, [Day(key, at.date(), at, 86400, 86400 * up, 1) for at in ages])
        await scoring.score(work, [BEST, MIDDLE, YOUNG, TWIN, OTHER_TWIN])


async def listed(api: httpx.AsyncClient, **params: Any) -> Any:
    answer = await api.get(LIST, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def keys(api: httpx.AsyncClient, **params: Any) -> list[str]:
    return [item["key"] for item in (await listed(api, **params))["items"]]


@pytest.mark.usefixtures("machines")
class TestList:
    async def test_begins_with_the_best_and_ends_with_what_has_no_score(self, api: httpx.AsyncClient) -> None:
        expected = ["vast:best", "runpod:A:B 1", "vast:77", "runpod:77", "vast:young"]
        assert await keys(api) == await keys(api, sort="reliability") == expected

    async def test_goes_on_by_page(self, api: httpx.AsyncClient) -> None:
        found: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = await listed(api, limit=2, **({"cursor": cursor} if cursor else {}))
            found, cursor = [*found, *[item["key"] for item in page["items"]]], page["next_cursor"]
        assert (found, cursor) == (await keys(api), None)

    @pytest.mark.parametrize(
        ("params", "count"),
        [
            ({"min_score": 0}, 4),
            ({"min_score": 90}, 2),
            ({"min_score": 90.01}, 1),
            ({"provider": "runpod"}, 2),
            ({"machine_ids": "vast:best,runpod:A:B 1"}, 2),
            ({"machine_ids": ["77", "vast:young"]}, 3),
            ({"machine_ids": "nobody"}, 0),
        ],
    )
    async def test_leaves_out_what_is_not_asked_for(
        self, api: httpx.AsyncClient, params: dict[str, Any], count: int
    ) -> None:
        assert len(await keys(api, **params)) == count

    @pytest.mark.parametrize(
        "params", [{"sort": "price"}, {"min_score": 101}, {"cursor": "x"}, {"machine_ids": "a\x00"}]
    )
    async def test_refuses_what_it_does_not_know(self, api: httpx.AsyncClient, params: dict[str, Any]) -> None:
        assert (await api.get(LIST, params=params)).status_code == 422


@pytest.mark.usefixtures("machines")
class TestOne:
    async def test_shows_what_the_score_is_made_of(self, api: httpx.AsyncClient) -> None:
        found = (await api.get(f"{LIST}/runpod:A:B 1")).json()
        assert (found["score"], found["status"], found["warning"]) == (90, "scored", None)
        assert found["score_low"] < 90 < found["score_high"]
        weights = {name: (part["weight"], part["points"]) for name, part in found["parts"].items()}
        assert weights == {"uptime": (0.5, 80), "interruptions": (0.5, 100), "rating": (0, None)}
        assert (found["days"], found["rentals"], found["interruptions"]) == (15, 15, 0)
        assert not found["stale"]

    async def test_says_how_many_days_are_missing(self, api: httpx.AsyncClient) -> None:
        found = (await api.get(f"{LIST}/vast:young")).json()
        assert (found["score"], found["score_low"], found["status"]) == (None, None, "insufficient_data")
        assert found["warning"] == "6 of the 7 days that a score needs."

    @pytest.mark.parametrize(("hours", "stale"), [(23, False), (24, False), (25, True)])
    async def test_warns_of_old_data(self, api: httpx.AsyncClient, clock: FakeClock, hours: int, stale: bool) -> None:
        clock.advance(hours=hours)
        found = (await api.get(f"{LIST}/vast:best")).json()
        assert (found["stale"], found["warning"] is not None) == (stale, stale)

    @pytest.mark.parametrize(
        ("name", "status"), [("best", 200), ("77", 409), ("vast:77", 200), ("nobody", 404), ("vast:nobody", 404)]
    )
    async def test_is_found_by_its_id_where_only_one_has_it(
        self, api: httpx.AsyncClient, name: str, status: int
    ) -> None:
        answer = await api.get(f"{LIST}/{name}")
        assert answer.status_code == status
        if status == 409:
            assert "runpod:77, vast:77" in answer.json()["hint"]


@pytest.mark.usefixtures("machines")
class TestHistory:
    async def test_is_thirty_days_with_nothing_where_nothing_was_seen(self, api: httpx.AsyncClient) -> None:
        found = (await api.get(f"{LIST}/vast:best/history")).json()["days"]
        assert (len(found), found[-1]["day"]) == (30, START.date().isoformat())
        assert [day["uptime_percentage"] for day in found] == [None, 100] * 15
        assert {value for name, value in found[0].items() if name != "day"} == {None}

    async def test_tells_of_an_unknown_machine(self, api: httpx.AsyncClient) -> None:
        answer = await api.get(f"{LIST}/vast:nobody/history")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_machine")


class Away:
    """A database that went away."""

    def begin(self) -> Any:
        raise DatabaseAway("It does not answer.")

    def looking(self, **_: Any) -> Any:
        raise DatabaseAway("It does not answer.")


class Nowhere:
    """A cache that went away, as the library shows that: nothing is ever there."""

    async def get(self, _key: str) -> None: ...

    async def set(self, *_: Any, **__: Any) -> None: ...

    async def delete_match(self, _pattern: str) -> None: ...


@pytest.mark.usefixtures("machines")
class TestMemory:
    @pytest.fixture
    def memory(self, parts: Parts) -> ScoreMemory:
        return parts.get(ScoreMemory)

    async def test_is_asked_first(self, api: httpx.AsyncClient) -> None:
        before = hits()
        for _ in range(10):
            assert (await api.get(f"{LIST}/vast:best")).status_code == 200
        assert hits() - before == 9

    async def test_answers_with_the_database_away_and_says_so(
        self, api: httpx.AsyncClient, memory: ScoreMemory
    ) -> None:
        fresh = (await api.get(f"{LIST}/vast:best")).json()
        memory._db, memory._looked = Away(), -1e9  # type: ignore[assignment]
        found = (await api.get(f"{LIST}/vast:best")).json()
        assert found["score"] == fresh["score"]
        assert "database" in found["warning"]

    async def test_is_done_without_when_it_is_away(self, api: httpx.AsyncClient, memory: ScoreMemory) -> None:
        memory._cache = Nowhere()  # type: ignore[assignment]
        assert (await api.get(f"{LIST}/vast:best")).json()["score"] == 100


async def test_what_another_process_changed_is_forgotten(
    fresh_database_url: str, settings: Settings, work_for: WorkFor
) -> None:
    engine = make_engine(fresh_database_url, settings, name="memory")
    db, cache = make_db(engine), Cache()
    cache.setup("mem://")
    memory, reads = ScoreMemory(cache, db), iter(range(9))

    async def read() -> dict[str, Any]:
        return {"read": next(reads)}

    async def asked() -> Any:
        memory._looked = -1e9
        return (await memory.of(BEST, read))["read"]

    before = await asked()
    async with db.begin() as tx:
        await days.add(work_for(tx), [Day(BEST, START.date(), START, 60)])
        await scoring.score(work_for(tx), [BEST])
    after = await asked()
    await engine.dispose()
    assert before < after  # how long it stays forgotten hangs on whoever else has a transaction open


def hits() -> float:
    return REGISTRY.get_sample_value("dumont_reliability_scores_read_total", {"outcome": "hit"}) or 0.0
