"""Savings, figures, budgets and schedules: sums led back to rows, and wishes that are carried out in time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from dumont.fleet import schedules
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.tables import (
    FleetCost,
    FleetFailover,
    FleetHibernation,
    FleetInstance,
    FleetOperation,
    FleetRace,
    FleetSchedule,
)
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.fleet.doors.conftest import Box


@pytest.fixture
async def slept(box: Box) -> FleetHibernation:
    """For ten hours, given up at fifty cents; then woken by a race whose loser ran for six minutes at a dollar."""
    began = box.now - timedelta(hours=11)
    race = FleetRace(
        id=uuid4(), instance_id=box.id, attempt_type="wake", state="won", batch=2, rounds_max=3, round_seconds=90,
        started_at=box.now - timedelta(hours=1), winner_id=box.rental_id,
    )  # fmt: skip
    sleep = FleetHibernation(
        id=uuid4(), instance_id=box.id, owner_id=box.owner_id, rental_id=box.rental_id, why="idle", asked_at=began,
        slept_at=began, ended_at=box.now - timedelta(hours=1), price_hour=Decimal("0.5"), snapshot_bytes=73 * 10**9,
        storage_price_gb_month=Decimal("0.015"), race_id=race.id,
    )  # fmt: skip
    await box.add(race)
    await box.add(sleep)
    loser = await box.rental(
        role="racer", stage="ended", why_ended="lost_race", race_id=race.id, ended_at=box.now - timedelta(minutes=54)
    )
    await box.costs(loser, "1", hours=1, until=box.now - timedelta(minutes=54))
    return sleep


class TestSavings:
    async def test_are_what_was_given_up_less_what_was_paid_instead(
        self, ada: Person, box: Box, slept: FleetHibernation
    ) -> None:
        shown = await ada.gets("/metrics/savings/real?explain=true")
        assert (shown["hours_asleep"], shown["given_up"]) == (10, "5.000000")
        assert (shown["storage"], shown["race_overhead"]) == ("0.015000", "0.100000")
        assert shown["saved"] == "4.885000"
        assert shown["spent"] == "0.600000"  # an hour of the machine, and the loser
        assert shown["never_hibernated"] == "5.500000"
        [row] = shown["explained"]
        assert (row["hibernation_id"], row["saved"]) == (str(slept.id), "4.885000")
        assert [each["name"] for each in shown["instances"]] == ["llama"]
        assert sum(Decimal(day["saved"]) for day in shown["days"]) == Decimal("4.885")

    @pytest.mark.parametrize("won", [False, True], ids=["lost", "won_by_one_that_was_turned_away"])
    async def test_are_less_by_races_that_came_to_nothing_meanwhile(
        self, ada: Person, box: Box, slept: FleetHibernation, *, won: bool
    ) -> None:
        lost = FleetRace(
            id=uuid4(), instance_id=box.id, attempt_type="wake", state="won" if won else "lost", batch=1, rounds_max=1,
            round_seconds=90, started_at=box.now - timedelta(hours=3), ended_at=box.now - timedelta(hours=2),
        )  # fmt: skip
        await box.add(lost)
        over = box.now - timedelta(hours=2)
        entrant = await box.rental(role="racer", stage="ended", why_ended="unused", race_id=lost.id, ended_at=over)
        async with box.db.begin() as tx:
            (await tx.get_one(FleetRace, lost.id)).winner_id = entrant if won else None
        await box.costs(entrant, "0.3", hours=3, until=over)
        shown = await ada.gets("/metrics/savings/real")
        assert (shown["race_overhead"], shown["saved"]) == ("0.400000", "4.585000")
        assert slept.ended_at is not None

    @pytest.mark.usefixtures("slept")
    async def test_are_nobody_elses(self, eve: Person) -> None:
        shown = await eve.gets("/metrics/savings/real?explain=true")
        assert (shown["saved"], shown["explained"], shown["instances"]) == ("0.000000", [], [])

    async def test_name_a_window_that_is_none(self, ada: Person) -> None:
        answer = await ada.asks("GET", "/metrics/savings/real?from=2026-03-02T00:00Z&to=2026-03-01T00:00Z")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "from"


class TestFigures:
    async def test_count_operations_by_kind_and_cloud(self, ada: Person, box: Box) -> None:
        began = box.now - timedelta(seconds=50)
        await box.set_rental(ready_at=began + timedelta(seconds=30))
        await box.add(
            FleetOperation(
                id=uuid4(), instance_id=box.id, kind="launch", state="done", stage="ready", stage_since=began,
                stages={"booting": 20.0}, created_at=began, ended_at=began + timedelta(seconds=40),
            )
        )  # fmt: skip
        shown = await ada.gets("/metrics")
        assert [(each["provider"], each["done"], each["p50_seconds"]) for each in shown["operations"]] == [
            (None, 1, 40),
            ("vast", 1, 40),
        ]
        booting = {"kind": "launch", "stage": "booting", "p50_seconds": 20, "p95_seconds": 20}
        assert shown["stages"] == [{**booting, "provider": None}, {**booting, "provider": "vast"}]

    async def test_count_as_interruptions_what_nobody_asked_for(self, ada: Person, box: Box) -> None:
        for minutes in (50, 20):
            at = box.now - timedelta(minutes=minutes)
            await box.add(
                FleetFailover(
                    id=uuid4(), instance_id=box.id, kind="cpu", why="", began_at=at, noticed_at=at, on_standby_at=at
                )
            )  # fmt: skip
        await box.add(
            FleetOperation(
                id=uuid4(), instance_id=box.id, kind="failover", state="done", stage="", stage_since=at, stages={},
                requested_by=box.owner_id, created_at=at - timedelta(seconds=1), ended_at=at + timedelta(minutes=9),
            )
        )  # fmt: skip
        shown = await ada.gets("/metrics")
        assert (shown["interruptions"], shown["failovers"]) == (1, 2)


class TestBudget:
    async def test_is_shown_with_what_is_used(self, ada: Person, box: Box) -> None:
        await ada.does("PUT", "/budgets", {"per_day": "25.00", "max_price_hour": "2"})
        shown = await ada.gets("/budgets")
        assert (shown["per_day"], shown["per_month"]) == ("25.000000000", None)
        assert (shown["price_hour"], shown["spent_today"]) == ("0.500000", "0.500000")

    async def test_that_is_used_up_puts_instances_to_sleep(self, ada: Person, box: Box, parts: Parts, db: Db) -> None:
        await ada.does("PUT", "/budgets", {"per_day": "0.50"})
        await budgets.turn(Means.of(parts.get))
        assert await _asked(db, box.id) == [("hibernate", "The budget of $0.50 a day is used up.")]
        await budgets.turn(Means.of(parts.get))
        assert len(await _asked(db, box.id)) == 1

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
