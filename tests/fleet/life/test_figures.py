"""What is written down beside the moves: what was lost, what a sleep is compared with, how long things take."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from dumont.fleet.money import sleeping
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetBeat, FleetCost, FleetFailover, FleetHibernation
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab


class TestFigures:
    async def test_a_loss_is_counted_by_the_agents_last_word(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.beats(identity)
        async with lab.means.db.begin() as tx:
            sample = FleetBeat.sample.op("||")({"unsaved_mb": 1.5})
            await tx.execute(update(FleetBeat).values(sample=sample).execution_options(synchronize_session=False))
        await lab.loses(await lab.primary(identity))
        await lab.until(identity, "waking")
        (lost,) = await lab.all_of(FleetFailover)
        assert lost.lost_bytes == 1_500_000

    async def test_a_sleep_is_compared_with_a_large_cloud_and_the_next_one_foretold(self, lab: LifeLab) -> None:
        identity = await lab.running()
        seen_at = lab.clock.now()
        dear = row("p5", provider="aws", price_micros=9_500_000)
        cheap = row("p6", provider="aws", price_micros=7_250_000)
        other = row("p7", provider="aws", price_micros=1_000_000, gpu_count=8)
        lab.stall.put(dear, cheap, other, seen_at=seen_at)
        operation = await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        assert (await lab.operation(operation)).usual == {}
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (str(sleep.on_demand_hour.normalize()), sleep.on_demand_of) == ("7.25", "aws p6")
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        again = await lab.operation(await lab.asks(identity, "hibernate"))
        assert again.usual["snapshot"] > 0

    @pytest.mark.parametrize(("wish", "why"), [("hibernated", "asked"), ("running", "waits")])
    async def test_a_sleep_begins_when_what_was_paid_ahead_is_over_and_to_wait_is_none(
        self, lab: LifeLab, wish: str, why: str
    ) -> None:
        identity = await lab.running()
        machine, now = await lab.primary(identity), lab.clock.now()
        await lab.changes(identity, wish=wish)
        async with lab.means.db.begin() as tx:
            paid = {"since": now - timedelta(minutes=20), "until": now + timedelta(minutes=40)}
            tx.add(FleetCost(rental_id=machine.id, kind="compute", price_hour=Decimal(1), **paid))
            instance = await instances.hold(tx, identity)
            assert instance is not None
            machine.ended_at = now
            await sleeping.begin(lab.means.work(tx), instance, machine, None)
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (sleep.why, sleep.slept_at) == (why, now + timedelta(minutes=40))

    async def test_nobody_sleeps_who_waits_for_a_machine_and_whoever_gives_that_up_does(self, lab: LifeLab) -> None:
        lab.world.boot_seconds = 1
        identity = await lab.running({"race": {"machines": 1, "rounds": 1, "seconds": 3}})
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.passes(60, step=10)
        lab.world.boot_seconds = 1000
        await lab.asks(identity, "wake")
        await lab.passes(600, step=2)
        (slept,) = await lab.all_of(FleetHibernation)
        assert slept.ended_at is not None
        assert slept.ended_at - slept.slept_at < timedelta(seconds=90)
        await lab.asks(identity, "hibernate")
        await lab.passes(60, step=10)
        (again,) = [each for each in await lab.all_of(FleetHibernation) if each.id != slept.id]
        assert (again.why, again.ended_at, again.price_hour) == ("asked", None, slept.price_hour)

    async def test_a_sleep_may_begin_where_a_machine_was_lost(self, lab: LifeLab) -> None:
        identity = await lab.running()
        machine = await lab.primary(identity)
        lab.world.boot_seconds = 60
        await lab.loses(machine)
        await lab.until(identity, "waking")
        await lab.asks(identity, "hibernate")
        slept = await lab.until(identity, "hibernated")
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (sleep.rental_id, sleep.why, sleep.slept_at) == (machine.id, "asked", slept.state_since)
