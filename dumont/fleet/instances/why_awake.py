"""Why an instance is awake, or when it won't be: each signal beside its limit, and what happens next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from dumont.fleet.instances import access, idle, keeping
from dumont.fleet.rules import idle as rules
from dumont.fleet.rules.answers import SEALED
from dumont.fleet.rules.idle import SIGNALS, Idle, IdleRule, Signal, Verdict, Why
from dumont.fleet.store import beats
from dumont.fleet.tables import FleetBeat, FleetInstance
from dumont.platform.work import Work

What = Literal["nothing", "warn", "hibernate", "dry_run"]
UNITS: dict[Signal, str] = {
    "gpu": "%",
    "cpu": "%",
    "sessions": "logins",
    "notebooks": "notebooks",
    "process": "processes",
    "network": "Mbit/s",
}
WORDS: dict[Signal, str] = {
    "gpu": "a GPU computes",
    "cpu": "the processors compute",
    "sessions": "somebody is logged in",
    "notebooks": "a notebook is in use",
    "process": "a watched process runs",
    "network": "the network is in use",
}


@dataclass(frozen=True, slots=True)
class SignalSeen:
    signal: Signal
    looked_at: bool
    value: float | None
    """None is not known, which counts as busy."""
    threshold: float | None
    unit: str
    busy: bool
    quiet_since: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Awake:
    instance: FleetInstance
    rule: IdleRule
    verdict: Verdict
    summary: str
    signals: Sequence[SignalSeen]
    heard_at: datetime | None
    used_at: datetime | None
    armed: bool
    next: What
    next_at: datetime | None
    hibernates_at: datetime | None


async def explain(work: Work, instance_id: UUID) -> Awake:
    instance = await access.instance(work, instance_id)
    primary = instance.primary_rental_id
    beat = (await beats.of(work.tx, [primary])).get(primary) if primary else None
    sealed = bool(await keeping.sealed(work.tx, [instance]))
    found = idle.of(instance, beat, work.settings, sealed=sealed)
    verdict = rules.verdict(found, work.now)
    signals = _signals(found, beat, work.now)
    asleep = instance.state != "running"
    what, at = _next(found, verdict) if not asleep else ("nothing", None)
    return Awake(
        instance=instance,
        rule=found.rule,
        verdict=verdict,
        summary=f"It is {instance.state}." if asleep else _summary(found, verdict, signals),
        signals=signals,
        heard_at=found.received_at,
        used_at=found.used_at,
        armed=rules.armed_at(found) is not None,
        next=what,
        next_at=at,
        hibernates_at=None if asleep or found.rule.dry_run else verdict.sleeps_at,
    )


def _signals(found: Idle, beat: FleetBeat | None, now: datetime) -> list[SignalSeen]:
    """What was heard too long ago says nothing of now."""
    heard = beat is not None and now - beat.received_at <= rules.seconds(found.silent_seconds)
    values = rules.values(beat.sample) if beat is not None and heard else [math.nan] * len(SIGNALS)
    quiet = beat.quiet if beat is not None and heard else [None] * len(SIGNALS)
    limits = beat.limits if beat is not None else found.rule.limits()
    return [_signal(*each, now) for each in zip(SIGNALS, values, limits, quiet, strict=True)]


def _signal(signal: Signal, value: float, limit: float, since: datetime | None, now: datetime) -> SignalSeen:
    return SignalSeen(
        signal=signal,
        looked_at=not math.isnan(limit),
        value=None if math.isnan(value) else value,
        threshold=None if math.isnan(limit) else round(limit, 6),
        unit=UNITS[signal],
        busy=not rules.is_quiet(value, limit),
        quiet_since=since,
        seconds=None if since is None else max(0.0, (now - since).total_seconds()),
    )


def _next(found: Idle, verdict: Verdict) -> tuple[What, datetime | None]:
    if verdict.act == "tell" or (found.rule.dry_run and verdict.look_at is not None):
        return "dry_run", verdict.sleeps_at or verdict.look_at
    if verdict.sleeps_at is None:
        return "nothing", None
    if verdict.act == "sleep" or verdict.look_at == verdict.sleeps_at:
        return "hibernate", verdict.sleeps_at
    return "warn", verdict.look_at


def _summary(found: Idle, verdict: Verdict, signals: Sequence[SignalSeen]) -> str:
    sentences: dict[Why, str] = {
        "off": "Hibernation is off for this instance.",
        "sealed": f"{SEALED.message} {SEALED.hint}",
        "saving": "A snapshot of it is being made.",
        "unknown": "Its agent has not been heard; what is not known counts as busy.",
        "unused": "It has not been used since it was last started: detection begins with the first real use.",
        "busy": f"It is busy: {_named(signals)}.",
        "grace": f"All is quiet, but it was started less than {_ago(found.rule.grace_seconds)} ago.",
        "kept_awake": "All is quiet, but it is kept awake on purpose.",
        "quiet": f"All is quiet, but not yet for {_ago(found.rule.idle_seconds)}.",
        "idle": "It is idle; this is a dry run." if found.rule.dry_run else "It is idle.",
    }
    return sentences[verdict.why]


def _named(signals: Sequence[SignalSeen]) -> str:
    busy = [each for each in signals if each.busy]
    words = [WORDS[each.signal] if each.value is not None else f"{each.signal} is not known" for each in busy]
    return ", ".join(words) or "something was busy a moment ago"


def _ago(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 120 and seconds % 60 == 0 else f"{seconds:g} s"
