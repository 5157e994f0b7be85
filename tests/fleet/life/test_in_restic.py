"""Instances whose workspaces lie in a restic repository of their owner's: what they begin with, what agents hear."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select, update

from dumont.fleet.instances import keeping
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetCommand
from dumont.platform.jobs import Jobs
from dumont.snapshots import restic
from dumont.snapshots.restic import Place
from dumont.snapshots.tables import Snapshot
from tests.fleet.life.life_lab import LifeLab

ADDRESS = "restic:s3:https://s3.example.com/backups/box"
PLACE = Place(address=ADDRESS, password="of Ada's backups", access_key="access", secret_key="secret")


class FakeJobs:
    def __init__(self) -> None:
        self.wanted: list[Any] = []

    async def enqueue(self, _work: Any, _job: Any, args: Any) -> UUID:
        self.wanted.append(args)
        return UUID(int=len(self.wanted))


@pytest.fixture
def jobs(lab: LifeLab) -> FakeJobs:
    jobs = FakeJobs()
    lab.means = replace(lab.means, jobs=cast(Jobs, jobs))
    return jobs


async def launched(lab: LifeLab, restore_from: str | None = None) -> UUID:
    identity = await lab.launches({"restic": {"address": ADDRESS, "restore_from": restore_from}})
    async with lab.means.db.begin() as tx:
        kept = await restic.keep(lab.means.work(tx), lab.means.vault, (lab.user_id, False, identity), PLACE)
    await lab.changes(identity, restic_id=kept)
    return identity


async def found(lab: LifeLab, identity: UUID, **values: Any) -> None:
    """What the job has seen in the repository."""
    async with lab.means.db.begin() as tx:
        await instances.poke(tx, [identity], lab.clock.now())
        await tx.execute(update(Snapshot).where(Snapshot.state == "verifying").values(values))


async def brought(lab: LifeLab) -> list[Snapshot]:
    async with lab.means.db.begin() as tx:
        return list((await tx.execute(select(Snapshot).where(Snapshot.wanted != ""))).scalars())


class TestInstanceInRestic:
    async def test_begins_with_what_restic_has_made_before(self, lab: LifeLab, jobs: FakeJobs) -> None:
        identity = await launched(lab, "latest")
        await lab.passes(30)
        assert (await lab.see(identity)).state == "launching", "it waits for its work"
        (snapshot,) = await brought(lab)
        assert [each.snapshot_id for each in jobs.wanted] == [snapshot.id]
        now = lab.clock.now()
        await found(lab, identity, state="complete", manifest="ab" * 32, completed_at=now, folder="/home/ada/box")
        await lab.until(identity, "running")
        (restore,) = await lab.commands(identity, "restore")
        told = lab.args(restore)["restic"]
        assert (told["snapshot"], told["folder"], told["address"]) == ("ab" * 32, "/home/ada/box", ADDRESS)
        assert told["password"] == PLACE.password
        assert PLACE.password not in str(restore.result) + str(await lab.told(identity))

    async def test_fails_without_it_and_keeps_no_machine(self, lab: LifeLab, jobs: FakeJobs) -> None:
        identity = await launched(lab, "latest")
        await lab.passes(30)
        await found(lab, identity, state="failed", error_code="key_needed", error_message="The password does not fit.")
        await lab.until(identity, "failed")
        assert (await lab.see(identity)).error_code == "key_needed"
        await lab.passes(10)
        assert await lab.rentals(identity, live=True) == []
        await lab.asks(identity, "wake")
        await lab.passes(5)
        assert len(jobs.wanted) == 2, "with other keys it may be there"

    async def test_is_handed_over_only_where_restic_is_ready(self, lab: LifeLab) -> None:
        identity = await launched(lab)
        lab.world.takes_keys = False
        await lab.passes(30)
        setup = (await lab.commands(identity, "setup"))[-1]
        assert lab.args(setup)["restic"] is True
        async with lab.means.db.begin() as tx:
            found = await tx.get_one(FleetCommand, setup.id)
            found.state, found.ended_at = "failed", lab.clock.now()
            found.error_code, found.error_message = "restic_absent", "There is no restic."
            await instances.poke(tx, [identity], lab.clock.now())
        lab.world.takes_keys = True
        seen = await lab.until(identity, "running")
        assert seen.primary_rental_id != setup.rental_id, "the next machine is taken"
        rejected = next(each for each in await lab.rentals(identity) if each.id == setup.rental_id)
        assert rejected.why_ended == "unknown"
        assert any("There is no restic." in said for said in await lab.told(identity, "rental"))

    async def test_has_its_machine_made_ready_when_it_is_to_lie_there_from_now_on(self, lab: LifeLab) -> None:
        identity = await lab.running()
        (first,) = await lab.commands(identity, "setup")
        async with lab.means.db.begin() as tx:
            instance = await instances.hold(tx, identity)
            assert instance is not None
            await keeping.change(lab.means.work(tx), lab.means.vault, instance, PLACE)
            await instances.poke(tx, [identity], lab.clock.now())
        await lab.passes(4)
        asked = [lab.args(each).get("restic") for each in await lab.commands(identity, "setup")]
        assert ("restic" in lab.args(first), asked) == (False, [None, True])
        assert (await lab.see(identity)).state == "running"

    async def test_is_saved_there_by_restic(self, lab: LifeLab) -> None:
        identity = await launched(lab)
        await lab.until(identity, "running")
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        (save,) = await lab.commands(identity, "snapshot")
        assert lab.args(save)["restic"]["secret_key"] == "secret"
        async with lab.means.db.begin() as tx:
            kept = (await tx.execute(select(Snapshot))).scalar_one()
        assert kept.restic_id == (await lab.see(identity)).restic_id

    async def test_keeps_a_stopped_machine_that_does_not_start_again_and_tells_of_it(self, lab: LifeLab) -> None:
        """Nobody could save it there while the fleet was away: its newest work is on that disk alone."""
        identity = await launched(lab)
        await lab.until(identity, "running")
        machine = await lab.primary(identity)
        lab.world.restarts = False
        await lab.set_rental(machine.id, stage="stopped", seen_state="stopped", error_code="interrupted")
        await lab.passes(600, step=20)
        seen = await lab.see(identity)
        assert (seen.state, seen.wish, seen.primary_rental_id) == ("paused", "paused", machine.id)
        assert (await lab.primary(identity)).wanted != "gone"
        assert [said for said in await lab.told(identity, "failure") if "newer than the last snapshot" in said]
        lab.world.restarts = True
        await lab.asks(identity, "resume")
        assert (await lab.until(identity, "running")).primary_rental_id == machine.id

    async def test_forgets_what_opens_it_when_it_is_destroyed(self, lab: LifeLab) -> None:
        identity = await launched(lab)
        kept = (await lab.see(identity)).restic_id
        await lab.asks(identity, "destroy")
        await lab.until(identity, "destroyed")
        assert kept is not None
        async with lab.means.db.begin() as tx:
            assert await restic.place_of(tx, lab.means.vault, kept) is None
