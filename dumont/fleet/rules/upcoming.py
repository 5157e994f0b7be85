"""What will happen to an instance by itself next, if nobody does anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from dumont.fleet.rules.idle import Why
from dumont.fleet.rules.states import State

What = Literal["hibernate", "wake", "release", "until", "retry", "awake_ends", "recover", "ask", "stays"]
SAID: Mapping[What, str] = {
    "hibernate": "Hibernates",
    "wake": "Wakes",
    "release": "Gives back all but its snapshot",
    "retry": "Is tried again",
    "awake_ends": "May sleep again",
    "recover": "Recovers",
    "ask": "Looks again for a spot machine",
}
STAYS: Mapping[Why, str] = {
    "unused": "Not used yet: does not sleep by itself.",
    "sealed": "Can't be saved, so it does not sleep: its repository is encrypted.",
}
"""Where nothing happens by itself, though somebody may count on it."""
ENDS = {"hibernate": "Hibernates for good", "destroy": "Is destroyed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    state: State
    sleeps_at: datetime | None = None
    """By idleness, if everything stays as it is."""
    keep_awake_until: datetime | None = None
    why_not: Why | None = None
    """It is awake."""
    hibernates: bool = True
    """Whether idleness puts it to sleep at all."""
    until_at: datetime | None = None
    until_action: str = "hibernate"
    retry_at: datetime | None = None
    releases_at: datetime | None = None
    asks_at: datetime | None = None
    """Of work with a deadline that waits for a machine."""
    scheduled: Mapping[str, datetime] = field(default_factory=dict)
    """By action: the next time."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    what: What
    at: datetime | None
    text: str


def upcoming(known: Known, now: datetime) -> Upcoming | None:
    """The earliest; one that is due already counts as now."""
    if known.state in ("destroying", "destroyed"):
        return None
    found = sorted(_all(known, now), key=lambda each: each[1] or now)
    if not found:
        stays = STAYS.get(known.why_not) if known.why_not is not None and known.state == "running" else None
        return Upcoming("stays", None, stays) if stays is not None else None
    what, at = found[0]
    return Upcoming(what, at, _text(what, at, known, now))


def _all(known: Known, now: datetime) -> Iterator[tuple[What, datetime | None]]:
    if known.retry_at is not None:
        yield "retry", known.retry_at
    if known.state == "interrupted" and known.retry_at is None:
        yield "recover", None
    if known.state == "running" and known.sleeps_at is not None:
        yield "hibernate", known.sleeps_at
    if known.state in ("hibernated", "launching") and known.asks_at is not None:
        yield "ask", known.asks_at
    kept = known.keep_awake_until
    if known.state == "running" and known.hibernates and kept is not None and kept > now and known.sleeps_at is None:
        yield "awake_ends", kept
    if known.state == "hibernated" and known.releases_at is not None:
        yield "release", known.releases_at
    asleep = known.state in ("hibernated", "hibernating")
    action: What = "wake" if asleep or known.state == "paused" else "hibernate"
    if action in known.scheduled:
        yield action, known.scheduled[action]
    if known.until_at is not None and not (asleep and known.until_action == "hibernate"):
        yield "until", known.until_at


def _text(what: What, at: datetime | None, known: Known, now: datetime) -> str:
    said = ENDS.get(known.until_action, "Ends") if what == "until" else SAID[what]
    return f"{said} {when(at, now)}."


def when(at: datetime | None, now: datetime) -> str:
    """As one says it: soon in minutes, later by the clock, in UTC."""
    if at is None or at <= now + timedelta(seconds=5):
        return "now"
    seconds = (at - now).total_seconds()
    if seconds < 60:
        return f"in {round(seconds)} s"
    if seconds < 3600:
        minutes = round(seconds / 60)
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    return f"at {at:%H:%M} UTC" if at.date() == now.date() or seconds < 43_200 else f"on {at:%Y-%m-%d at %H:%M} UTC"
