"""When a machine is taken away, with a standby and without one; and when nobody wants more than the standby."""

from uuid import UUID

import pytest

from dumont.fleet.instances import standbys
from dumont.fleet.rules.states import OperationKind
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetFailover
from dumont.snapshots.tables import Snapshot
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab

CPU = {"enabled": True, "kind": "cpu", "provider": "runpod", "machine_type": "", "sync_seconds": 30}


async def with_standby(lab: LifeLab, **other: object) -> UUID:
    """Running, and its standby is synced."""
    small = row("s1", "runpod", gpu_name=None, gpu_count=0, vram_gb=0.0, price_micros=10_000, host_id="hs")
    lab.stall.put(small, seen_at=lab.clock.now())
    identity = await lab.running({"standby": {**CPU, **other}, "race": {"machines": 2}})
    for _ in range(30):
        await lab.passes(1)
        if (await lab.standby(identity)).state == "synced":
            return identity
    raise AssertionError(f"the standby is {(await lab.standby(identity)).state}: {await lab.told(identity)}")


async def failing_over(lab: LifeLab) -> tuple[UUID, UUID]:
    """Its machine is lost, and the newest copy is still being put on the standby; with the machine that was lost."""
    identity = await with_standby(lab)
    lab.world.restores = "hangs"
    await lab.asks(identity, "snapshot")
    await lab.passes(4)
    lost = await lab.primary(identity)
    await lab.loses(lost)
    await lab.passes(1)
    assert (await lab.see(identity)).state == "failing_over"
    return identity, lost.id


