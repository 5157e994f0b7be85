"""A machine whose files could not all be read stays, until somebody who has seen which gives them up."""

import pytest

from dumont.fleet.rules.states import OperationKind
from dumont.snapshots.tables import Snapshot
from tests.fleet.life.life_lab import LifeLab


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize("asked", ["hibernate", "destroy"])
    async def test_keep_the_machine(self, lab: LifeLab, asked: OperationKind) -> None:
        identity = await lab.running()
        lab.world.unread = ["model.bin", "run/key"]
        await lab.asks(identity, "snapshot")
        await lab.passes(4)
        (warning,) = await lab.told(identity, "warning")
        await lab.asks(identity, asked)
        await lab.passes(20, step=4)
        failures = await lab.told(identity, "failure")
        assert "2 files could not be read: model.bin, run/key" in warning
        assert warning.partition(".")[0] in failures[0]
        assert ".dumontignore" in failures[0]
        assert len(await lab.rentals(identity, live=True)) == 1
        lab.world.unread = []
        await lab.until(identity, "hibernated", "destroyed")
        assert await lab.told(identity, "warning") == [warning]

    @pytest.mark.parametrize("asked", ["hibernate", "destroy"])
    async def test_are_gone_on_without_once_somebody_has_seen_them_and_gives_them_up(
        self, lab: LifeLab, asked: OperationKind
    ) -> None:
        identity = await lab.running()
        lab.world.unread = ["model.bin", "run/key"]
        operation = await lab.asks(identity, asked)
        await lab.passes(20, step=4)
        assert (await lab.operation(operation)).details["unread"] == {"files": 2, "names": ["model.bin", "run/key"]}
        await lab.gives_up_unread(operation)
        lab.world.unread = ["model.bin", "another"]  # nobody has seen that one
        await lab.passes(20, step=4)
        assert len(await lab.rentals(identity, live=True)) == 1
        await lab.gives_up_unread(operation)
        await lab.until(identity, "hibernated", "destroyed")
        last = (await lab.all_of(Snapshot))[-1]
        assert (last.unread, "without-unread" in last.tags) == (2, True)
        said = await lab.told(identity, "warning")
        assert [each.partition(":")[2].strip() for each in said] == [
            "model.bin, run/key. It goes on without.",
            "model.bin, another. It goes on without.",
        ]

    async def test_are_asked_of_anew_the_next_time(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.unread = ["model.bin"]
        operation = await lab.asks(identity, "hibernate")
        await lab.passes(8, step=4)
        await lab.gives_up_unread(operation)
        await lab.until(identity, "hibernated")
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        await lab.asks(identity, "hibernate")
        await lab.passes(20, step=4)
        assert (await lab.see(identity)).state == "hibernating"

    async def test_are_done_without_when_the_machine_is_lost(self, lab: LifeLab) -> None:
        identity = await lab.running()
        lab.world.unread = ["model.bin"]
        await lab.asks(identity, "hibernate")
        await lab.passes(3)
        assert await lab.told(identity, "failure")
        await lab.loses(await lab.primary(identity))
        await lab.passes(3)
        newest = (await lab.all_of(Snapshot))[-1]
        assert (await lab.see(identity)).snapshot_id == newest.id
