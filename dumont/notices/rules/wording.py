"""What is told of an event, if anything: a topic, a sentence for people, and fields for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from dumont.notices.rules.topics import TEST, Topic

LOST = "provider"
"""Who moved it, where its machine was lost."""
BACK: Mapping[str, str] = {
    "waking": "{name} is awake.",
    "failing_over": "{name} runs again.",
    "recovering": "{name} is back from its standby.",
}
"""By where it comes from, when it runs again."""
MOVES: Mapping[str, tuple[Topic, str]] = {
    "interrupted": ("interrupted", "{name} has lost its machine."),
    "failing_over": ("failed_over", "{name} has lost its machine and fails over to its standby."),
    "hibernated": ("hibernated", "{name} is hibernated."),
    "failed": ("launch_failed", "{name} could not be started."),
}
FAILED: Mapping[str, str] = {
    "waking": "{name} could not be woken.",
    "failing_over": "{name} could not be put on its standby.",
}
"""By where it comes from, when it is hibernated since there was nothing to run on."""
SPANS = {"hour": "of an hour", "day": "of today", "month": "of this month"}


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    text: str
    data: Mapping[str, Any]


class Moved(Protocol):
    @property
    def instance_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def from_state(self) -> Any: ...
    @property
    def to_state(self) -> Any: ...
    @property
    def why(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def retry_at(self) -> datetime | None: ...
    @property
    def again(self) -> bool: ...


def of_move(event: Moved) -> Message | None:
    """Most moves are steps on a way, of which only the end is told; who asks for its standby has lost nothing. What is
    tried again and again is told once."""
    topic: Topic
    why = event.why
    if event.to_state == "running" and event.from_state in BACK:
        topic, words = "woken", BACK[event.from_state]
    elif event.to_state == "hibernated" and event.retry_at is not None and event.from_state in FAILED:
        if event.again:
            return None
        topic, words = "launch_failed", FAILED[event.from_state]
        why = f"{why} It is tried again at {event.retry_at:%H:%M:%S} UTC."
    elif event.to_state in MOVES and (event.to_state != "failing_over" or event.who == LOST):
        topic, words = MOVES[event.to_state]
    else:
        return None
    data = {"instance_id": str(event.instance_id), "name": event.name, "state": event.to_state, "why": event.why}
    return Message(topic, f"{words.format(name=event.name)} {why}".strip(), data)


def of_idleness(instance_id: UUID, name: str, hibernates_at: str, *, snooze: str) -> Message:
    """`snooze` is the page that keeps it awake for an hour, at a press of a button."""
    text = f"{name} is idle and hibernates at {hibernates_at}. {snooze} or `dumont keep-awake {name}` puts it off."
    told = {"instance_id": str(instance_id), "name": name, "hibernates_at": hibernates_at, "snooze": snooze}
    return Message("idle_soon", text, told)


def of_unused(instance_id: UUID, name: str) -> Message:
    text = (
        f"{name} runs, costs, and nobody has used it for an hour. It does not sleep by itself before it was used once: "
        f"use it, or `dumont hibernate {name}`."
    )
    return Message("unused", text, {"instance_id": str(instance_id), "name": name})


def of_refused_key(title: str, *, provider: str, of_house: bool, names: Sequence[str]) -> Message:
    """`title` is how people call the cloud."""
    whose = "the key of this house" if of_house else "your key"
    way = "Tell an operator" if of_house else "Store a new one at Account > Provider keys"
    text = f"{title} refuses {whose}: what {', '.join(names)} runs on can't be ended, and goes on to cost. {way}."
    return Message("key_refused", text, {"provider": provider, "names": list(names)})


def of_run(instance_id: UUID, name: str, *, state: str, code: int | None, why: str) -> Message | None:
    """None where it ended with its machine, of which its owner is told anyway, or which he has given up."""
    if state not in ("done", "failed", "unknown"):
        return None
    data = {"instance_id": str(instance_id), "name": name, "state": state, "code": code, "why": why}
    if state == "done":
        return Message("run_done", f"What {name} was to run is done.", data)
    said = "has failed" if state == "failed" else "may have failed"
    return Message("run_failed", f"What {name} was to run {said}. {why}", data)


def of_standby(instance_id: UUID, name: str, why: str) -> Message:
    text = f"The standby of {name} is in trouble. {why}"
    return Message("standby_trouble", text, {"instance_id": str(instance_id), "name": name, "why": why})


def of_paid_hours(instance_id: UUID, name: str, why: str, *, provider: str, ends_at: str) -> Message:
    text = f"{name} can't stay on its machine. {why} Its work is saved before, and goes on elsewhere."
    data = {"instance_id": str(instance_id), "name": name, "why": why, "provider": provider, "ends_at": ends_at}
    return Message("paid_hours_end", text, data)


def of_left_snapshots(label: str, *, snapshots: int, ends_at: str) -> Message:
    those = "1 snapshot" if snapshots == 1 else f"{snapshots} snapshots"
    text = f"{those} of {label}, which is destroyed, will be deleted on {ends_at}. Restore what you still need before."
    return Message("snapshots_end", text, {"label": label, "snapshots": snapshots, "ends_at": ends_at})


def of_harm(owner_id: UUID, first: str, *, problems: int, files: int, page: str) -> Message:
    more = "" if problems <= 1 else f" and {problems - 1} more"
    touched = {0: "No file is known to be touched.", 1: "1 file is touched."}.get(files, f"{files} files are touched.")
    text = f"The check of your repository of snapshots has found damage: {first}{more}. {touched} See {page}."
    data = {"owner_id": str(owner_id), "problems": problems, "files_touched": files, "first": first}
    return Message("repository_harmed", text, data)


def of_budget(owner_id: UUID, *, limit: str, level: str, used: str, budget: str) -> Message:
    over = level == "over"
    said = "is used up: what runs is put to sleep" if over else "is nearly used up"
    if limit == "hour":
        said = "is exceeded: the dearest instances go to sleep" if over else "is nearly reached"
    text = f"The budget {SPANS.get(limit, limit)} {said}. ${used} of ${budget}."
    data = {"owner_id": str(owner_id), "limit": limit, "used": used, "budget": budget}
    return Message("budget_over" if over else "budget_near", text, data)


def of_test(name: str) -> Message:
    return Message(TEST, f"This is a test of the webhook {name}.", {})