class TestInterruption:
    async def test_is_brought_back_by_itself_from_the_newest_snapshot(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "snapshot")
        await lab.passes(3)
        lost = await lab.primary(identity)
        await lab.loses(lost)
        await lab.passes(1)
        found = await lab.until(identity, "running")
        assert found.primary_rental_id != lost.id
        assert (await lab.moves(identity))[-3:] == ["interrupted", "waking", "running"]
        (failover,) = await lab.all_of(FleetFailover)
        assert (failover.kind, failover.from_rental_id) == ("none", lost.id)
        assert failover.lost_seconds >= 1
        assert failover.recovered_at is not None

    async def test_goes_to_sleep_if_that_was_wished_anyway(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "hangs"
        await lab.asks(identity, "hibernate")
        await lab.passes(2)
        await lab.loses(await lab.primary(identity))
        await lab.until(identity, "hibernated")
        await lab.passes(3)
        assert (await lab.see(identity)).state == "hibernated"

    async def test_starts_a_machine_again_that_was_only_stopped(self, lab: LifeLab) -> None:
        """As its agent does when it hears nothing of us for long: what is in no snapshot is on its disk."""
        identity = await lab.running()
        machine = await lab.primary(identity)
        await lab.set_rental(machine.id, stage="stopped", seen_state="stopped", error_code="interrupted")
        await lab.passes(1)
        found = await lab.until(identity, "running")
        assert found.primary_rental_id == machine.id
        assert (await lab.moves(identity))[1:] == ["paused", "running"]

    async def test_goes_elsewhere_when_a_stopped_machine_does_not_start(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.boots = {machine.machine_id: 10_000}
        lab.world.restarts = False
        await lab.set_rental(machine.id, stage="stopped", seen_state="stopped", error_code="interrupted")
        await lab.passes(200, step=20)
        found = await lab.until(identity, "running")
        assert found.primary_rental_id != machine.id
        assert (await lab.moves(identity))[1:] == ["paused", "interrupted", "waking", "running"]


class TestStandby:
    async def test_holds_a_copy_that_is_synced_again_and_again(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        first = await lab.standby(identity)
        await lab.passes(40, step=2)
        second = await lab.standby(identity)
        assert second.synced_at is not None
        assert first.synced_at is not None
        assert second.synced_at > first.synced_at
        restores = [each for each in await lab.commands(identity, "restore") if each.rental_id == second.rental_id]
        assert [lab.args(each)["delta"] for each in restores][:2] == [False, True]
        assert "snapshot" not in {why.split()[-1] for why in await lab.told(identity, "snapshot")}

    async def test_takes_over_within_seconds_and_gives_the_work_back_to_a_new_machine(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        second = (await lab.standby(identity)).rental_id
        lost = await lab.primary(identity)
        lab.world.boot_seconds = 6
        await lab.loses(lost)
        await lab.thinks()
        await lab.passes(2)
        found = await lab.see(identity)
        assert found.state == "recovering"
        assert (await lab.standby(identity)).state == "serving"
        found = await lab.until(identity, "running")
        assert found.primary_rental_id not in (lost.id, second)
        assert (await lab.moves(identity))[1:] == ["failing_over", "on_standby", "recovering", "running"]
        moved = [each for each in await lab.commands(identity, "snapshot") if each.rental_id == second]
        assert len(moved) == 1
        onto = [each for each in await lab.commands(identity, "restore") if each.rental_id == found.primary_rental_id]
        assert len(onto) == 2
        (failover,) = await lab.all_of(FleetFailover)
        assert failover.kind == "cpu"
        assert {"notice", "switch", "race", "move"} <= set(failover.stages)
        standby = await lab.standby(identity)
        assert (standby.state, standby.rental_id) == ("syncing", second)

    async def test_is_waited_for_by_a_machine_that_was_raced_for_meanwhile(self, lab: LifeLab) -> None:
        identity, lost = await failing_over(lab)
        lab.world.boots = {each.machine_id: 60 for each in (await lab.rentals(identity, live=True))[2:]}
        await lab.passes(5)
        found = await lab.see(identity)
        winner = await lab.primary(identity)
        assert (found.state, winner.id != lost, winner.checked_at is not None) == ("failing_over", True, True)
        assert {each.id for each in await lab.rentals(identity, live=True)} == {winner.id, found.standby_rental_id}
        lab.world.restores = "complete"
        found = await lab.until(identity, "running")
        assert found.primary_rental_id == winner.id
        assert (await lab.moves(identity))[1:] == ["failing_over", "on_standby", "recovering", "running"]
        assert [each.attempt_type for each in await lab.races(identity)] == ["deploy", "failover"]
        (failover,) = await lab.all_of(FleetFailover)
        assert failover.stages["race"] == 0
        whole = (failover.recovered_at - failover.began_at).total_seconds()
        assert round(sum(failover.stages.values()), 1) == round(whole, 1)

    @pytest.mark.parametrize("wish", ["half_life", "hibernate", "destroy"])
    async def test_leaves_no_machine_of_that_race_where_something_else_is_wished(
        self, lab: LifeLab, wish: OperationKind
    ) -> None:
        identity, _ = await failing_over(lab)
        await lab.passes(5)
        assert (await lab.see(identity)).primary_rental_id is not None
        await lab.asks(identity, wish)
        await lab.passes(1)
        lab.world.restores = "complete"
        there = {"half_life": "on_standby", "hibernate": "hibernated", "destroy": "destroyed"}[wish]
        assert (await lab.until(identity, there)).race_id is None
        assert {each.role for each in await lab.rentals(identity, live=True)} <= {"standby"}

    async def test_goes_on_with_a_race_of_its_own_where_the_standby_is_lost_as_well(self, lab: LifeLab) -> None:
        identity, _ = await failing_over(lab)
        second = (await lab.see(identity)).standby_rental_id
        await lab.loses(next(each for each in await lab.rentals(identity) if each.id == second))
        lab.world.restores = "complete"
        await lab.until(identity, "running")
        assert (await lab.moves(identity))[1:] == ["failing_over", "interrupted", "waking", "running"]
        assert [each.state for each in await lab.races(identity)] == ["won", "cancelled", "won"]

    async def test_is_left_for_another_one_when_it_is_lost(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        lab.stall.put(
            *[
                row(name, "runpod", gpu_name=None, gpu_count=0, vram_gb=0.0, price_micros=10_000, host_id=name)
                for name in ("s1", "s2")
            ],
            seen_at=lab.clock.now(),
        )
        first = (await lab.standby(identity)).rental_id
        await lab.loses(next(each for each in await lab.rentals(identity) if each.id == first))
        await lab.passes(25)
        found = await lab.standby(identity)
        assert found.rental_id not in (None, first)
        assert found.state == "synced"
        assert (await lab.see(identity)).state == "running"

    async def test_is_not_moved_to_while_it_holds_an_older_copy_and_the_machine_lives(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        machine = await lab.primary(identity)
        lab.world.restores = "failed"
        half = await lab.asks(identity, "half_life")
        await lab.passes(120, step=2)
        found = await lab.see(identity)
        assert (found.state, found.wish, found.primary_rental_id) == ("running", "running", machine.id)
        assert (await lab.operation(half)).error_code == "standby_not_synced"

    async def test_keeps_the_work_when_nothing_else_comes_up(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        lab.world.boot_seconds = 10_000
        await lab.changes(identity, wanted={"race": {"machines": 1, "rounds": 1, "seconds": 5}, "standby": CPU})
        await lab.loses(await lab.primary(identity))
        await lab.passes(12)
        found = await lab.see(identity)
        assert (found.state, found.error_code) == ("on_standby", "no_machine")
        lab.world.boot_seconds = 1
        await lab.until(identity, "running")

    async def test_is_promoted_where_it_is_a_warm_machine(self, lab: LifeLab) -> None:
        identity = await with_standby(lab, kind="gpu", provider="vast")
        second = (await lab.standby(identity)).rental_id
        await lab.loses(await lab.primary(identity))
        await lab.passes(1)
        found = await lab.until(identity, "running", seconds=10)
        assert found.primary_rental_id == second
        assert (await lab.moves(identity))[1:] == ["failing_over", "running"]

    async def test_is_given_up_where_its_instance_is_paused_for_long(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        await lab.changes(identity, hibernation={"release_seconds": 60})
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        assert len(await lab.rentals(identity, live=True)) == 2
        await lab.passes(90, step=10)
        assert [each.role for each in await lab.rentals(identity, live=True)] == ["primary"]
        await lab.asks(identity, "resume")
        await lab.until(identity, "running")
        await lab.passes(10)
        assert (await lab.standby(identity)).rental_id is not None

    async def test_tells_that_there_is_no_key_where_it_is_to_be(self, lab: LifeLab) -> None:
        identity = await lab.running({"standby": {**CPU, "provider": "akash"}})
        await lab.passes(3)
        said = "There is no key for Akash."
        found = await lab.standby(identity)
        assert (found.state, found.error_code, found.error_message) == ("failed", "no_provider_key", said)
        assert await lab.told(identity, "failure") == [f"The standby is in trouble: {said}"]

    async def test_is_given_up_with_the_instance(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, "destroy")
        await lab.until(identity, "destroyed")
        assert {each.stage for each in await lab.rentals(identity)} == {"ended"}


class TestHalfLife:
    async def test_keeps_files_and_shell_for_cents_and_gets_the_gpu_back_on_demand(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        machine = await lab.primary(identity)
        operation = await lab.asks(identity, "half_life")
        await lab.until(identity, "on_standby")
        assert (await lab.operation(operation)).state == "done"
        await lab.passes(4)
        assert [each.role for each in await lab.rentals(identity, live=True)] == ["standby"]
        ended = next(each for each in await lab.rentals(identity) if each.id == machine.id)
        assert ended.stage == "ended"
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")

    async def test_takes_another_standby_that_was_asked_for_meanwhile(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        first = (await lab.standby(identity)).rental_id
        await lab.asks(identity, "half_life")
        await lab.until(identity, "on_standby")
        wish = StandbyWish(enabled=True, kind="gpu")
        async with lab.means.db.begin() as tx:
            instance = await instances.hold(tx, identity)
            assert instance is not None
            instance.wanted = {**instance.wanted, "standby": wish.model_dump(mode="json")}
            await standbys.change(lab.means.work(tx), instance, wish)
        await lab.passes(2)
        assert (await lab.standby(identity)).rental_id == first, "all the work is there"
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        await lab.passes(10)
        second = await lab.standby(identity)
        assert (second.kind, second.rental_id not in (None, first)) == ("gpu", True)
        assert first not in [each.id for each in await lab.rentals(identity, live=True)]

    async def test_sleeps_from_there_too(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, "half_life")
        await lab.until(identity, "on_standby")
        snapshots = len(await lab.all_of(Snapshot))
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        assert len(await lab.all_of(Snapshot)) == snapshots + 1
        assert await lab.rentals(identity, live=True) == []


class TestFailover:
    async def test_saves_first_when_it_is_asked_for(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        operation = await lab.asks(identity, "failover")
        await lab.passes(1)
        found = await lab.until(identity, "running")
        assert found.primary_rental_id != machine.id
        assert found.snapshot_id is not None
        assert (await lab.operation(operation)).state == "done"

    async def test_is_rehearsed_without_a_loss(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        operation = await lab.asks(identity, "rehearsal")
        await lab.passes(2)
        assert (await lab.operation(operation)).state == "done"
        (failover,) = await lab.all_of(FleetFailover)
        assert failover.rehearsal
        assert (await lab.see(identity)).state == "running"
