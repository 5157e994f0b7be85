"""A clock that is set back: nobody is left alone until the moment that was meant before."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from dumont.fleet import reminding
from dumont.fleet.tables import FleetAccount, FleetBeat, FleetRental
from tests.fleet.life.life_lab import LifeLab

BACK = timedelta(hours=3)


class TestClockThatIsSetBack:
    async def test_leaves_no_instance_alone_for_hours(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "failed"
        await lab.asks(identity, "hibernate")
        await lab.passes(300, step=30)
        assert (await lab.see(identity)).tries > 3
        lab.world.saves = "complete"
        lab.clock.advance(seconds=-BACK.total_seconds())
        await reminding.turn(lab.means)
        await lab.until(identity, "hibernated", seconds=2400, step=120)  # the longest pause is 1800

    async def test_is_told_by_a_list_that_was_begun_in_the_future(self, lab: LifeLab) -> None:
        """Whatever it is that waits: looks, lists, claims of the dead, and signals that have been quiet since then."""
        identity = await lab.running()
        machine = await lab.primary(identity)
        await lab.beats(identity, idle_for=60)
        now, lease = lab.clock.now(), timedelta(seconds=lab.means.settings.worker_lease_seconds)
        await self._set(lab, FleetRental, look_at=now + timedelta(minutes=50), claimed_until=now + lease)
        await self._set(lab, FleetAccount, listed_at=now, complete_at=now, list_at=now + timedelta(minutes=1))
        await reminding.turn(lab.means)
        assert (await self._one(lab, FleetAccount)).list_at == now + timedelta(minutes=1)  # nothing is wrong yet
        lab.clock.advance(seconds=-BACK.total_seconds())
        await reminding.turn(lab.means)
        then = lab.clock.now()
        account, beat = await self._one(lab, FleetAccount), await self._one(lab, FleetBeat)
        assert max(account.list_at, account.listed_at, account.complete_at) <= then
        assert (beat.received_at <= then, beat.quiet_since, beat.idle_at) == (True, None, None)
        rental = await lab.primary(identity)
        assert rental.id == machine.id
        assert rental.look_at <= then
        assert rental.claimed_until is not None
        assert rental.claimed_until <= then + lease  # whoever has it may live, and says so before that
        assert (await lab.see(identity)).look_at <= then

    async def _set(self, lab: LifeLab, table: Any, **values: Any) -> None:
        async with lab.means.db.begin() as tx:
            await tx.execute(update(table).values(**values))

    async def _one(self, lab: LifeLab, table: Any) -> Any:
        return (await lab.all_of(table))[0]
