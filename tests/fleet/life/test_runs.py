"""What is run behind the start script: begun with each start, waited for by nobody, and its end told once."""

from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.events import RunEnded
from dumont.fleet.rules.runs import Run, run_of
from tests.fleet.life.life_lab import LifeLab

TRAINS = {"run": "python train.py"}


async def run_kept(lab: LifeLab, identity: UUID) -> Run:
    found = run_of((await lab.see(identity)).run)
    assert found is not None
    return found


def told(lab: LifeLab) -> list[tuple[str, int | None]]:
    return [(each.state, each.code) for each in lab.published.events if isinstance(each, RunEnded)]


class TestRun:
    async def test_goes_on_in_an_instance_that_is_handed_over(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        await lab.passes(2)
        (command,) = await lab.commands(identity, "run")
        assert lab.args(command) == {"script": "python train.py", "env": {}}
        run = await run_kept(lab, identity)
        assert (run.state, run.ended_at, run.code) == ("running", None, None)
        assert run.began_at is not None
        assert (await lab.see(identity)).run_command_id == command.id
        assert told(lab) == []

    @pytest.mark.parametrize(("code", "state"), [(0, "done"), (3, "failed")])
    async def test_is_told_of_once_when_it_ends_and_destroys_nothing(self, lab: LifeLab, code: int, state: str) -> None:
        identity = await lab.running(TRAINS)
        await lab.passes(2)
        lab.world.run_code = code
        await lab.passes(400, step=20)
        run = await run_kept(lab, identity)
        assert (run.state, run.code) == (state, code)
        assert run.ended_at is not None
        assert told(lab) == [(state, code)]
        assert (await lab.see(identity)).state == "running"
        assert len(await lab.commands(identity, "run")) == 1
        assert len(await lab.told(identity, "run")) == 2

    async def test_is_use_when_it_is_over_however_short_it_was(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS, hibernation={"idle_seconds": 120, "grace_seconds": 0, "warn_seconds": 0})
        await lab.passes(2)
        lab.world.run_code = 1
        await lab.beats(identity, idle_for=None)
        await lab.passes(20, step=5)
        assert (await run_kept(lab, identity)).state == "failed"
        await lab.beats(identity, idle_for=121)
        await lab.until(identity, "hibernated", seconds=900, step=10)

    async def test_begins_behind_a_start_script_that_takes_longer_than_it_is_waited_for(self, lab: LifeLab) -> None:
        lab.world.hooks = "hangs"
        identity = await lab.launches({**TRAINS, "onstart": "pip install x"})
        await lab.until(identity, "running", seconds=900, step=10)
        await lab.passes(10)
        assert await lab.commands(identity, "run") == []
        assert (await run_kept(lab, identity)).state == "waiting"
        lab.world.hooks = "complete"
        await lab.passes(3)
        assert (await run_kept(lab, identity)).state == "running"

    async def test_is_not_begun_behind_a_start_script_that_has_failed(self, lab: LifeLab) -> None:
        lab.world.onstart_code = 1
        identity = await lab.running({**TRAINS, "onstart": "pip install x"})
        await lab.passes(5)
        run = await run_kept(lab, identity)
        assert (run.state, run.began_at, run.code) == ("failed", None, None)
        assert "start script failed" in run.why
        assert told(lab) == [("failed", None)]
        assert await lab.commands(identity, "run") == []

    async def test_is_there_only_where_it_was_asked_for(self, lab: LifeLab) -> None:
        identity = await lab.running()
        await lab.passes(5)
        assert (await lab.see(identity)).run is None
        await lab.changes(identity, wanted=TRAINS)
        await lab.passes(5)
        assert await lab.commands(identity, "run") == []


class TestRunOfOneThatSleeps:
    async def test_is_known_to_be_done_while_it_sleeps_and_begun_again_with_its_wake(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        lab.world.run_code = 0
        await lab.passes(3)
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        assert (await run_kept(lab, identity)).state == "done"
        lab.world.run_code = None
        await lab.asks(identity, "wake")
        await lab.until(identity, "running")
        await lab.passes(2)
        assert (await run_kept(lab, identity)).state == "running"
        assert len(await lab.commands(identity, "run")) == 2
        assert told(lab) == [("done", 0)]

    async def test_is_stopped_with_its_machine(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        await lab.passes(2)
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        await lab.passes(2)
        assert (await run_kept(lab, identity)).state == "stopped"
        assert told(lab) == [("stopped", None)]

    async def test_goes_on_where_a_sleep_is_called_off(self, lab: LifeLab) -> None:
        lab.world.saves = "hangs"
        identity = await lab.running(TRAINS)
        await lab.passes(2)
        (command,) = await lab.commands(identity, "run")
        operation = await lab.asks(identity, "hibernate")
        await lab.passes(5)
        await lab.cancels(operation)
        await lab.until(identity, "running")
        await lab.passes(3)
        assert [each.id for each in await lab.commands(identity, "run")] == [command.id]
        assert (await run_kept(lab, identity)).state == "running"

    async def test_is_begun_again_when_a_paused_machine_is_resumed(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        await lab.passes(2)
        await lab.asks(identity, "pause")
        await lab.until(identity, "paused")
        await lab.passes(2)
        assert (await run_kept(lab, identity)).state == "stopped"
        await lab.asks(identity, "resume")
        await lab.until(identity, "running")
        await lab.passes(2)
        assert (await run_kept(lab, identity)).state == "running"
        assert len(await lab.commands(identity, "run")) == 2

    async def test_is_begun_again_elsewhere_when_its_machine_is_lost(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        await lab.asks(identity, "snapshot")
        await lab.passes(5)
        await lab.loses(await lab.primary(identity))
        await lab.passes(1)
        await lab.until(identity, "running")
        await lab.passes(2)
        assert told(lab) == [("stopped", None)]
        assert (await run_kept(lab, identity)).state == "running"
        assert len(await lab.commands(identity, "run")) == 2


class TestRunAnew:
    async def test_takes_what_is_wanted_then(self, lab: LifeLab) -> None:
        identity = await lab.running(TRAINS)
        lab.world.run_code = 3
        await lab.passes(3)
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        nothing: dict[str, Any] = {}
        await lab.changes(identity, wanted=nothing)
        await lab.asks(identity, "wake")
        found = await lab.until(identity, "running")
        await lab.passes(2)
        assert (found.run, found.run_command_id) == (None, None)
        assert len(await lab.commands(identity, "run")) == 1
