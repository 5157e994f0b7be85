"""Machines with their past, as they are shown."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dumont.reliability.machines import Detail, Shown, Summary
from dumont.reliability.rules.outcomes import AttemptType, Reason
from dumont.reliability.rules.status import Status, success_rate
from dumont.reliability.schemas import blacklist
from dumont.reliability.schemas.blacklist import BlacklistEntry
from dumont.reliability.schemas.fields import Count, Key, MachineId, Percentage, ProviderName, Seconds


class MachineHistory(BaseModel):
    provider: ProviderName
    machine_id: MachineId
    key: Key
    status: Status
    total_attempts: Count
    successful_attempts: Count
    failed_attempts: Count
    success_rate: Percentage
    consecutive_failures: Count
    failure_reasons: dict[str, int] = Field(examples=[{"boot_timeout": 2, "ssh_failed": 1}])
    boot_seconds_mean: Seconds
    boot_seconds_p95: Seconds
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    is_blacklisted: bool
    blacklist: BlacklistEntry | None = Field(description="The entry that keeps it from you.")
    score: float | None = Field(description="0 to 100, of the last 30 days.", examples=[91.4])
    score_low: float | None = Field(examples=[86.0])
    score_high: float | None = Field(examples=[95.2])


class Boots(BaseModel):
    """How many boots took between so and so many seconds."""

    model_config = ConfigDict(from_attributes=True)

    from_seconds: float = Field(examples=[38.05])
    to_seconds: float = Field(examples=[45.25])
    count: Count


class MachineOffer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    region: str | None = Field(examples=["Sweden, SE"])
    price_hour: str | None = Field(description="US dollars as a decimal.", examples=["0.420000"])
    spot_price_hour: str | None = Field(examples=["0.200000"])
    available: bool


class MachineDetail(MachineHistory):
    boots: list[Boots]
    offers: list[MachineOffer]
    offers_known: bool = Field(description="False where offers could not be read just now.")


class MachineAttempt(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    type: AttemptType
    success: bool
    reason: Reason | None = Field(description="Why it failed; null for a success.")
    message: str | None = Field(examples=["No SSH after 300 s."])
    seconds: Seconds
    boot_seconds: Seconds
    instance_id: UUID | None


class ProviderSummary(BaseModel):
    provider: ProviderName
    machines: Count
    attempts: Count
    success_rate: Percentage


class ReasonCount(BaseModel):
    reason: str = Field(examples=["boot_timeout"])
    count: Count


class DaySummary(BaseModel):
    day: date = Field(examples=["2026-07-01"])
    attempts: Count
    success_rate: Percentage


class HistorySummary(BaseModel):
    as_of: datetime
    machines: Count
    by_status: dict[Status, int] = Field(examples=[{"excellent": 12, "unknown": 3}])
    attempts: Count
    success_rate: Percentage
    providers: list[ProviderSummary]
    failure_reasons: list[ReasonCount] = Field(description="The most common first.")
    trend: list[DaySummary] = Field(description="30 days, today last; without attempts the rate is null.")


def shown(found: Shown, now: datetime) -> MachineHistory:
    return MachineHistory.model_validate(_fields(found, now))


def detail(found: Detail, now: datetime) -> MachineDetail:
    fields = _fields(found.shown, now)
    boots = [Boots.model_validate(bucket) for bucket in found.boots]
    offers = [MachineOffer.model_validate(offer) for offer in found.offers]
    return MachineDetail.model_validate(
        {**fields, "boots": boots, "offers": offers, "offers_known": found.offers_known}
    )


def summary(found: Summary, now: datetime) -> HistorySummary:
    return HistorySummary(
        as_of=now,
        machines=found.machines,
        by_status=found.by_status,
        attempts=found.attempts,
        success_rate=_percentage(found.success_rate),
        providers=[
            ProviderSummary(
                provider=each.provider,
                machines=each.machines,
                attempts=each.attempts,
                success_rate=_percentage(success_rate(each.succeeded, each.attempts)),
            )
            for each in found.providers
        ],
        failure_reasons=[ReasonCount(reason=reason, count=count) for reason, count in found.reasons],
        trend=[
            DaySummary(
                day=each.day,
                attempts=each.attempts,
                success_rate=_percentage(success_rate(each.succeeded, each.attempts)),
            )
            for each in found.trend
        ],
    )


def _fields(found: Shown, now: datetime) -> dict[str, object]:
    machine = found.machine
    same = ("provider", "machine_id", "consecutive_failures", "score", "score_low", "score_high")
    moments = ("first_attempt_at", "last_attempt_at", "last_success_at", "last_failure_at")
    return {
        **{name: getattr(machine, name) for name in (*same, *moments)},
        "key": f"{machine.provider}:{machine.machine_id}",
        "status": found.status,
        "total_attempts": machine.total,
        "successful_attempts": machine.succeeded,
        "failed_attempts": machine.failed,
        "success_rate": _percentage(machine.success_rate),
        "failure_reasons": dict(sorted(machine.reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        "boot_seconds_mean": _rounded(found.boot_seconds_mean),
        "boot_seconds_p95": _rounded(found.boot_seconds_p95),
        "is_blacklisted": found.entry is not None,
        "blacklist": blacklist.shown(found.entry, now) if found.entry else None,
    }


def _percentage(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 2)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
