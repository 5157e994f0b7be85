"""The rule by which an instance is put to sleep: which signals there are, when each is quiet, and what follows of it.

A signal is one number, busy above its limit; what is not known counts as busy. All must be quiet for long enough, in
calls that came in by our clock. Nothing is idle before it was first used, and nothing is put to sleep in its first
minutes, while it is kept awake, or while a snapshot runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from dumont.fleet.rules.wanted import HibernationWish

Signal = Literal["gpu", "cpu", "sessions", "notebooks", "process", "network"]
SIGNALS: tuple[Signal, ...] = ("gpu", "cpu", "sessions", "notebooks", "process", "network")
USE: tuple[Signal, ...] = ("gpu", "cpu", "sessions", "notebooks", "process")
"""Those that tell of real use when they are known to be busy; a network is also busy with what nobody asked for."""
UNKNOWN = IGNORED = math.nan
"""Above every number, as PostgreSQL has it: an unknown value is above each limit, and none is above a NaN."""

UNUSED_FOR = timedelta(hours=1)
"""Whoever started it may have forgotten it."""

Act = Literal["wait", "warn", "sleep", "tell", "remind"]
Why = Literal["off", "sealed", "saving", "unknown", "unused", "busy", "grace", "kept_awake", "quiet", "idle"]


class Usual(Protocol):
    """What holds where an instance sets nothing: the settings."""

    @property
    def fleet_idle_gpu_percent(self) -> float: ...
    @property
    def fleet_idle_seconds(self) -> float: ...
    @property
    def fleet_idle_cpu_percent(self) -> float: ...
    @property
    def fleet_idle_network_mbps(self) -> float: ...
    @property
    def fleet_grace_seconds(self) -> float: ...
    @property
    def fleet_warn_seconds(self) -> float: ...
    @property
    def fleet_release_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class IdleRule:
    """As it holds for one instance: what it sets itself, and the settings where it sets nothing."""

    enabled: bool
    dry_run: bool
    gpu_percent: float
    idle_seconds: float
    grace_seconds: float
    warn_seconds: float
    release_seconds: float
    cpu_percent: float
    network_mbps: float
    sessions: bool
    processes: tuple[str, ...]

    @classmethod
    def of(cls, wish: HibernationWish, settings: Usual) -> "IdleRule":
        def given(name: str, setting: float) -> float:
            value = getattr(wish, name)
            return setting if value is None else float(value)

        idle = given("idle_seconds", settings.fleet_idle_seconds)
        return cls(
            enabled=wish.enabled,
            dry_run=wish.dry_run,
            gpu_percent=given("gpu_percent", settings.fleet_idle_gpu_percent),
            idle_seconds=idle,
            grace_seconds=given("grace_seconds", settings.fleet_grace_seconds),
            warn_seconds=min(idle, given("warn_seconds", settings.fleet_warn_seconds)),
            release_seconds=given("release_seconds", settings.fleet_release_seconds),
            cpu_percent=given("cpu_percent", settings.fleet_idle_cpu_percent),
            network_mbps=given("network_mbps", settings.fleet_idle_network_mbps),
            sessions=wish.sessions,
            processes=tuple(wish.processes),
        )

    def limits(self, *, gpus: bool = True) -> list[float]:
        """By signal: up to here it is quiet. `gpus` is whether the machine was rented with any."""
        return [
            math.nextafter(self.gpu_percent, -math.inf) if gpus else IGNORED,
            self.cpu_percent,
            0.0 if self.sessions else IGNORED,
            0.0 if self.sessions else IGNORED,
            0.0 if self.processes else IGNORED,
            self.network_mbps,
        ]


def values(sample: Mapping[str, Any]) -> list[float]:
    """What each signal is in a sample; the busiest of all GPUs, and unknown where any of them is."""
    gpus = [_number(gpu.get("utilisation")) for gpu in sample["gpus"]]
    flows = [_number(sample.get(name)) for name in ("net_in_mbps", "net_out_mbps")]
    return [
        UNKNOWN if not gpus or any(map(math.isnan, gpus)) else max(gpus),
        _number(sample.get("cpu_percent")),
        _number(sample.get("sessions")),
        _number(sample.get("notebooks")),
        float(len(sample.get("processes") or ())),
        UNKNOWN if any(map(math.isnan, flows)) else max(flows),
    ]


def worst(samples: Sequence[Sequence[float]]) -> list[float]:
    """By signal the busiest of several samples; unknown where one is."""
    return [UNKNOWN if any(map(math.isnan, each)) else max(each) for each in zip(*samples, strict=True)]


def is_quiet(value: float, limit: float) -> bool:
    return math.isnan(limit) or value <= limit  # a comparison with NaN is false: unknown is busy


def is_use(found: Sequence[float], limits: Sequence[float]) -> bool:
    """Whether anything is known to be busy."""
    places = (SIGNALS.index(signal) for signal in USE)
    return any(found[place] > limits[place] for place in places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """All that a verdict is based on. Times are by our clock."""

    rule: IdleRule
    silent_seconds: float
    """An agent that has not called for so long is one of which nothing is known."""
    received_at: datetime | None = None
    """Its last call."""
    quiet_since: datetime | None = None
    used_at: datetime | None = None
    use_seen_at: datetime | None = None
    awake_since: datetime | None = None
    keep_awake_until: datetime | None = None
    warned_at: datetime | None = None
    saving: bool = False
    """A snapshot runs."""
    sealed: bool = False
    """No snapshot can be made."""


@dataclass(frozen=True, slots=True)
class Verdict:
    act: Act
    """`warn`: say that it will sleep at `sleeps_at`. `tell`: a dry run would put it to sleep now. `remind`: nobody has
    used it for long, and it costs."""
    why: Why
    sleeps_at: datetime | None = None
    """When it will be put to sleep if everything stays as it is; null if it won't."""
    look_at: datetime | None = None
    """When another verdict may be due without any news; null if only news can change it."""


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def armed_at(idle: Idle) -> datetime | None:
    """When the present stretch of being awake saw its first real use, or some use of it; null before."""
    if idle.use_seen_at is not None and (idle.awake_since is None or idle.use_seen_at >= idle.awake_since):
        return idle.use_seen_at
    if idle.used_at is not None and (idle.awake_since is None or idle.used_at >= idle.awake_since):
        return idle.used_at
    return None


