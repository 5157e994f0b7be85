"""Savings, figures, budgets and schedules: sums led back to rows, and wishes that are carried out in time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update

from dumont.fleet import schedules
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.tables import (
    FleetCost,
    FleetInstance,
    FleetOperation,
    FleetSchedule,
)
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.fleet.doors.conftest import Box


class TestBudget:
    async def test_is_shown_with_what_is_used(self, ada: Person, box: Box) -> None:
        put = await ada.does("PUT", "/budgets", {"per_day": "25.00", "max_price_hour": "2"})
        assert (put["per_day"], put["max_price_hour"]) == ("25.000000", "2.000000"), "places as all money has"
        shown = await ada.gets("/budgets")
        assert (shown["per_day"], shown["per_month"]) == ("25.000000", None)
        assert (shown["price_hour"], shown["spent_today"]) == ("0.500000", "0.500000")

    async def test_counts_an_hour_that_is_paid_ahead_whole_and_the_next_price_from_its_end(
        self, ada: Person, box: Box, db: Db
    ) -> None:
        async with db.begin() as tx:
            await tx.execute(delete(FleetCost))
        bought = box.now - timedelta(minutes=6)
        await box.costs(box.rental_id, "10", hours=0.1, until=bought + timedelta(hours=1))
        await box.costs(box.rental_id, "10.5", hours=-0.9)
        shown = await ada.gets("/budgets")
        assert shown["price_hour"] == "10.500000"
        assert shown["spent_today"] == shown["spent_this_month"] == "10.000000"
        assert (await ada.gets(box.path))["cost"] == "10.000000"

    async def test_that_is_used_up_puts_instances_to_sleep(self, ada: Person, box: Box, parts: Parts, db: Db) -> None:
        await ada.does("PUT", "/budgets", {"per_day": "0.50"})
        await budgets.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("hibernate", "The budget of $0.50 a day is used up.")]
        await budgets.turn(Means.of(parts.get))
        assert len(await _asked(db, box.id)) == 1

    @pytest.mark.usefixtures("at_google")
    async def test_that_is_used_up_wakes_nobody_for_half_a_life(self, ada: Person, box: Box) -> None:
        await ada.does("PATCH", box.path, {"standby": {"enabled": True}})
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        await ada.does("PUT", "/budgets", {"per_day": "0.50"})
        answer = await ada.asks("POST", f"{box.path}/half-life")
        assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")
        await ada.does("PUT", "/budgets", {"per_day": "0.60"})
        assert (await ada.does("POST", f"{box.path}/half-life"))["kind"] == "half_life"

    async def test_that_is_near_its_end_only_warns(self, ada: Person, box: Box, parts: Parts, db: Db) -> None:
        await ada.does("PUT", "/budgets", {"per_day": "0.60"})
        await budgets.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == []

    async def test_of_an_hour_is_told_of_when_it_is_near_and_kept_when_prices_rise(
        self, ada: Person, box: Box, parts: Parts, db: Db
    ) -> None:
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.50"})
        await budgets.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == []
        async with db.begin() as tx:
            await tx.execute(update(FleetCost).values(price_hour=Decimal("0.51")))
        for _ in range(2):
            await budgets.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("hibernate", "Prices have risen above the budget of $0.50 an hour.")]
        told = [each for each in await _told(db) if each["limit"] == "hour"]
        assert [(each["level"], Decimal(each["used"])) for each in told] == [
            ("near", Decimal("0.5")),
            ("over", Decimal("0.51")),
        ]

    async def test_of_an_hour_refuses_another_machine(self, ada: Person, box: Box) -> None:
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.60"})
        answer = await ada.asks("POST", "/instances", {"filters": {"model": ["RTX 4090"]}, "name": "second"})
        assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")

    async def test_of_an_hour_counts_machines_that_are_still_on_their_way(self, ada: Person) -> None:
        """Nothing of the first one costs anything yet: no machine has even been chosen."""
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.80"})
        wish = {"filters": {"model": ["RTX 4090"]}, "race": {"machines": 1}}
        await ada.does("POST", "/instances", {**wish, "name": "first"})
        answer = await ada.asks("POST", "/instances", {**wish, "name": "second"})
        assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")

    @pytest.mark.parametrize(("state", "verb"), [("paused", "resume"), ("on_standby", "wake"), ("hibernated", "wake")])
    async def test_of_an_hour_refuses_a_machine_that_would_come_back(
        self, ada: Person, box: Box, db: Db, state: str, verb: str
    ) -> None:
        await box.set_rental(wanted="stopped", stage="stopped", price_hour=Decimal("0.4"))
        async with db.begin() as tx:
            await tx.execute(update(FleetCost).values(until=box.now))
            other = await build.an_instance(tx, box.now, owner_id=box.owner_id, user_id=box.owner_id, name="other")
            await build.a_rental(tx, other, box.now, stage="booting", price_hour=Decimal("0.5"))
        await box.set(state=state, wish=state)
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.80"})
        answer = await ada.asks("POST", f"{box.path}/{verb}")
        assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.90"})
        first = await ada.does("POST", f"{box.path}/{verb}")
        again = await ada.does("POST", f"{box.path}/{verb}")
        assert first["id"] == again["id"]

    async def test_of_an_hour_wakes_on_another_machine_where_the_one_before_is_too_dear(
        self, ada: Person, box: Box, db: Db
    ) -> None:
        gone = {"wanted": "gone", "stage": "ended", "ended_at": box.now, "why_ended": "hibernated"}
        await box.set_rental(**gone, price_hour=Decimal("0.9"))
        async with db.begin() as tx:
            await tx.execute(update(FleetCost).values(until=box.now))
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.30"})
        problem = (await ada.asks("POST", f"{box.path}/wake")).json()
        assert problem["code"] == "over_budget"
        assert "leaves $0.3000, and the cheapest machine that fits costs $0.4" in problem["detail"]
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.45"})
        made = await ada.does("POST", f"{box.path}/wake")
        assert Decimal("0.42") <= Decimal(made["details"]["price_hour"]) <= Decimal("0.45")

    async def test_of_an_hour_counts_the_dearest_of_those_that_race_on_this_computer(
        self, ada: Person, box: Box, db: Db, stall: Stall
    ) -> None:
        """Which is the host of all its machines, and lets them race together all the same."""
        prices = (300_000, 350_000)
        stall.put(*(row(f"l{price}", "local", host_id="this", price_micros=price) for price in prices))
        await box.set_rental(wanted="gone", stage="ended", ended_at=box.now, why_ended="hibernated", price_hour=9)
        async with db.begin() as tx:
            await tx.execute(update(FleetCost).values(until=box.now))
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.40"})
        made = await ada.does("POST", f"{box.path}/wake")
        assert Decimal(made["details"]["price_hour"]) > Decimal("0.35")  # with its disk


class TestSchedule:
    @pytest.mark.parametrize("state", ["destroying", "destroyed"])
    async def test_is_not_made_for_what_is_given_up(self, ada: Person, box: Box, state: str) -> None:
        await box.set(state=state, wish="destroyed", destroyed_at=box.now if state == "destroyed" else None)
        answer = await ada.asks("POST", f"{box.path}/schedules", {"action": "wake", "cron": "0 8 * * *"})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")

    async def test_is_carried_out_once_when_it_is_due(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        at = (clock.now() + timedelta(minutes=5)).isoformat()
        added = await ada.does("POST", f"{box.path}/schedules", {"action": "hibernate", "at": at})
        means = Means.of(parts.get)
        assert 0 < await schedules.turn(means) <= 30
        assert await _asked(db, box.id) == []
        clock.advance(seconds=301)
        await schedules.turn(means)
        assert await _asked(db, box.id) == [("hibernate", "Its schedule says so.")]
        [shown] = (await ada.gets(f"{box.path}/schedules"))["items"]
        assert (shown["id"], shown["next_at"], shown["last_outcome"]) == (added["id"], None, "done")
        logged = [each["summary"] for each in (await ada.gets("/audit"))["items"]]
        assert "Added a schedule to llama" in logged

    async def test_says_why_it_could_not_be_carried_out(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        times = (await ada.gets("/schedules/times?cron=*%20*%20*%20*%20*&timezone=Asia/Tokyo"))["times"]
        await ada.does("POST", f"{box.path}/schedules", {"action": "wake", "cron": "* * * * *"})
        [added] = (await ada.gets(f"{box.path}/schedules"))["items"]
        assert (len(times), added["next_at"]) == (5, times[0])
        clock.advance(seconds=61)
        await schedules.turn(Means.of(parts.get))
        async with db.begin() as tx:
            row = (await tx.execute(select(FleetSchedule))).scalar_one()
        assert row.last_outcome is not None
        assert row.last_outcome.startswith("already_there")
        assert row.next_at is not None
        assert row.next_at > clock.now()

    async def test_of_what_was_slept_through_meets_the_last_in_the_end(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        """The server was away from noon until the next day's night: it sleeps since, and was not woken after."""
        for action, cron in (("hibernate", "0 20 * * *"), ("wake", "0 8 * * *")):
            await ada.does("POST", f"{box.path}/schedules", {"action": action, "cron": cron})
        clock.advance(hours=34)
        await schedules.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("hibernate", "Its schedule says so.")]

    async def test_brings_what_is_paused_up_and_tells_of_what_it_could_not(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        await box.set(state="paused", wish="paused")
        for action in ("hibernate", "wake"):
            at = (clock.now() + timedelta(minutes=1)).isoformat()
            await ada.does("POST", f"{box.path}/schedules", {"action": action, "at": at})
            clock.advance(seconds=61)
            await schedules.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("resume", "Its schedule says so.")]
        told = (await ada.gets(f"{box.path}/events"))["items"]
        assert [(each["kind"], each["who"]) for each in told if "schedule" in each["why"]] == [("failure", "schedule")]

    async def test_puts_to_sleep_what_still_launches_as_soon_as_it_can(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        await box.set(state="launching")
        at = (clock.now() + timedelta(minutes=1)).isoformat()
        await ada.does("POST", f"{box.path}/schedules", {"action": "hibernate", "at": at})
        for state in ("launching", "running"):
            await box.set(state=state)
            clock.advance(seconds=61)
            await schedules.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("hibernate", "Its schedule says so.")]

    async def test_whose_time_zone_is_no_more_keeps_no_other_waiting(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        await ada.does("POST", f"{box.path}/schedules", {"action": "hibernate", "cron": "* * * * *"})
        async with db.begin() as tx:
            await tx.execute(update(FleetSchedule).values(timezone="Gone/Away"))
        at = (clock.now() + timedelta(seconds=60)).isoformat()
        await ada.does("POST", f"{box.path}/schedules", {"action": "hibernate", "at": at})
        clock.advance(seconds=61)
        await schedules.turn(Means.of(parts.get))
        shown = {each["timezone"]: each for each in (await ada.gets(f"{box.path}/schedules"))["items"]}
        assert (shown["Gone/Away"]["next_at"], shown["UTC"]["last_outcome"]) == (None, "done")
        assert shown["Gone/Away"]["last_outcome"] is not None

    async def test_wakes_nobody_beyond_a_budget(
        self, ada: Person, box: Box, parts: Parts, db: Db, clock: FakeClock
    ) -> None:
        await box.set(state="hibernated", wish="hibernated")
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.60"})
        await ada.does("POST", f"{box.path}/schedules", {"action": "wake", "cron": "* * * * *"})
        clock.advance(seconds=61)
        await schedules.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == []
        [shown] = (await ada.gets(f"{box.path}/schedules"))["items"]
        assert shown["last_outcome"].startswith("over_budget")

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"action": "wake"}, "at"),
            ({"action": "wake", "at": "2020-01-01T00:00:00Z"}, "at"),
            ({"action": "wake", "cron": "often"}, "cron"),
            ({"action": "wake", "cron": "0 0 30 2 *"}, "cron"),
            ({"action": "wake", "cron": "* * * * *", "timezone": "Mars"}, "timezone"),
        ],
    )
    async def test_that_is_none_names_the_field(self, ada: Person, box: Box, wish: dict[str, Any], field: str) -> None:
        answer = await ada.asks("POST", f"{box.path}/schedules", wish)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


async def _asked(db: Db, instance_id: UUID) -> list[tuple[str, str]]:
    """What was asked of it, and why."""
    query = select(FleetOperation.kind, FleetOperation.why).where(FleetOperation.instance_id == instance_id)
    async with db.begin() as tx:
        assert await tx.get(FleetInstance, instance_id) is not None
        return [(row[0], row[1]) for row in await tx.execute(query.order_by(FleetOperation.created_at))]


async def _told(db: Db) -> list[dict[str, Any]]:
    """Of budgets."""
    query = text("SELECT payload FROM events WHERE kind = 'fleet.budget_reached' ORDER BY id")
    async with db.begin() as tx:
        return list((await tx.execute(query)).scalars())
