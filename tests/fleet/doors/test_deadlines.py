"""Work with a deadline at the doors: what is expected of it before, how far it is, and what is refused."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.instances import standbys
from dumont.fleet.means import Means
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.tables import FleetInstance
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fleet.doors.conftest import Box
from tests.fleet.doors.test_launch import ANY, codes, planned, refused


@pytest.fixture
def wish(clock: FakeClock) -> dict[str, Any]:
    return {"spot": True, "work_hours": 4, "deadline": (clock.now() + timedelta(hours=12)).isoformat()}


class TestPlan:
    async def test_tells_what_the_whole_work_is_expected_to_cost(self, ada: Person, wish: dict[str, Any]) -> None:
        plan = await planned(ada, **wish)
        course = plan["course"]
        assert (course["start"], course["place"]) == ("spot", "vast:Sweden, SE")
        assert Decimal(course["cost_low"]) <= Decimal(course["cost"]) < Decimal(course["cost_on_demand"])
        assert course["words"].startswith("Start on spot in vast:Sweden, SE. Expect to pay")
        assert 4 < course["finished_hours"]["mean"] < 12
        assert {each["spot"] for each in plan["candidates"]} == {True}

    async def test_says_when_the_deadline_leaves_no_time(self, ada: Person, clock: FakeClock) -> None:
        near = (clock.now() + timedelta(hours=4.1)).isoformat()
        plan = await planned(ada, spot=True, work_hours=4, deadline=near)
        assert "deadline_near" in codes(plan)
        assert plan["course"]["start"] == "on_demand"
        assert {each["spot"] for each in plan["candidates"]} == {False}

    async def test_has_none_without_a_deadline(self, ada: Person) -> None:
        assert (await planned(ada, spot=True))["course"] is None


class TestLaunch:
    async def test_begins_with_nothing_done_and_nothing_decided(self, ada: Person, wish: dict[str, Any]) -> None:
        made = (await ada.does("POST", "/instances", {**ANY, **wish}))["instance"]
        course = made["course"]
        assert (course["work_hours"], course["done_hours"], course["action"]) == (4, 0, None)
        assert course["left_hours"] == pytest.approx(12)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"work_hours": None}, "work_hours"),
            ({"deadline": None}, "deadline"),
            ({"spot": False}, "spot"),
            ({"work_hours": 13}, "deadline"),
            ({"standby": {"enabled": True}}, "standby.enabled"),
        ],
    )
    async def test_refuses_what_can_not_be(
        self, ada: Person, wish: dict[str, Any], change: dict[str, Any], field: str
    ) -> None:
        problem = await refused(ada, 422, **{**wish, **change})
        assert problem["errors"][0]["field"] == field


class TestProgress:
    @pytest.fixture
    async def course(self, ada: Person, box: Box, wish: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = await ada.does("PATCH", box.path, wish)
        return dict(changed["course"])

    async def test_is_counted_while_it_runs(self, ada: Person, box: Box, course: Any, clock: FakeClock) -> None:
        assert (course["done_hours"], course["counts"]) == (0, True)
        clock.advance(seconds=360)
        assert (await ada.gets(box.path))["course"]["done_hours"] == pytest.approx(0.1)

    async def test_is_what_was_said_and_ends_when_that_is_said(self, ada: Person, box: Box, course: Any) -> None:
        assert course is not None
        said = await ada.does("POST", f"{box.path}/progress", {"done_hours": 2.5})
        assert said["course"]["done_hours"] == pytest.approx(2.5)
        over = await ada.does("POST", f"{box.path}/progress", {"finished": True})
        assert (over["course"]["outcome"], over["course"]["counts"]) == ("finished", False)
        again = await ada.asks("POST", f"{box.path}/progress", {"done_hours": 3})
        assert (again.status_code, again.json()["code"]) == (409, "no_deadline")

    async def test_allows_no_second_machine(self, ada: Person, box: Box, course: Any) -> None:
        answer = await ada.asks("PUT", f"/standby/{box.id}", {"enabled": True})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "standby.enabled")

    @pytest.mark.usefixtures("at_google")
    async def test_gets_none_that_is_usual(self, ada: Person, box: Box, course: Any, db: Db, parts: Parts) -> None:
        await ada.does("PUT", "/standby", {"enabled": True})
        async with db.begin() as tx:
            instance = await tx.get_one(FleetInstance, box.id)
            assert await standbys.settle(Means.of(parts.get).work(tx), instance, StandbyWish(), None) is None

    async def test_is_no_more_than_the_work(self, ada: Person, box: Box, course: Any) -> None:
        assert course is not None
        answer = await ada.asks("POST", f"{box.path}/progress", {"done_hours": 4.5})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "done_hours")

    async def test_goes_on_with_another_deadline_and_is_none_without(
        self, ada: Person, box: Box, course: Any, clock: FakeClock
    ) -> None:
        assert course is not None
        await ada.does("POST", f"{box.path}/progress", {"done_hours": 2, "finished": True})
        later = clock.now() + timedelta(hours=30)
        more = await ada.does("PATCH", box.path, {"deadline": later.isoformat(), "work_hours": 6})
        found = more["course"]
        assert (found["done_hours"], found["work_hours"], found["outcome"]) == (2, 6, None)
        assert datetime.fromisoformat(found["deadline"]) == later
        without = await ada.does("PATCH", box.path, {"deadline": None, "work_hours": None})
        assert without["course"] is None
        assert UUID(without["id"]) == box.id

    @pytest.mark.parametrize("spot", [False, True])
    async def test_is_taken_back_with_what_came_with_it(
        self, ada: Person, box: Box, wish: dict[str, Any], spot: bool
    ) -> None:
        await ada.does("PATCH", box.path, {"spot": spot})
        await ada.does("PATCH", box.path, wish)
        await ada.does("PATCH", box.path, {"work_hours": 5})
        await ada.does("PATCH", box.path, {"deadline": None, "work_hours": None})
        assert (await ada.gets(box.path))["wanted"]["spot"] is spot
