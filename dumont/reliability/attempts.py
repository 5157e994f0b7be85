"""Writes down what was tried with a machine and what came of it: the only way in which an attempt is written.

    await attempts.record(work, Attempt(MachineKey.parse("vast:12345"), "deploy", Succeeded(boot_seconds=41)))
    await attempts.record(work, Attempt(key, "wake", Failed("boot_timeout", "no SSH after 300 s", seconds=300)))

One round trip counts it and decides whether the machine is blocked. A job that may be run again gives each attempt an
`id` of its own choosing, and the second time does no harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from dumont.basics import ids
from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.reliability.events import AttemptRecorded, Blacklisted
from dumont.reliability.rules import boot
from dumont.reliability.rules.outcomes import REASONS, TYPES, AttemptType, Reason
from dumont.reliability.store import attempts as store
from dumont.reliability.store.attempts import Recorded
from dumont.reliability.thresholds import limits_of

MESSAGE_MAX = 2000


@dataclass(frozen=True, slots=True)
class Succeeded:
    boot_seconds: float | None = None
    """From the create call until the machine was of use; None only for a health check, which boots nothing."""
    seconds: float | None = None
    """The whole attempt, where that is longer."""


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Reason
    message: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    machine: MachineKey
    type: AttemptType
    outcome: Succeeded | Failed
    instance_id: UUID | None = None
    user_id: UUID | None = None
    """Whose machine it was, or would have been."""
    id: UUID | None = None
    """Written once, however often it is recorded."""
    at: datetime | None = None
    """Only for what happened before it could be told; otherwise it happened now."""

    def __post_init__(self) -> None:
        if self.machine.provider not in registry.NAMES:
            raise Invalid.field("provider", f"{self.machine.provider} is none of {', '.join(registry.NAMES)}")
        if self.type not in TYPES:
            raise Invalid.field("type", f"is none of {', '.join(TYPES)}")
        if isinstance(self.outcome, Failed):
            if self.outcome.reason not in REASONS:
                raise Invalid.field("reason", f"is none of {', '.join(REASONS)}")
        elif (self.outcome.boot_seconds is None) != (self.type == "health_check"):
            raise Invalid.field("boot_seconds", "is what a success has, unless it is a health check")
        if self.at is not None and self.at.tzinfo is None:
            raise Invalid.field("at", "has no time zone")
        for name in ("seconds", "boot_seconds"):
            given = getattr(self.outcome, name, None)
            if given is not None and not (isfinite(given) and given >= 0):
                raise Invalid.field(name, "is no duration")


async def record(work: Work, attempt: Attempt) -> Recorded:
    """In the transaction of `work`, whose row of this machine is ours from here to the commit."""
    return (await record_all(work, [attempt]))[0]


async def record_all(work: Work, attempts: Sequence[Attempt]) -> list[Recorded]:
    """Several in one round trip, answered in their order.

    Two transactions that each record several meet the machines in the same order, so neither waits for the other in a
    circle: hence one call for all that one transaction has to tell.
    """
    order = sorted(range(len(attempts)), key=lambda number: (attempts[number].machine, _at(work, attempts[number])))
    rows = [_row(work, attempts[number]) for number in order]
    found = await store.record(work.tx, rows, limits_row(work))
    answers = [answer for _, answer in sorted(zip(order, found, strict=True))]
    for attempt, recorded in zip(attempts, answers, strict=True):
        await _tell(work, attempt, recorded)
    return answers


def limits_row(work: Work) -> dict[str, Any]:
    """What `reliability_record` is told of the settings."""
    return limits_of(work.settings).written() | {"buckets": boot.BUCKETS}


def _row(work: Work, attempt: Attempt) -> Mapping[str, Any]:
    outcome = attempt.outcome
    failed = outcome if isinstance(outcome, Failed) else None
    boot_seconds = outcome.boot_seconds if isinstance(outcome, Succeeded) else None
    return {
        "id": attempt.id or ids.new(work.now, work.random),
        "entry_id": ids.new(work.now, work.random),
        "at": _at(work, attempt),
        "provider": attempt.machine.provider,
        "machine_id": attempt.machine.machine_id,
        "type": attempt.type,
        "reason": failed and failed.reason,
        "message": _message(failed.message) if failed else None,
        "seconds": outcome.seconds if outcome.seconds is not None else boot_seconds,
        "boot_seconds": boot_seconds,
        "bucket": None if boot_seconds is None else boot.bucket_of(boot_seconds),
        "instance_id": attempt.instance_id,
        "user_id": attempt.user_id,
    }


def _at(work: Work, attempt: Attempt) -> datetime:
    """Whoever's clock runs ahead of ours is told no machine's future."""
    return min(attempt.at, work.now) if attempt.at else work.now


def _message(text: str) -> str | None:
    """As PostgreSQL can keep it: errors of others hold anything."""
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode()[:MESSAGE_MAX].strip()
    return kept or None


async def _tell(work: Work, attempt: Attempt, recorded: Recorded) -> None:
    if not recorded.recorded:
        return
    provider, machine_id = attempt.machine.provider, attempt.machine.machine_id
    reason = attempt.outcome.reason if isinstance(attempt.outcome, Failed) else None
    await work.publish(AttemptRecorded(provider=provider, machine_id=machine_id, type=attempt.type, reason=reason))
    if recorded.entry is not None and recorded.entry.outcome != "kept":
        entry = recorded.entry
        await work.publish(
            Blacklisted(
                id=entry.id,
                provider=provider,
                machine_id=machine_id,
                entry_kind=entry.kind,
                reason=entry.reason,
                expires_at=entry.expires_at,
            )
        )
