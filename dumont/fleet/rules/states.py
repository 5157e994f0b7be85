"""The lives of instances, rentals, races and operations: which states there are, and which moves between them."""

from collections.abc import Mapping
from typing import Literal

from dumont.basics.errors import Conflict

State = Literal[
    "launching",
    "running",
    "paused",
    "hibernating",
    "hibernated",
    "waking",
    "failing_over",
    "on_standby",
    "recovering",
    "interrupted",
    "destroying",
    "destroyed",
    "failed",
]
Wish = Literal["running", "paused", "hibernated", "on_standby", "destroyed"]
"""Where its owner wants an instance to be; the controller takes it there."""
Role = Literal["racer", "primary", "standby"]
Wanted = Literal["held", "stopped", "gone"]
"""Where the fleet wants a rental to be."""
Stage = Literal["intended", "creating", "booting", "running", "ready", "stopped", "ending", "ended"]
"""How far a rental is. `ready` machines answer on SSH or have an agent that called home; `ended` is confirmed."""
OperationKind = Literal[
    "launch",
    "pause",
    "resume",
    "hibernate",
    "wake",
    "snapshot",
    "failover",
    "half_life",
    "destroy",
    "rehearsal",
    "keep_awake",
]
OperationState = Literal["queued", "running", "done", "failed", "cancelled"]
RaceState = Literal["running", "won", "lost", "cancelled"]
StandbyKind = Literal["cpu", "gpu"]
StandbyState = Literal["off", "starting", "syncing", "synced", "serving", "failed"]
CommandKind = Literal["setup", "snapshot", "restore", "hook", "run", "shutdown", "standing", "check", "logs"]
DropState = Literal["lent", "moving", "taken", "over"]
"""Of what an agent was lent for the time when it can't ask: used, a snapshot of it is moved to its place."""
CommandState = Literal["queued", "sent", "running", "done", "failed"]

MOVES: Mapping[State, frozenset[State]] = {
    "launching": frozenset({"running", "failed", "destroying"}),
    "running": frozenset({"paused", "hibernating", "failing_over", "interrupted", "destroying"}),
    "paused": frozenset({"running", "interrupted", "destroying"}),
    "hibernating": frozenset({"hibernated", "running", "on_standby", "interrupted", "destroying"}),
    "hibernated": frozenset({"waking", "failing_over", "destroying"}),
    "waking": frozenset({"running", "hibernated", "interrupted", "destroying"}),
    "failing_over": frozenset({"on_standby", "running", "interrupted", "hibernated", "destroying"}),
    "on_standby": frozenset({"recovering", "hibernating", "interrupted", "destroying"}),
    "recovering": frozenset({"running", "on_standby", "interrupted", "destroying"}),
    "interrupted": frozenset({"waking", "hibernated", "failing_over", "destroying"}),
    "failed": frozenset({"launching", "destroying"}),
    "destroying": frozenset({"destroyed"}),
    "destroyed": frozenset(),
}
ON_THE_WAY: frozenset[State] = frozenset(
    {"launching", "hibernating", "waking", "failing_over", "recovering", "interrupted", "destroying"}
)
"""Not where it is to stay: the controller has a next step, and looks again soon."""


class ForbiddenMove(Conflict):
    code = "forbidden_move"
    hint = "See what the instance is doing with `dumont events NAME`, and try again when that is over."


def check_move(old: State, new: State) -> None:
    if new not in MOVES[old]:
        raise ForbiddenMove(f"An instance that is {old} can't become {new}.")
