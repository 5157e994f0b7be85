"""Scores of machines as they are shown: what they are made of, how old they are, and how sure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from dumont.basics.machine_key import MachineKey
from dumont.reliability.rules import boot
from dumont.reliability.rules.score import DAYS_MIN, Parts, ScoreStatus, breakdown, is_stale, status_of
from dumont.reliability.schemas.fields import Count, Key, MachineId, Percentage, ProviderName, Seconds
from dumont.reliability.scores import Read
from dumont.reliability.tables import ReliabilityDay

Points = Annotated[float | None, Field(description="0 to 100; null where nothing is known.", examples=[91.4])]
STALE = "The newest data is more than a day old."
AWAY = "The database does not answer just now; this is what was last read of it."


class ScorePart(BaseModel):
    """The score is the sum of weight times points."""

    weight: float = Field(description="0 for a part of which nothing is known: the others have it.", examples=[0.4])
    points: Points


class ScoreParts(BaseModel):
    uptime: ScorePart
    interruptions: ScorePart
    rating: ScorePart


class MachineScore(BaseModel):
    provider: ProviderName
    machine_id: MachineId
    key: Key
    status: ScoreStatus = Field(description="Fewer than 7 days of data make no score.")
    score: Points
    score_low: float | None = Field(description="Lower end of the interval, by which machines rank.", examples=[86.0])
    score_high: float | None = Field(examples=[95.2])
    parts: ScoreParts
    uptime_percentage: Percentage
    interruption_rate: Percentage = Field(description="Of a hundred rentals, those that the machine or cloud ended.")
    average_rating: float | None = Field(description="1 to 5 stars.", examples=[4.5])
    ratings: Count
    days: int = Field(description="With data, of the last 30.", examples=[28])
    rentals: Count
    interruptions: Count
    total_attempts: Count
    successful_attempts: Count
    data_until: datetime | None
    last_calculated: datetime | None
    stale: bool
    warning: str | None = Field(description="What to know before one believes it.", examples=[None])


class MachineDay(BaseModel):
    """Everything but the day is null where nobody saw the machine."""

    day: date = Field(examples=["2026-07-01"])
    uptime_percentage: Percentage
    observed_seconds: Seconds
    rentals: int | None = Field(examples=[3])
    interruptions: int | None = Field(examples=[0])
    gpu_temperature_mean: float | None = Field(examples=[63.5])
    gpu_utilisation_mean: float | None = Field(examples=[0.82])
    boots: int | None = Field(examples=[2])
    boot_seconds_p50: Seconds
    boot_seconds_p95: Seconds


class MachineDays(BaseModel):
    provider: ProviderName
    machine_id: MachineId
    key: Key
    days: list[MachineDay] = Field(description="30 of them, in UTC, today last.")


def shown(read: Read, now: datetime) -> MachineScore:
    facts = read.facts
    data_until, calculated = _moment(facts["data_until"]), _moment(facts["calculated_at"])
    stale = is_stale(data_until, now)
    same = ("provider", "machine_id", "ratings", "days", "rentals", "interruptions")
    figures = ("score", "score_low", "score_high", "uptime_percentage", "interruption_rate", "average_rating")
    return MachineScore.model_validate(
        {
            **{name: facts[name] for name in same},
            **{name: _rounded(facts[name]) for name in figures},
            "key": f"{facts['provider']}:{facts['machine_id']}",
            "status": status_of(facts["score"]),
            "parts": _parts(facts),
            "total_attempts": facts["total"],
            "successful_attempts": facts["succeeded"],
            "data_until": data_until,
            "last_calculated": calculated,
            "stale": stale,
            "warning": _warning(facts, stale=stale, up_to_date=read.up_to_date),
        }
    )


def days_shown(machine: MachineKey, days: Sequence[tuple[date, ReliabilityDay | None]]) -> MachineDays:
    return MachineDays(
        provider=machine.provider,
        machine_id=machine.machine_id,
        key=str(machine),
        days=[MachineDay.model_validate({**dict.fromkeys(MachineDay.model_fields), **_day(*each)}) for each in days],
    )


def _day(day: date, row: ReliabilityDay | None) -> dict[str, Any]:
    if row is None:
        return {"day": day}
    seen = row.observed_seconds
    return {
        "day": day,
        "uptime_percentage": _rounded(100 * row.uptime_seconds / seen if seen > 0 else None),
        "observed_seconds": seen,
        "rentals": row.rentals,
        "interruptions": row.interruptions,
        "gpu_temperature_mean": _rounded(row.gpu_temperature_mean),
        "gpu_utilisation_mean": _rounded(row.gpu_utilisation_mean, 4),
        "boots": sum(row.boot_histogram),
        "boot_seconds_p50": _rounded(boot.quantile(row.boot_histogram, 0.5)),
        "boot_seconds_p95": _rounded(boot.quantile(row.boot_histogram, 0.95)),
    }


def _parts(facts: dict[str, Any]) -> ScoreParts:
    parts = breakdown(Parts(facts["uptime_percentage"], facts["interruption_rate"], facts["average_rating"]))
    uptime, interruptions, rating = [
        ScorePart(weight=round(part.weight, 4), points=_rounded(part.points)) for part in parts
    ]
    return ScoreParts(uptime=uptime, interruptions=interruptions, rating=rating)


def _warning(facts: dict[str, Any], *, stale: bool, up_to_date: bool) -> str | None:
    """The gravest alone."""
    if not up_to_date:
        return AWAY
    if facts["score"] is None:
        return f"{facts['days']} of the {DAYS_MIN} days that a score needs."
    return STALE if stale else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