def verdict(idle: Idle, now: datetime) -> Verdict:
    """What is to be done with a running instance now."""
    blocked = _blocked(idle, now)
    if blocked is not None or idle.quiet_since is None:
        return _unused(idle, now) if blocked == "unused" else Verdict("wait", blocked or "busy")
    sleeps_at, why = _sleeps_at(idle, idle.quiet_since)
    warned = idle.warned_at is not None and idle.warned_at >= idle.quiet_since
    if idle.rule.dry_run:
        if warned or now < sleeps_at:
            return Verdict("wait", why, None, None if warned else sleeps_at)
        return Verdict("tell", "idle", sleeps_at)
    warns_at = sleeps_at - timedelta(seconds=idle.rule.warn_seconds)
    if warned and idle.warned_at is not None:
        sleeps_at = max(sleeps_at, idle.warned_at + timedelta(seconds=idle.rule.warn_seconds))
    elif now >= warns_at and idle.rule.warn_seconds:
        return Verdict("warn", why, max(sleeps_at, now + timedelta(seconds=idle.rule.warn_seconds)))
    if now >= sleeps_at:
        return Verdict("sleep", "idle", sleeps_at)
    return Verdict("wait", why, sleeps_at, sleeps_at if warned or not idle.rule.warn_seconds else warns_at)


def _unused(idle: Idle, now: datetime) -> Verdict:
    """Detection is not armed, so it will not sleep: said once."""
    if idle.awake_since is None or idle.rule.dry_run or idle.warned_at is not None:
        return Verdict("wait", "unused")
    due = max(idle.awake_since + UNUSED_FOR, idle.keep_awake_until or idle.awake_since)
    return Verdict("remind", "unused") if now >= due else Verdict("wait", "unused", None, due)


def _blocked(idle: Idle, now: datetime) -> Why | None:
    """Why no clock is running."""
    if not idle.rule.enabled:
        return "off"
    if idle.sealed or idle.saving:
        return "sealed" if idle.sealed else "saving"
    if idle.received_at is None or now - idle.received_at > timedelta(seconds=idle.silent_seconds):
        return "unknown"
    if armed_at(idle) is None:
        return "unused"
    return "busy" if idle.quiet_since is None else None


def _sleeps_at(idle: Idle, quiet_since: datetime) -> tuple[datetime, Why]:
    """The latest of all that has to pass, and which one that is."""
    waits: list[tuple[datetime, Why]] = [(quiet_since + timedelta(seconds=idle.rule.idle_seconds), "quiet")]
    if idle.awake_since is not None:
        waits.append((idle.awake_since + timedelta(seconds=idle.rule.grace_seconds), "grace"))
    if idle.keep_awake_until is not None:
        waits.append((idle.keep_awake_until, "kept_awake"))
    return max(waits, key=lambda wait: wait[0])


def _number(value: Any) -> float:
    return UNKNOWN if value is None else float(value)
