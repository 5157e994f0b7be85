"""Operations: where each leads, and which wish it is."""

from collections.abc import Mapping

from dumont.fleet.rules.states import OperationKind, State, Wish

WISHES: Mapping[OperationKind, Wish | None] = {
    "launch": "running",
    "pause": "paused",
    "resume": "running",
    "hibernate": "hibernated",
    "wake": "running",
    "snapshot": None,
    "failover": "running",
    "half_life": "on_standby",
    "destroy": "destroyed",
    "rehearsal": None,
    "keep_awake": None,
}
"""What each wishes; None leaves the wish as it is."""
ENDS: Mapping[OperationKind, frozenset[State]] = {
    "launch": frozenset({"running"}),
    "pause": frozenset({"paused"}),
    "resume": frozenset({"running"}),
    "hibernate": frozenset({"hibernated"}),
    "wake": frozenset({"running"}),
    "snapshot": frozenset(),
    "failover": frozenset({"running"}),
    "half_life": frozenset({"on_standby"}),
    "destroy": frozenset({"destroyed"}),
    "rehearsal": frozenset(),
    "keep_awake": frozenset(),
}
"""It is done as soon as the instance moves there; those that lead nowhere are ended by their own step."""


def done_in(kind: OperationKind, state: State) -> bool:
    return state in ENDS[kind]
