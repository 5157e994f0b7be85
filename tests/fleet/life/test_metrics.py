"""What Prometheus is told of instances: once for each thing that stands, and nothing of what was rolled back."""

from uuid import UUID

import pytest

from dumont.fleet.instances import operations
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetOperation
from tests.build.figures import Told
from tests.fleet.life.life_lab import LifeLab

ENDED = "dumont_fleet_operation_seconds_count"


class TestOperations:
    async def test_are_told_with_how_long_they_took_and_what_became_of_them(self, lab: LifeLab) -> None:
        told = Told()
        identity = await lab.launches()
        launched = (await lab.see(identity)).operation_id
        await lab.until(identity, "running")
        assert launched is not None
        found = await lab.operation(launched)
        assert found.ended_at is not None
        took = (found.ended_at - found.created_at).total_seconds()
        assert told.of(ENDED, kind="launch", outcome="done") == 1
        assert told.of("dumont_fleet_operation_seconds_sum", kind="launch", outcome="done") == pytest.approx(took)
        lab.world.saves = "hangs"
        await lab.asks(identity, "hibernate")
        await lab.passes(10)
        await lab.asks(identity, "destroy")
        assert told.of(ENDED, kind="hibernate", outcome="cancelled") == 1

    async def test_that_were_rolled_back_are_not(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.asks(identity, "snapshot")
        told = Told()
        with pytest.raises(LookupError):
            await _ends(lab, identity)
        assert told.of(ENDED, kind="snapshot", outcome="done") == 0


async def _ends(lab: LifeLab, identity: UUID) -> None:
    async with lab.means.db.begin() as tx:
        instance = await instances.hold(tx, identity)
        assert instance is not None
        work = lab.means.work(tx)
        found = await operations.of(work, instance)
        assert found is not None
        await operations.finish(work, instance, found)
        raise LookupError


class TestRaces:
    async def test_are_told_when_nothing_of_them_is_open(self, lab: LifeLab) -> None:
        told = Told()
        lab.world.boot_seconds = 1000
        identity = await lab.launches({"race": {"machines": 2, "rounds": 1, "seconds": 5}})
        await lab.until(identity, "failed")
        assert (told.of("dumont_fleet_races_total", outcome="lost"), _won(told)) == (1, 0)
        lab.world.boot_seconds = 1
        await lab.asks(identity, "launch")
        await lab.until(identity, "running")
        assert (told.of("dumont_fleet_races_total", outcome="lost"), _won(told)) == (1, 1)


def _won(told: Told) -> float:
    return told.of("dumont_fleet_races_total", outcome="won")


class TestInterruptions:
    async def test_are_machines_that_nobody_had_it_leave(self, lab: LifeLab) -> None:
        told = Told()
        identity = await lab.running()
        machine = await lab.primary(identity)
        await lab.loses(machine)
        await lab.until(identity, "waking")
        await lab.until(identity, "running")
        assert told.of("dumont_fleet_interruptions_total", provider=machine.provider) == 1

    async def test_are_none_where_somebody_asked_for_it(self, lab: LifeLab) -> None:
        identity = await lab.running({"standby": {"enabled": True, "kind": "cpu"}})
        machine, told = await lab.primary(identity), Told()
        asked = await lab.asks(identity, "failover")
        async with lab.means.db.begin() as tx:
            (await tx.get_one(FleetOperation, asked)).requested_by = lab.user_id
        await lab.until(identity, "failing_over", "interrupted", "on_standby", "waking")
        assert told.of("dumont_fleet_interruptions_total", provider=machine.provider) == 0
