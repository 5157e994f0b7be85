"""Where an owner's repository is encrypted, no machine of theirs can be saved: that is told, and tried no more."""

from dumont.snapshots.store import repositories
from dumont.snapshots.tables import Snapshot
from tests.fleet.life.life_lab import LifeLab


async def encrypts(lab: LifeLab) -> None:
    async with lab.means.db.begin() as tx:
        await repositories.ensure(tx, lab.user_id, team=False, now=lab.clock.now())
        await repositories.learn(tx, lab.user_id, {"encrypted": True})


class TestAnAgentWithoutTheKey:
    async def test_is_asked_once_and_the_machine_goes_on(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "key_needed"
        operation = await lab.asks(identity, "hibernate")
        await lab.passes(10)
        ended = await lab.operation(operation)
        assert (ended.state, ended.error_code) == ("failed", "repository_encrypted")
        assert "restic" in (ended.error_hint or "")
        await lab.passes(4000, step=40)
        found = await lab.see(identity)
        assert (found.state, found.wish, found.retry_at) == ("running", "running", None)
        assert len(await lab.all_of(Snapshot)) == 1
        assert len(await lab.rentals(identity, live=True)) == 1

    async def test_leaves_a_machine_that_is_to_be_destroyed_with_its_work(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.saves = "key_needed"
        operation = await lab.asks(identity, "destroy")
        await lab.passes(4000, step=40)
        assert (await lab.operation(operation)).state == "failed"
        assert len(await lab.all_of(Snapshot)) == 1
        assert len(await lab.rentals(identity, live=True)) == 1


class TestAnEncryptedRepository:
    async def test_is_told_of_when_a_machine_of_its_owner_runs(self, lab: LifeLab) -> None:
        await encrypts(lab)
        identity = await lab.running()
        warning, *_ = await lab.told(identity, "warning")
        assert "encrypted" in warning
        assert "restic" in warning

    async def test_is_not_tried(self, lab: LifeLab) -> None:
        await encrypts(lab)
        identity = await lab.running()
        for asked in ("snapshot", "hibernate"):
            operation = await lab.asks(identity, asked)
            await lab.passes(3)
            ended = await lab.operation(operation)
            assert (ended.state, ended.error_code) == ("failed", "repository_encrypted")
        assert (await lab.see(identity)).state == "running"
        assert await lab.all_of(Snapshot) == []

    async def test_puts_nobody_to_sleep_for_idleness(self, lab: LifeLab) -> None:
        await encrypts(lab)
        identity = await lab.running()
        await lab.beats(identity, used=True)
        for minute in range(10):
            await lab.passes(60, step=20)
            await lab.beats(identity, idle_for=60.0 * minute)
        await lab.passes(10)
        assert (await lab.see(identity)).state == "running"
        assert not any("hibernated" in each for each in await lab.told(identity, "warning"))
        assert await lab.told(identity, "failure") == []

    async def test_lets_go_of_a_machine_whose_work_is_given_up(self, lab: LifeLab) -> None:
        await encrypts(lab)
        identity = await lab.running()
        operation = await lab.asks(identity, "destroy")
        await lab.passes(400, step=10)
        assert (await lab.operation(operation)).error_code == "repository_encrypted"
        assert len(await lab.rentals(identity, live=True)) == 1
        await lab.changes(identity, keep_snapshot=False)
        await lab.until(identity, "destroyed")
