"""What becomes of a restore, and of its leave to read the store, when nobody waits for it any more."""

from sqlalchemy import func, select

from dumont.fleet.instances import standbys
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.store import instances
from dumont.snapshots.tables import SnapshotGrant, SnapshotRestore
from tests.fleet.life.life_lab import LifeLab
from tests.fleet.life.test_second_machine import CPU, with_standby


class TestRestore:
    async def test_is_over_when_its_machine_is_lost(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        lab.world.restores = "hangs"
        await lab.asks(identity, "wake")
        await lab.passes(8)
        assert await self._states(lab) == ["queued"]
        await lab.loses(await lab.primary(identity))
        await lab.thinks()
        assert await self._states(lab) == ["failed"]
        assert await self._grants(lab) == 0

    async def test_is_over_when_another_standby_is_wanted(self, lab: LifeLab) -> None:
        identity = await with_standby(lab)
        lab.world.restores = "hangs"
        await lab.passes(40, step=2)
        assert "queued" in await self._states(lab)
        async with lab.means.db.begin() as tx:
            instance = await instances.hold(tx, identity)
            assert instance is not None
            await standbys.change(lab.means.work(tx), instance, StandbyWish.model_validate(CPU | {"provider": "vast"}))
        assert "queued" not in await self._states(lab)

    async def test_is_none_where_the_standby_that_serves_gets_other_keys(self, lab: LifeLab) -> None:
        """A key that was taken away logs in there no more."""
        identity = await with_standby(lab)
        await lab.asks(identity, "half_life")
        found = await lab.until(identity, "on_standby")
        async with lab.means.db.begin() as tx:
            await standbys.give_keys_anew(lab.means.work(tx), found)
        await lab.changes(identity, wanted=found.wanted | {"ssh_keys": ["ssh-ed25519 BBBB bob"]})
        await lab.passes(3)
        standby = await lab.standby(identity)
        newest = max(await lab.commands(identity, "setup"), key=lambda each: each.created_at)
        assert (standby.state, newest.rental_id) == ("serving", standby.rental_id)
        assert lab.args(newest)["authorized_keys"] == ["ssh-ed25519 BBBB bob"]

    async def _states(self, lab: LifeLab) -> list[str]:
        return [each.state for each in await lab.all_of(SnapshotRestore)]

    async def _grants(self, lab: LifeLab) -> int:
        query = select(func.count()).select_from(SnapshotGrant).where(SnapshotGrant.restore_id.is_not(None))
        async with lab.means.db.begin() as tx:
            return (await tx.execute(query)).scalar_one()
