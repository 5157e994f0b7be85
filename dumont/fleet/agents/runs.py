"""Keeps how that is which an instance runs behind its start script, and tells of its end, once."""

from collections.abc import Mapping
from uuid import UUID

from dumont.fleet.agents import commands
from dumont.fleet.agents.commands import Command
from dumont.fleet.events import RunEnded
from dumont.fleet.instances import moves
from dumont.fleet.rules import runs as rules
from dumont.fleet.rules.runs import How, Run, RunState, run_of
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work

SAID: Mapping[RunState, str] = {
    "done": "Its run is done.",
    "failed": "Its run has failed.",
    "stopped": "Its run was stopped.",
    "unknown": "Its run is over, or lost.",
}
BEGINS_ON = "It waits for the start script."


def wait(instance: FleetInstance, script: str) -> None:
    """It is to begin with this start, if there is anything."""
    instance.run_command_id = instance.run = None
    if script.strip():
        _keep(instance, Run(state="waiting", why=BEGINS_ON))


async def begun(work: Work, instance: FleetInstance, command_id: UUID) -> None:
    instance.run_command_id = command_id
    _keep(instance, Run(state="running", began_at=work.now))
    await moves.note(work, instance, "run", "Its run has begun.")


async def not_begun(work: Work, instance: FleetInstance) -> None:
    await _over(work, instance, Run(state="waiting"), How("failed", rules.NOT_BEGUN))


async def leave(work: Work, instance: FleetInstance) -> None:
    """Its machine is given up, or stopped: what goes on there ends with it."""
    found = run_of(instance.run)
    if found is not None and found.state == "running":
        if instance.run_command_id is not None:
            await commands.withdraw_one(work, instance.run_command_id, rules.WITH_ITS_MACHINE)
        await _over(work, instance, found, How("stopped", rules.WITH_ITS_MACHINE))
    instance.run_command_id = None


async def ended(work: Work, instance: FleetInstance, command: Command | None) -> None:
    """`command` is the one that it was: over, or nowhere to be found."""
    found = run_of(instance.run)
    if found is None:
        return
    told = (command.state, command.result, command.error_code) if command is not None else (None, {}, None)
    await _over(work, instance, found, rules.how(*told))


async def _over(work: Work, instance: FleetInstance, found: Run, how: How) -> None:
    run = found.over(how, work.now)
    _keep(instance, run)
    instance.use_seen_at = work.now  # however short it was: a machine whose run failed at once must not stay for ever
    await moves.note(work, instance, "run", f"{SAID[run.state]} {run.why}".strip(), state=run.state, code=run.code)
    told = RunEnded(
        owner_id=instance.owner_id,
        instance_id=instance.id,
        name=instance.name,
        state=run.state,
        code=run.code,
        why=run.why,
    )
    await work.publish(told)


def _keep(instance: FleetInstance, run: Run) -> None:
    instance.run = run.model_dump(mode="json")
