"""What is to be done next about a rental at its cloud, and how long to wait after each try."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dumont.fleet.rules.states import Stage, Wanted

Act = Literal["create", "drop", "destroy", "stop", "start", "knock", "greet", "wait"]

INTERRUPTED = "interrupted"
"""The error of a machine that its cloud has stopped."""
NEVER_SECONDS = 3600.0
"""Nothing to do: whoever changes something sets an earlier look."""
KNOCK_SECONDS = 1.0
AGAIN_FIRST_SECONDS, AGAIN_MAX_SECONDS = 15.0, 60.0
PAUSE_FIRST_SECONDS, PAUSE_MAX_SECONDS = 2.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a rental is."""

    stage: Stage
    wanted: Wanted
    attempted: bool
    made: bool
    """Its machine's id is known."""
    heard: bool
    """It has answered on SSH, or its agent has called."""
    called: bool
    """Its agent has, since it was last started: then it runs, whatever its cloud says."""
    reachable: bool
    interrupted: bool


def act(rental: Standing) -> Act:
    """A create call that was attempted is never made again: lists settle it."""
    if not rental.attempted:
        return "create" if rental.wanted == "held" else "drop"
    if not rental.made:
        return "wait"
    if rental.wanted == "gone":
        return "destroy"
    if rental.wanted == "stopped":
        return "wait" if rental.stage == "stopped" else "stop"
    return _held(rental)


def _held(rental: Standing) -> Act:
    """A machine that its cloud has stopped is not started: what becomes of it is for its instance to say."""
    if rental.stage == "stopped":
        return "wait" if rental.interrupted else "start"
    if rental.heard and (rental.stage == "running" or (rental.stage == "booting" and rental.called)):
        return "greet"
    if rental.heard:
        return "wait"
    return "knock" if rental.stage in ("booting", "running") and rental.reachable else "wait"


def again_in(asked_at: datetime | None, now: datetime) -> timedelta:
    """Until an end that was asked for, and is not seen yet, is asked for once more."""
    since = (now - asked_at).total_seconds() if asked_at else 0.0
    return timedelta(seconds=min(AGAIN_MAX_SECONDS, max(AGAIN_FIRST_SECONDS, since)))


def pause_of(tries: int, asked: float = 0.0) -> timedelta:
    """After so many calls in a row that went wrong; `asked` is what the cloud itself wants."""
    growing = min(PAUSE_MAX_SECONDS, PAUSE_FIRST_SECONDS * 2.0 ** min(max(0, tries - 1), 10))
    return timedelta(seconds=max(growing, asked))
