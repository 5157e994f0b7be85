"""Work with a deadline, lived through: it goes on where it is cheapest, and on demand while that is still in time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from dumont.fleet.instances import courses
from dumont.fleet.rules.course import Course
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetBeat, FleetEvent, FleetHibernation, FleetInstance
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab

STEP_MINUTES = 1.5
SAYS = "The work says itself how far it is: 75% by now. That counts from here on."


class Deadline:
    """One instance with work to do, and a market in which spot machines come and go."""

    def __init__(self, lab: LifeLab) -> None:
        self.lab, self.spot = lab, True
        self.identity: UUID

    async def launches(self, work_hours: float, left_hours: float, **wanted: Any) -> "Deadline":
        self.sells(spot=self.spot)
        self.due_at = self.lab.clock.now() + timedelta(hours=left_hours)
        said = {
            "spot": True,
            "work_hours": work_hours,
            "deadline": self.due_at,
            "race": {"machines": 2, "seconds": 900},
            **wanted,
        }
        self.identity = await self.lab.launches(said)
        await self.lab.changes(self.identity, course=Course().model_dump(mode="json"))
        return self

    def sells(self, *, spot: bool) -> None:
        self.spot = spot
        price = 100_000 if spot else None
        rows = (row(str(number), host_id=f"h{number}", spot_price_micros=price) for number in range(1, 13))
        self.lab.stall.put(*rows, seen_at=self.lab.clock.now())

    async def lives(self, minutes: float, until: Callable[[FleetInstance], bool] = lambda _: False) -> FleetInstance:
        """In steps in which everyone does one thing."""
        for number in range(round(minutes / STEP_MINUTES)):
            found = await self.see()
            if until(found):
                return found
            if number % 5 == 0:
                self.sells(spot=self.spot)
            await self.lab.passes(STEP_MINUTES * 60, step=STEP_MINUTES * 60)
        return await self.see()

    async def is_idle(self) -> None:
        """For long, which its agent tells; whoever sleeps by that is warned first."""
        for _ in range(2):
            await self.lab.beats(self.identity, idle_for=3600, used=True)
            await self.lab.passes(1)
            self.lab.clock.advance(seconds=61)

    async def says(self, share: float, *, heard: bool = True) -> None:
        """By its agent, whose beats are still heard when it is asked next; or are not."""
        await self.lab.beats(self.identity)
        hour = timedelta(hours=1 if heard else -1)
        changed = {"sample": {"progress": share}, "received_at": self.lab.clock.now() + hour}
        async with self.lab.means.db.begin() as tx:
            await tx.execute(update(FleetBeat).values(**changed))

    async def is_lost(self, *, spot_left: bool) -> None:
        machine = await self.lab.primary(self.identity)
        self.sells(spot=spot_left)
        await self.lab.loses(machine)
        await self.lab.thinks()

    async def see(self) -> FleetInstance:
        return await self.lab.see(self.identity)

    async def course(self) -> Course:
        found = courses.of(await self.see())
        assert found is not None
        return found

    async def told(self, kind: str) -> list[FleetEvent]:
        return [each for each in await self.lab.all_of(FleetEvent) if each.kind == kind]

    async def began(self, kind: str) -> datetime:
        """The first race for machines of this kind."""
        of_kind = [each for each in await self.lab.rentals(self.identity) if each.spot is (kind == "spot")]
        return min(each.created_at for each in of_kind)


def runs(found: FleetInstance) -> bool:
    return found.state == "running"


@pytest.fixture
def work(lab: LifeLab) -> Deadline:
    return Deadline(lab)


class TestWorkWithADeadline:
    async def test_begins_on_spot_and_saves_itself_now_and_then(self, work: Deadline) -> None:
        await work.launches(work_hours=2, left_hours=6)
        await work.lives(27)
        course = await work.course()
        assert (await work.lab.primary(work.identity)).spot
        assert course.decided is not None
        assert course.decided.action == "spot"
        assert course.kept_hours > 0.1
        assert course.done(work.lab.clock.now()) - course.kept_hours < 0.25
        (told,) = await work.told("decision")
        assert told.details["costs"]["spot"] < told.details["costs"]["on_demand"]

    async def test_waits_for_spot_after_a_loss_and_goes_on_there_when_it_is_back(self, work: Deadline) -> None:
        await work.launches(work_hours=1, left_hours=6)
        await work.lives(24)
        done = (await work.course()).done(work.lab.clock.now())
        await work.is_lost(spot_left=False)
        waiting = await work.lives(3)
        course = await work.course()
        assert (waiting.state, waiting.wish) == ("hibernated", "running")
        assert course.decided is not None
        assert course.decided.action == "wait"
        assert waiting.why.startswith("Wait for spot")
        assert course.done_hours == course.kept_hours < done
        assert await work.lab.rentals(work.identity, live=True) == []
        work.sells(spot=True)
        await work.lives(30, until=runs)
        assert (await work.lab.primary(work.identity)).spot
        assert all(each.spot for each in await work.lab.rentals(work.identity))

    async def test_saves_from_when_its_owner_lets_it_sleep_where_it_only_waited_before(self, work: Deadline) -> None:
        await work.launches(work_hours=1, left_hours=6)
        await work.lives(24)
        last = await work.lab.primary(work.identity)
        await work.is_lost(spot_left=False)
        assert (await work.lives(3)).state == "hibernated"
        for _ in range(2):
            asked_at = work.lab.clock.now()
            await work.lab.asks(work.identity, "hibernate")
            await work.lives(1)
        (sleep,) = await work.lab.all_of(FleetHibernation)
        assert (sleep.why, sleep.rental_id, sleep.ended_at) == ("asked", last.id, None)
        assert sleep.price_hour == last.price_hour + last.disk_hour
        assert asked_at - timedelta(minutes=2) <= sleep.slept_at <= asked_at
        work.sells(spot=True)
        await work.lab.asks(work.identity, "wake")
        await work.lives(30, until=runs)
        (sleep,) = await work.lab.all_of(FleetHibernation)
        assert sleep.ended_at is not None

    @pytest.mark.parametrize("finished", [True, False])
    async def test_that_is_over_while_it_waits_wakes_nobody(self, work: Deadline, finished: bool) -> None:
        await work.launches(work_hours=1, left_hours=6)
        await work.lives(12)
        await work.is_lost(spot_left=False)
        assert (await work.lives(3)).state == "hibernated"
        rented = len(await work.lab.rentals(work.identity))
        if finished:
            async with work.lab.means.db.begin() as tx:
                instance = await instances.hold(tx, work.identity)
                assert instance is not None
                await courses.reported(work.lab.means.work(tx), instance, None, finished=True, who="user:ada")
        else:
            work.lab.clock.advance(seconds=(work.due_at - work.lab.clock.now()).total_seconds())
        await work.lab.passes(5)
        found = await work.see()
        assert (found.state, found.wish, found.operation_id) == ("hibernated", "hibernated", None)
        assert len(await work.lab.rentals(work.identity)) == rented
        assert (await work.told("progress" if finished else "warning"))[-1].why.endswith("its files are kept.")

    async def test_goes_on_demand_in_time_where_spot_never_comes_back(self, work: Deadline) -> None:
        await work.launches(work_hours=0.5, left_hours=1.4)
        await work.lives(12)
        await work.is_lost(spot_left=False)
        await work.lives(60, until=runs)
        await work.lab.passes(1800, step=600)
        course = await work.course()
        assert course.outcome == "counted"
        assert course.ended_at is not None
        assert course.ended_at < work.due_at
        left = timedelta(hours=0.5)
        assert await work.began("on_demand") <= work.due_at - left

    async def test_leaves_a_machine_on_demand_for_spot_with_its_work_saved(self, work: Deadline) -> None:
        work.spot = False
        await work.launches(work_hours=4, left_hours=4.6)
        await work.lives(20, until=runs)
        assert not (await work.lab.primary(work.identity)).spot
        async with work.lab.means.db.begin() as tx:
            instance = await instances.hold(tx, work.identity)
            assert instance is not None
            said = {**instance.wanted, "deadline": (work.due_at + timedelta(hours=24)).isoformat()}
            instance.wanted = said
        work.sells(spot=True)
        await work.lives(30, until=lambda found: found.state == "hibernating")
        await work.lives(30, until=runs)
        assert (await work.lab.primary(work.identity)).spot
        assert (await work.lab.moves(work.identity))[-4:] == ["hibernating", "hibernated", "waking", "running"]
        course = await work.course()
        assert 0 < course.done_hours <= course.kept_hours + 1e-6

    async def test_tries_another_way_when_no_spot_machine_comes_up(self, work: Deadline) -> None:
        await work.launches(work_hours=1, left_hours=1.6, race={"machines": 2, "rounds": 1, "seconds": 120})
        work.lab.world.boot_seconds = 10_000
        await work.lives(4)
        work.lab.world.boot_seconds = 3
        await work.lives(20, until=runs)
        assert not (await work.lab.primary(work.identity)).spot
        assert "No machine came up in vast:Sweden, SE." in await work.lab.told(work.identity, "race")

    async def test_ends_with_the_word_of_its_owner_and_may_sleep_again(self, work: Deadline) -> None:
        await work.launches(work_hours=5, left_hours=9)
        await work.lives(20, until=runs)
        await work.lives(6)
        await work.is_idle()
        assert (await work.see()).state == "running"
        async with work.lab.means.db.begin() as tx:
            instance = await instances.hold(tx, work.identity)
            assert instance is not None
            await courses.reported(work.lab.means.work(tx), instance, None, finished=True, who="user:ada")
        (ended,) = await work.told("progress")
        assert ended.details["outcome"] == "finished"
        await work.is_idle()
        assert (await work.see()).wish == "hibernated"

    async def test_says_so_when_the_deadline_comes_first(self, work: Deadline) -> None:
        await work.launches(work_hours=1, left_hours=1.5)
        await work.lives(20, until=runs)
        await work.lab.asks(work.identity, "hibernate")
        await work.lab.passes(2 * 3600, step=600)
        (told,) = await work.told("warning")
        assert told.details["outcome"] == "missed"
        course = await work.course()
        assert (course.open, course.running) == (False, False)
        assert (await work.see()).state == "hibernated"


class TestProgress:
    async def test_that_the_work_says_itself_counts_instead_of_the_hours(self, work: Deadline) -> None:
        await work.launches(work_hours=2, left_hours=6)
        await work.lives(12)
        await work.says(0.75)
        await work.lives(6)
        course = await work.course()
        assert (course.told, course.ended_at) == (0.75, None)
        assert course.done_hours == pytest.approx(1.5)
        assert course.kept_hours < 0.5  # none of which is in a snapshot yet
        assert [each.why for each in await work.told("progress")] == [SAYS]
        await work.says(1.0)
        await work.lives(6)
        assert (await work.course()).outcome == "finished"

    async def test_of_a_machine_that_has_fallen_silent_is_not_believed(self, work: Deadline) -> None:
        await work.launches(work_hours=2, left_hours=6)
        await work.lives(12)
        await work.says(0.75, heard=False)
        await work.lives(6)
        assert (await work.course()).told is None
