"""A clock that is set back: nobody is left alone until the moment that was meant before."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from structlog.testing import capture_logs

from dumont.fleet.reminding import Reminding
from dumont.fleet.tables import FleetAccount, FleetBeat, FleetInstance, FleetRental, FleetSchedule
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
        await Reminding().turn(lab.means)
        await lab.until(identity, "hibernated", seconds=2400, step=120)  # the longest pause is 1800

    async def test_is_told_by_a_list_that_was_begun_in_the_future(self, lab: LifeLab) -> None:
        """Whatever it is that waits: looks, lists, claims of the dead, and signals that have been quiet since then."""
        identity = await lab.running()
        machine = await lab.primary(identity)
        await lab.beats(identity, idle_for=60)
        now, lease = lab.clock.now(), timedelta(seconds=lab.means.settings.worker_lease_seconds)
        await self._set(lab, FleetRental, look_at=now + timedelta(minutes=50), claimed_until=now + lease)
        await self._set(lab, FleetAccount, listed_at=now, complete_at=now, list_at=now + timedelta(minutes=1))
        await Reminding().turn(lab.means)
        assert (await self._one(lab, FleetAccount)).list_at == now + timedelta(minutes=1)  # nothing is wrong yet
        lab.clock.advance(seconds=-BACK.total_seconds())
        await Reminding().turn(lab.means)
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

    async def test_meets_the_next_time_of_a_cron_that_has_come_sooner_by_that(self, lab: LifeLab) -> None:
        identity = await lab.running()
        now = lab.clock.now()
        noon, kept = now.replace(hour=12, minute=0, second=0, microsecond=0), now + timedelta(days=4)
        async with lab.means.db.begin() as tx:
            for cron, at in (("0 12 * * *", noon + timedelta(days=1)), (None, kept)):
                row = {"id": uuid4(), "instance_id": identity, "action": "wake", "timezone": "UTC", "created_at": now}
                tx.add(FleetSchedule(**row, cron=cron, at=None if cron else at, next_at=at))
        await self._set(lab, FleetAccount, listed_at=now, complete_at=now)
        lab.clock.advance(seconds=-(now - noon + BACK).total_seconds())
        await Reminding().turn(lab.means)
        async with lab.means.db.begin() as tx:
            found = dict((await tx.execute(select(FleetSchedule.cron, FleetSchedule.next_at))).tuples().all())
        assert found == {"0 12 * * *": noon, None: kept}

    async def test_is_told_once_however_long_another_servers_clock_is_ahead(self, lab: LifeLab) -> None:
        """Which writes such a list again and again; whoever waits is not called each second for that."""
        identity, reminder, ahead = await lab.running(), Reminding(), timedelta(minutes=20)
        mended = []
        with capture_logs() as said:
            for _ in range(400):
                lab.clock.advance(seconds=1)
                now = lab.clock.now()
                later = now + timedelta(minutes=2)
                await self._set(lab, FleetAccount, listed_at=now + ahead)
                await self._set(lab, FleetInstance, look_at=later)
                await reminder.turn(lab.means)
                mended += [now] if (await lab.see(identity)).look_at < later else []
        assert [each["event"] for each in said] == ["clock_set_back"]
        assert [round((each - mended[0]).total_seconds()) for each in mended] == [0, 300]

    async def _set(self, lab: LifeLab, table: Any, **values: Any) -> None:
        async with lab.means.db.begin() as tx:
            await tx.execute(update(table).values(**values))

    async def _one(self, lab: LifeLab, table: Any) -> Any:
        return (await lab.all_of(table))[0]
