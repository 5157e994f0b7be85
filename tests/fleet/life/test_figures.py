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
