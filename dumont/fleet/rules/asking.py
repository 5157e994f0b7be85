"""Which wish an instance can be asked for in which state, and what is said where it can't."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dumont.fleet.rules.operations import WISHES
from dumont.fleet.rules.states import OperationKind, State, Wish

AWAKE: frozenset[State] = frozenset({"running", "on_standby", "recovering"})
MOVING: frozenset[State] = frozenset({"waking", "failing_over", "interrupted"})
FROM: Mapping[OperationKind, frozenset[State]] = {
    "pause": frozenset({"running"}),
    "resume": frozenset({"paused"}),
    "hibernate": AWAKE | MOVING | {"hibernating"},
    "wake": MOVING | {"hibernating", "hibernated", "on_standby", "recovering", "failed"},
    "snapshot": frozenset({"running", "on_standby"}),
    "failover": frozenset({"running"}),
    "rehearsal": frozenset({"running"}),
    "half_life": frozenset({"running", "hibernated", "interrupted", "failing_over", "recovering", "waking"}),
}
"""Who changes his mind in the midst of it may."""
THERE: Mapping[Wish, State] = {
    "running": "running",
    "paused": "paused",
    "hibernated": "hibernated",
    "on_standby": "on_standby",
}
INSTEAD: Mapping[tuple[OperationKind, State], str] = {
    ("wake", "paused"): "Resume it.",
    ("resume", "hibernated"): "Wake it.",
    ("hibernate", "paused"): "Resume it first: there is nobody on a stopped machine to take a snapshot.",
    ("hibernate", "launching"): "Wait until it runs, or destroy it: there is no work in it yet.",
    ("hibernate", "failed"): "It has no machine. Wake it to try again, or destroy it.",
    ("snapshot", "hibernated"): "Its newest snapshot holds all there is.",
    ("snapshot", "paused"): "Resume it first.",
    ("pause", "on_standby"): "Hibernate it.",
    ("failover", "on_standby"): "It is on its standby already. Wake it to get its GPU back.",
}
UNENDING: frozenset[OperationKind] = frozenset({"destroy"})
"""Once asked for, they are gone through with."""


@dataclass(frozen=True, slots=True)
class Refusal:
    there: bool
    """It is where it is asked to go."""
    hint: str


def refusal(kind: OperationKind, state: State, wish: Wish) -> Refusal | None:
    """`wish` is the one that holds now; destroying can always be asked for."""
    wanted = WISHES[kind]
    if kind not in ("snapshot", "failover", "rehearsal") and wanted == wish and THERE.get(wanted) == state:
        return Refusal(there=True, hint="There is nothing to do.")
    on_the_way_there = wanted is not None and wanted != wish and THERE.get(wanted) == state
    if state in FROM[kind] or on_the_way_there:
        return None
    return Refusal(there=False, hint=INSTEAD.get((kind, state), _usual(kind)))


def _usual(kind: OperationKind) -> str:
    return f"That can be asked of one that is {', '.join(sorted(FROM[kind])).replace('_', ' ')}."


PLANS: Mapping[OperationKind, tuple[str, ...]] = {
    "launch": ("choosing", "creating", "booting", "ssh", "checking", "setup", "onstart", "ready"),
    "wake": ("choosing", "creating", "booting", "ssh", "checking", "setup", "restoring", "onstart", "ready"),
    "hibernate": ("snapshot", "verifying", "destroying", "hibernated"),
    "snapshot": ("snapshot", "verifying"),
    "rehearsal": ("checking",),
    "destroy": ("snapshot", "verifying", "destroying", "destroyed"),
    "pause": ("stopping", "paused"),
    "resume": ("starting", "booting", "ready"),
    "failover": ("switching", "choosing", "creating", "booting", "ssh", "checking", "setup", "restoring", "ready"),
    "half_life": ("switching", "destroying", "on_standby"),
}
SAVING = ("snapshot", "verifying")


def plan_of(kind: OperationKind, passed: Iterable[str], *, saves: bool = True) -> list[str]:
    """All stages in order; one that was passed and is not among them comes where it was met. What is destroyed with
    its snapshots is not saved before."""
    plan = [stage for stage in PLANS.get(kind, ()) if saves or stage not in SAVING]
    at = 0
    for stage in passed:
        if not stage:
            continue
        if stage in plan:
            at = plan.index(stage) + 1
        else:
            plan.insert(at, stage)
            at += 1
    return plan


def can_cancel(kind: OperationKind) -> bool:
    return kind not in UNENDING
