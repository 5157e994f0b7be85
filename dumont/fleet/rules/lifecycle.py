"""Says the one next step of an instance, out of everything that is known of it: pure, and total.

First what holds in every state: a snapshot that is complete is taken over before anything else is thought about, a wish
to be destroyed comes before all others, and no machine lives that nobody needs. Then what the state needs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from dumont.fleet.rules import awake, deadlines, lost, on_the_way, sleeping
from dumont.fleet.rules.answers import later, now_do
from dumont.fleet.rules.operations import WISHES, done_in
from dumont.fleet.rules.seen import Limits, SavingSeen, Seen, Trouble
from dumont.fleet.rules.states import OperationKind, State, Wish
from dumont.fleet.rules.steps import EndRun, Finish, LetGo, Move, Saved, SaveFailed, Step, WishFor

CANCELLED = Trouble("cancelled", "Somebody asked to stop.")
TAKEN_BACK: Mapping[OperationKind, Wish | None] = {
    "launch": "destroyed",
    "pause": "running",
    "resume": "paused",
    "hibernate": "running",
    "wake": "hibernated",
    "half_life": "running",
    "snapshot": None,
    "rehearsal": None,
    "keep_awake": None,
    "destroy": None,
}
"""What is wished when an operation is cancelled, unless something else was wished when it was asked for. Where a
failover leads back depends on what is left."""


def next_step(seen: Seen, now: datetime, limits: Limits) -> Step:
    any_state = _run_over(seen, now) or _in_any_state(seen, now) or lost.may_have_saved_itself(seen, now, limits)
    return any_state or deadlines.step(seen, now, limits) or _BY_STATE[seen.state](seen, now, limits)


def _run_over(seen: Seen, now: datetime) -> Step | None:
    untold = seen.run is not None and seen.run.is_untold and seen.state != "destroyed"
    return now_do(now, EndRun()) if untold else None


def _in_any_state(seen: Seen, now: datetime) -> Step | None:
    if seen.state == "destroyed":
        return None
    saving = seen.saving
    if saving is not None and saving.complete:
        return now_do(now, Saved())
    if saving is not None and saving.trouble is not None:
        return now_do(now, _not_saved(seen, saving, saving.trouble))
    if seen.wish == "destroyed" and seen.state != "destroying":
        return now_do(now, Move("destroying", "It was asked for.", who="asked"))
    strays = tuple(rental.id for rental in seen.strays if rental.wanted != "gone" and not rental.ended)
    if strays:
        return now_do(now, LetGo(strays, "unused"))
    return _cancelled(seen, now) or _there_already(seen, now)


def _not_saved(seen: Seen, saving: SavingSeen, trouble: Trouble) -> Move | SaveFailed:
    """Nobody waits for an instance without the work that it was to begin with, and it would cost."""
    if saving.brought and seen.state == "launching":
        said = f"What it was to begin with can't be had: {trouble.message}"
        return Move("failed", said, lets_go="unused", error=trouble)
    return SaveFailed(trouble)


def _cancelled(seen: Seen, now: datetime) -> Step | None:
    operation = seen.operation
    if operation is None or not operation.cancel_requested or operation.kind == "destroy":
        return None
    if operation.kind == "failover":
        return _no_failover(seen, now)
    back = operation.before or TAKEN_BACK[operation.kind]
    if back is None or seen.wish != WISHES[operation.kind]:
        return now_do(now, Finish(CANCELLED))
    return now_do(now, WishFor(back, None, "It was cancelled.", "asked", CANCELLED))


def _no_failover(seen: Seen, now: datetime) -> Step | None:
    """The work stays where it is; where its machine is lost, there is nothing to stay on until the standby serves."""
    if seen.holder is None:
        asleep = WishFor("hibernated", None, "It was cancelled.", "asked", CANCELLED)
        return now_do(now, asleep) if seen.state in ("interrupted", "waking") else None
    if seen.standby is not None and seen.standby.serving:
        return now_do(now, WishFor("on_standby", None, "It was cancelled.", "asked", CANCELLED))
    return now_do(now, Finish(CANCELLED))


def _there_already(seen: Seen, now: datetime) -> Step | None:
    """What was asked for is how it is. A failover begins where it ends, so it is not told by the state."""
    operation = seen.operation
    if operation is None or operation.kind == "failover" or not done_in(operation.kind, seen.state):
        return None
    return now_do(now, Finish())


def _destroyed(_seen: Seen, now: datetime, limits: Limits) -> Step:
    return later(now, limits.rest_seconds)


_BY_STATE: Mapping[State, Callable[[Seen, datetime, Limits], Step]] = {
    "launching": on_the_way.launching,
    "running": awake.running,
    "paused": awake.paused,
    "hibernating": sleeping.hibernating,
    "hibernated": sleeping.hibernated,
    "waking": on_the_way.waking,
    "failing_over": lost.failing_over,
    "on_standby": awake.on_standby,
    "recovering": on_the_way.recovering,
    "interrupted": lost.interrupted,
    "destroying": sleeping.destroying,
    "destroyed": _destroyed,
    "failed": on_the_way.failed,
}
