"""What must not happen at the worst moment: work given up unsaved, money that goes on unseen, a standstill."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from dumont.fleet import thinking
from dumont.fleet.instances import operations, standbys
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.store import budgets as budget_store
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetEvent, FleetHibernation, FleetOperation
from tests.fleet.life.life_lab import LifeLab
from tests.fleet.life.test_second_machine import with_standby


async def switch_standby_off(lab: LifeLab, identity: UUID) -> None:
    async with lab.means.db.begin() as tx:
        held = await instances.hold(tx, identity)
        assert held is not None
        await standbys.change(lab.means.work(tx), held, StandbyWish(enabled=False))


async def alive(lab: LifeLab, identity: UUID) -> list[tuple[str, str]]:
    return [(rental.stage, rental.wanted) for rental in await lab.rentals(identity, live=True)]


class TestClockSetBack:
    async def test_makes_no_older_snapshot_count(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.passes(5)
        await lab.asks(identity, "snapshot")
        await lab.passes(3)
        before = (await lab.see(identity)).snapshot_id
        lab.clock.advance(seconds=-600)
        await lab.passes(300, step=50)
        await lab.asks(identity, "hibernate")
        for _ in range(10):
            await lab.changes(identity)
            await lab.passes(1)
        seen = await lab.see(identity)
        assert (seen.state, seen.snapshot_id != before) == ("hibernated", True)

    async def test_needs_no_more_than_one_snapshot(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.thinks()
        lab.clock.advance(seconds=-3600)
        await lab.changes(identity)
        await lab.passes(30)
        assert (await lab.see(identity)).state == "hibernated"
        assert len(await lab.commands(identity, "snapshot")) <= 2


class TestStandby:
    async def test_that_is_switched_off_in_a_half_life_lets_it_run_on(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        lab.world.saves = "hangs"
        await lab.asks(identity, "half_life")
        await lab.passes(2)
        await switch_standby_off(lab, identity)
        await thinking.turn(lab.means)
        async with lab.means.db.begin() as tx:
            told = (await tx.execute(select(func.count()).select_from(FleetEvent))).scalar_one()
        for _ in range(5):
            await thinking.turn(lab.means)
        seen = await lab.see(identity)
        async with lab.means.db.begin() as tx:
            assert (await tx.execute(select(func.count()).select_from(FleetEvent))).scalar_one() - told <= 2
        assert (seen.state, seen.wish) == ("running", "running")

    @pytest.mark.parametrize("verb", ["pause", "hibernate"])
    async def test_that_is_switched_off_ends_while_its_instance_rests(self, lab: LifeLab, verb: str) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, "pause" if verb == "pause" else "hibernate")
        await lab.until(identity, "paused" if verb == "pause" else "hibernated")
        await switch_standby_off(lab, identity)
        await lab.passes(20)
        assert ("ready", "held") not in await alive(lab, identity)

    @pytest.mark.parametrize("who", ["budget", "until"])
    async def test_ends_at_once_where_no_money_is_left(self, lab: LifeLab, who: str) -> None:
        identity = await with_standby(lab)
        async with lab.means.db.begin() as tx:
            held = await instances.hold(tx, identity)
            assert held is not None
            held.wish = "hibernated"
            opened = await operations.open(lab.means.work(tx), held, "hibernate", "The budget is used up.")
            operations.note(opened, who=who)
        await lab.until(identity, "hibernated")
        await lab.passes(20)
        assert await alive(lab, identity) == []

    async def test_that_takes_over_has_the_first_machine_stand_still_for_its_last_snapshot(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        lab.world.saves = "hangs"
        await lab.asks(identity, "half_life")
        await lab.passes(3)
        last = [
            each for each in await lab.commands(identity, "snapshot") if each.state in ("queued", "sent", "running")
        ]
        assert lab.args(last[-1])["still"] is True


class TestStoppedMachine:
    """That does not start again, for what is on it to be saved."""

    async def test_is_told_of_when_its_instance_is_to_be_destroyed(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        lab.world.restarts = False
        await lab.asks(identity, "destroy")
        await lab.passes(1200, step=30)
        (failed,) = [each for each in await lab.all_of(FleetOperation) if each.kind == "destroy"]
        assert (failed.state, (await lab.see(identity)).state) == ("failed", "destroying")
        assert ("ready", "held") not in await alive(lab, identity)
        await lab.changes(identity, keep_snapshot=False)
        await lab.until(identity, "destroyed")

    async def test_is_kept_paused_when_its_instance_was_to_sleep(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.saves = "hangs"
        await lab.asks(identity, "hibernate")
        await lab.passes(3)
        lab.world.saves, lab.world.restarts = "complete", False
        await lab.set_rental(machine.id, stage="stopped", seen_state="stopped", error_code="interrupted")
        await lab.passes(1200, step=30)
        seen = await lab.see(identity)
        assert (seen.state, seen.wish) == ("paused", "paused")
        assert any("can't be saved" in said for said in await lab.told(identity, "failure"))


class TestSleep:
    async def test_saves_nothing_any_more_once_it_is_destroyed(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.asks(identity, "destroy")
        await lab.until(identity, "destroyed")
        (sleep,) = await lab.all_of(FleetHibernation)
        assert sleep.ended_at is not None

    async def test_goes_on_when_a_wake_is_called_off(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.restores = "hangs"
        await lab.asks(identity, "wake")
        await lab.passes(15)
        assert (await lab.see(identity)).primary_rental_id is not None
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        (sleep,) = await lab.all_of(FleetHibernation)
        assert sleep.ended_at is None

    async def test_for_idleness_ends_when_somebody_snoozes_it(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "hangs"
        async with lab.means.db.begin() as tx:
            held = await instances.hold(tx, identity)
            assert held is not None
            held.wish = "hibernated"
            operations.note(await operations.open(lab.means.work(tx), held, "hibernate", "idle"), who="idle")
        await lab.until(identity, "hibernating")
        await lab.changes(identity, keep_awake_until=lab.clock.now() + timedelta(hours=4))
        await lab.passes(3)
        seen = await lab.see(identity)
        assert (seen.state, seen.wish) == ("running", "running")


async def test_a_pause_that_never_ends_is_met_by_a_budget(lab: LifeLab) -> None:
    identity = await lab.running()
    await lab.changes(identity, wish="paused")
    async with lab.means.db.begin() as tx:
        assert await budget_store.awake(tx, (await lab.see(identity)).owner_id) == [identity]
