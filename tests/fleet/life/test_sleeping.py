"""To sleep and awake again: nothing is given up before it is saved, and what the owner wishes last is what comes."""

from datetime import timedelta

import pytest

from dumont.fleet.events import InstanceMoved
from dumont.fleet.tables import FleetHibernation
from dumont.snapshots.tables import Snapshot
from tests.fleet.life.life_lab import LifeLab
from tests.fleet.life.test_second_machine import with_standby


class TestHibernation:
    async def test_gives_the_machine_up_only_when_the_snapshot_is_complete(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.saves = "hangs"
        operation = await lab.asks(identity, "hibernate")
        await lab.passes(20, step=5)
        assert (await lab.see(identity)).state == "hibernating"
        assert [each.id for each in await lab.rentals(identity, live=True)] == [machine.id]
        assert [lab.args(each)["still"] for each in await lab.commands(identity, "snapshot")] == [True]
        assert any("held still until it is saved" in each for each in await lab.told(identity, "snapshot"))
        lab.world.saves = "complete"
        found = await lab.until(identity, "hibernated")
        assert await lab.rentals(identity, live=True) == []
        (snapshot,) = await lab.all_of(Snapshot)
        assert found.snapshot_id == snapshot.id
        done = await lab.operation(operation)
        assert done.state == "done"
        assert {"snapshot", "destroying"} <= set(done.stages)
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (sleep.rental_id, sleep.why, sleep.snapshot_id, sleep.ended_at) == (
            machine.id,
            "asked",
            snapshot.id,
            None,
        )

    async def test_keeps_the_machine_and_tries_again_when_the_snapshot_fails(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "failed"
        await lab.asks(identity, "hibernate")
        await lab.passes(45, step=5)
        failures = await lab.told(identity, "failure")
        assert len(failures) == 3
        assert "tried again in 10 s" in failures[0]
        assert "tried again in 40 s" in failures[2]
        assert len(await lab.rentals(identity, live=True)) == 1
        lab.world.saves = "complete"
        await lab.until(identity, "hibernated")

    async def test_of_a_machine_that_its_cloud_stops_saves_it_first(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.saves = "hangs"
        await lab.asks(identity, "hibernate")
        await lab.passes(3)
        lab.world.saves = "complete"
        await lab.set_rental(machine.id, stage="stopped", seen_state="stopped", error_code="interrupted")
        found = await lab.until(identity, "hibernated")
        assert found.snapshot_id in [each.id for each in await lab.all_of(Snapshot) if each.state == "complete"]

    async def test_is_called_off_by_a_wake(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.saves = "hangs"
        hibernate = await lab.asks(identity, "hibernate")
        await lab.passes(3)
        await lab.asks(identity, "wake")
        await lab.passes(3)
        found = await lab.see(identity)
        assert (found.state, found.primary_rental_id, found.operation_id) == ("running", machine.id, None)
        assert (await lab.operation(hibernate)).state == "cancelled"
        assert len(await lab.commands(identity, "setup")) == 2  # with the second, whoever was held still goes on

    async def test_ends_where_the_last_of_two_wishes_says(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "wake")
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.asks(identity, "wake")
        await lab.passes(2)
        await lab.asks(identity, "hibernate")
        await lab.passes(5)
        assert (await lab.see(identity)).state == "hibernated"
        assert await lab.rentals(identity, live=True) == []

    async def test_releases_what_is_held_when_it_sleeps_long(self, lab: LifeLab) -> None:
        identity = await lab.running({}, hibernation={"release_seconds": 60})
        await lab.asks(identity, "hibernate")
        found = await lab.until(identity, "hibernated")
        assert found.released_at is None
        await lab.passes(70, step=10)
        assert (await lab.see(identity)).released_at is not None


class TestWake:
    async def test_that_finds_no_machine_is_told_as_such_once_for_each_wish(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.refuses = {f"m{number}" for number in range(1, 31)}
        for _ in range(2):
            await lab.asks(identity, "wake")
            await lab.passes(500, step=10)
        told = [each for each in lab.published.of(InstanceMoved) if each.to_state == "hibernated"]
        assert (told[0].from_state, told[0].retry_at) == ("hibernating", None)
        assert all(each.retry_at is not None for each in told[1:])
        assert len(told) > 3
        assert [each.again for each in told[1:]].count(False) == 2

    async def test_brings_the_workspace_back_on_the_same_machine_if_it_is_free(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        await lab.asks(identity, "hibernate")
        slept = await lab.until(identity, "hibernated")
        operation = await lab.asks(identity, "wake")
        await lab.passes(3)
        entrants = [each for each in await lab.rentals(identity) if each.attempt_type == "wake"]
        assert machine.machine_id in {each.machine_id for each in entrants}
        woken = await lab.until(identity, "running")
        (restore,) = await lab.commands(identity, "restore")
        setup = (await lab.commands(identity, "setup"))[-1]
        assert restore.rental_id == setup.rental_id == woken.primary_rental_id
        assert restore.created_at == setup.created_at, "its agent is called once for both"
        assert woken.snapshot_id == slept.snapshot_id
        assert "restoring" in (await lab.operation(operation)).stages
        (sleep,) = await lab.all_of(FleetHibernation)
        assert None not in (sleep.ended_at, sleep.race_id)
        await lab.asks(identity, "snapshot")
        await lab.passes(1)
        (*_, learning) = await lab.commands(identity, "snapshot")
        assert lab.args(learning)["learn_hot"] is True

    async def test_goes_back_to_sleep_with_the_error_when_its_race_is_lost_and_tries_again(self, lab: LifeLab) -> None:
        lab.world.boot_seconds = 1
        identity = await lab.running({"race": {"machines": 1, "rounds": 1, "seconds": 3}})
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.boot_seconds = 1000
        operation = await lab.asks(identity, "wake")
        await lab.passes(5)
        found = await lab.see(identity)
        assert (found.state, found.error_code, found.tries) == ("hibernated", "no_machine", 1)
        assert (await lab.operation(operation)).state == "failed"
        assert found.retry_at == found.state_since + timedelta(seconds=10)
        await lab.passes(16, step=2)
        assert (await lab.see(identity)).tries == 2
        lab.world.boot_seconds = 1
        found = await lab.until(identity, "running")
        assert (found.tries, found.error_code) == (0, None)

    async def test_takes_another_machine_when_the_workspace_can_not_be_put_back(self, lab: LifeLab) -> None:
        identity = await lab.running({"race": {"machines": 1}})
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.restores = "failed"
        await lab.asks(identity, "wake")
        await lab.until(identity, "waking")
        await lab.passes(120, step=5)
        assert [each for each in await lab.rentals(identity) if each.why_ended == "network"]
        lab.world.restores = "complete"
        await lab.until(identity, "running")


class TestIdleness:
    async def test_warns_a_minute_before_and_then_puts_to_sleep(self, lab: LifeLab) -> None:
        identity = await lab.running({}, hibernation={"idle_seconds": 120, "grace_seconds": 0, "warn_seconds": 60})
        await lab.beats(identity, used=True)
        lab.clock.advance(seconds=61)
        await lab.beats(identity, idle_for=61)
        await lab.thinks()
        warned = await lab.see(identity)
        assert warned.state == "running"
        assert warned.warned_at is not None
        lab.clock.advance(seconds=60)
        await lab.beats(identity, idle_for=121)
        await lab.thinks()
        found = await lab.until(identity, "hibernated")
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (found.wish, sleep.why) == ("hibernated", "idle")

    async def test_lets_whoever_is_used_again_in_that_minute_alone(self, lab: LifeLab) -> None:
        identity = await lab.running({}, hibernation={"idle_seconds": 120, "grace_seconds": 0, "warn_seconds": 60})
        await lab.beats(identity, used=True)
        lab.clock.advance(seconds=61)
        await lab.beats(identity, idle_for=61)
        await lab.thinks()
        await lab.beats(identity, used=True)
        await lab.thinks()
        lab.clock.advance(seconds=61)
        await lab.beats(identity, used=True)
        await lab.thinks()
        found = await lab.see(identity)
        assert (found.state, found.wish, found.warned_at) == ("running", "running", None)

    async def test_turns_back_when_it_is_used_while_it_is_saved(self, lab: LifeLab) -> None:
        identity = await lab.running({}, hibernation={"idle_seconds": 10, "grace_seconds": 0, "warn_seconds": 0})
        await lab.beats(identity, used=True)
        lab.clock.advance(seconds=11)
        lab.world.saves = "hangs"
        await lab.beats(identity, idle_for=11)
        await lab.thinks()
        assert (await lab.see(identity)).state == "hibernating"
        assert [lab.args(each)["still"] for each in await lab.commands(identity, "snapshot")] == [False]
        lab.clock.advance(seconds=5)
        await lab.beats(identity, used=True)
        await lab.passes(3)
        found = await lab.see(identity)
        assert (found.state, found.wish) == ("running", "running")

    async def test_whoever_never_uses_it_is_told_once_that_it_does_not_sleep(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.changes(identity, awake_since=lab.clock.now() - timedelta(minutes=58))
        for minutes, often in ((1, 0), (3, 1)):
            for _ in range(minutes):
                await lab.passes(60, step=20)
                await lab.beats(identity, idle_for=0)
            said = [each for each in await lab.told(identity, "warning") if "nobody has used it" in each]
            assert len(said) == often
        assert "does not sleep by itself" in said[0]


class TestUntil:
    @pytest.mark.parametrize(("action", "state"), [("hibernate", "hibernated"), ("destroy", "destroyed")])
    async def test_is_the_end_of_its_time(self, lab: LifeLab, action: str, state: str) -> None:
        identity = await lab.running()
        await lab.changes(identity, until_at=lab.clock.now() + timedelta(seconds=10), until_action=action)
        await lab.passes(9)
        assert (await lab.see(identity)).state == "running"
        await lab.until(identity, state)
        assert await lab.rentals(identity, live=True) == []

    async def test_that_passes_while_it_sleeps_is_no_more_when_it_is_woken(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.changes(identity, until_at=lab.clock.now() + timedelta(seconds=120))
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.passes(200, step=20)
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        await lab.passes(60, step=2)
        found = await lab.see(identity)
        assert (found.state, found.until_at) == ("running", None)
        assert len(await lab.told(identity, "changed")) == 1

    async def test_that_is_to_come_or_that_destroys_is_kept_in_a_sleep(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.changes(identity, until_at=lab.clock.now() + timedelta(seconds=90))
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        await lab.until(identity, "hibernated")
        soon = lab.clock.now() + timedelta(seconds=1)
        await lab.changes(identity, until_at=soon, until_action="destroy")
        lab.clock.advance(seconds=2)
        await lab.asks(identity, "wake")
        await lab.until(identity, "destroyed")


class TestPause:
    async def test_stops_the_machine_and_starts_it_again(self, lab: LifeLab) -> None:
        identity = await lab.running({"onstart": "echo hi"})
        machine = await lab.primary(identity)
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        operation = await lab.asks(identity, "resume")
        found = await lab.until(identity, "running")
        assert found.primary_rental_id == machine.id
        assert (await lab.operation(operation)).state == "done"
        assert len(await lab.commands(identity, "hook")) == 2

    async def test_is_brought_back_from_its_snapshot_when_the_stopped_machine_is_taken_away(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        await lab.loses(await lab.primary(identity))
        await lab.until(identity, "hibernated")


class TestDestroy:
    async def test_saves_first_what_is_to_be_kept(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "destroy")
        found = await lab.until(identity, "destroyed")
        (snapshot,) = await lab.all_of(Snapshot)
        assert (snapshot.state, found.snapshot_id) == ("complete", snapshot.id)
        assert found.destroyed_at is not None

    async def test_keeps_nothing_where_nothing_is_to_be_kept(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "snapshot")
        await lab.passes(3)
        await lab.changes(identity, keep_snapshot=False)
        await lab.asks(identity, "destroy")
        await lab.until(identity, "destroyed")
        assert [each.state for each in await lab.all_of(Snapshot)] == ["deleted"]

    async def test_keeps_the_machine_for_as_long_as_it_can_not_be_saved(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "failed"
        await lab.asks(identity, "destroy")
        await lab.passes(60, step=5)
        assert (await lab.see(identity)).state == "destroying"
        assert len(await lab.rentals(identity, live=True)) == 1
        await lab.changes(identity, keep_snapshot=False)
        await lab.until(identity, "destroyed")


class TestDestroying:
    async def test_of_what_is_paused_starts_it_to_save_it(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        await lab.asks(identity, "destroy")
        await lab.until(identity, "destroyed")
        (snapshot,) = await lab.all_of(Snapshot)
        assert snapshot.state == "complete"
        assert await lab.rentals(identity, live=True) == []


class TestCancelling:
    async def test_a_wake_from_the_standby_leaves_it_there(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, "half_life")
        await lab.until(identity, "on_standby")
        lab.world.boot_seconds = 10_000
        wake = await lab.asks(identity, "wake")
        await lab.passes(3)
        assert (await lab.see(identity)).state == "recovering"
        await lab.cancels(wake)
        await lab.passes(5)
        found = await lab.see(identity)
        assert (found.state, found.wish) == ("on_standby", "on_standby")
        assert [each.role for each in await lab.rentals(identity, live=True)] == ["standby"]

    async def test_a_half_life_of_what_slept_lets_it_sleep(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        for standby in await lab.rentals(identity, live=True):
            await lab.loses(standby)
        lab.world.boot_seconds = 10_000
        half = await lab.asks(identity, "half_life")
        await lab.passes(3)
        assert (await lab.see(identity)).state == "failing_over"
        await lab.cancels(half)
        await lab.passes(5)
        found = await lab.see(identity)
        assert (found.state, found.wish) == ("hibernated", "hibernated")

    async def test_a_failover_leaves_it_where_it_is(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        machine = await lab.primary(identity)
        lab.world.saves = "hangs"
        failover = await lab.asks(identity, "failover")
        await lab.passes(3)
        assert (await lab.see(identity)).state == "failing_over"
        await lab.cancels(failover)
        await lab.passes(5)
        found = await lab.see(identity)
        assert (found.state, found.primary_rental_id) == ("running", machine.id)
        assert (await lab.operation(failover)).state == "cancelled"


class TestDamage:
    async def test_of_some_files_does_not_keep_the_rest_from_waking(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.restores = "restored_in_part"
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        assert len(await lab.commands(identity, "restore")) == 2
        assert "It broke." in (await lab.told(identity, "failure"))[-1]
        assert len(await lab.rentals(identity, live=True)) == 1

    async def test_of_the_snapshot_blames_no_machine_and_rents_no_other_one(self, lab: LifeLab) -> None:
        identity = await lab.running({"race": {"machines": 1}})
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.restores = "object_damaged"
        wake = await lab.asks(identity, "wake")
        await lab.passes(120, step=5)
        found = await lab.see(identity)
        assert (found.state, found.wish) == ("hibernated", "hibernated")
        done = await lab.operation(wake)
        assert (done.state, done.error_code) == ("failed", "object_damaged")
        assert len(await lab.rentals(identity)) == 2
        assert await lab.rentals(identity, live=True) == []
