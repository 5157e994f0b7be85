"""How far a machine in a race is, and how long each of its stages took, out of the moments that were written down."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, Protocol

from dumont.fleet.rules.states import Stage, Wanted

LaneState = Literal["waiting", "creating", "booting", "ssh", "agent", "winner", "ending", "destroyed"]


class Moments(Protocol):
    """What a lane is told by: the row of a rental has it."""

    stage: Stage
    wanted: Wanted
    created_at: datetime
    attempted_at: datetime | None
    accepted_at: datetime | None
    running_at: datetime | None
    ssh_at: datetime | None
    agent_at: datetime | None
    ready_at: datetime | None
    checked_at: datetime | None
    end_asked_at: datetime | None
    ended_at: datetime | None


def lane_of(machine: Moments, *, winner: bool) -> LaneState:
    if winner:
        return "winner"
    if machine.stage == "ended":
        return "destroyed"
    return "ending" if machine.wanted == "gone" or machine.stage == "ending" else _on_its_way(machine)


def _on_its_way(machine: Moments) -> LaneState:
    if machine.agent_at is not None:
        return "agent"
    if machine.ssh_at is not None:
        return "ssh"
    if machine.stage == "intended":
        return "waiting"
    return "creating" if machine.accepted_at is None else "booting"


def stages_of(machine: Moments, until: datetime | None = None) -> dict[str, float]:
    """Seconds of those that are over, of the winner until the race was. Whichever answers first, SSH or the agent, ends
    the wait for it."""
    return {
        name: round(max(0.0, (ended - since).total_seconds()), 3)
        for name, since, ended in _spans(machine)
        if since is not None and ended is not None and (until is None or since < until)
    }


def seconds_of(machine: Moments, now: datetime) -> float:
    """From when it was wanted until it was asked to end, or gone; until now at most, or until the race was over."""
    ends = [at for at in (machine.end_asked_at, machine.ended_at, now) if at is not None]
    return round(max(0.0, (min(ends) - machine.created_at).total_seconds()), 3)


def _spans(machine: Moments) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    yield "waiting", machine.created_at, machine.attempted_at
    yield "creating", machine.attempted_at, machine.accepted_at
    yield "booting", machine.accepted_at, machine.running_at
    answered, by = _first(machine.ssh_at, "ssh"), _first(machine.agent_at, "agent")
    first = min((each for each in (answered, by) if each is not None), default=None)
    if first is not None:
        yield first[1], machine.running_at or machine.accepted_at, first[0]
        yield "checking", first[0], machine.checked_at
    yield "ending", machine.end_asked_at, machine.ended_at


def _first(at: datetime | None, name: str) -> tuple[datetime, str] | None:
    return None if at is None else (at, name)
