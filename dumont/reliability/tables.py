"""The tables of reliability: machines with their figures, attempts, the blacklist, days, ratings, preferences."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Computed, Date, Float, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base

NUMBER = Float(53)
RATE = "CASE WHEN total > 0 THEN succeeded::float8 / total END"


class ReliabilityMachine(Base):
    """One row a machine of which anything is known. Attempts are counted by `reliability_record` and nobody else."""

    __tablename__ = "reliability_machines"
    __table_args__ = (
        CheckConstraint("total = succeeded + failed", name="total"),
        Index(None, "changed_xid"),
        Index(None, "noted_at", "provider", "machine_id"),
        Index(None, "machine_id"),
        Index("ix_reliability_machines_score", text("coalesce(score_low, '-1'::float8)"), "provider", "machine_id"),
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    noted_at: Mapped[datetime]
    """When it was last tried, or blocked for everyone."""
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    """Attempts that say something about the machine."""
    succeeded: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, server_default="0")
    consecutive_failures: Mapped[int] = mapped_column(Integer, server_default="0")
    success_rate: Mapped[float | None] = mapped_column(NUMBER, Computed(RATE, persisted=True))
    first_attempt_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    boot_count: Mapped[int] = mapped_column(Integer, server_default="0")
    boot_seconds_sum: Mapped[float] = mapped_column(NUMBER, server_default="0")
    boot_histogram: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    """By the buckets of `rules.boot`; empty before the first boot."""
    reasons: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """How often it failed for each reason."""
    score: Mapped[float | None] = mapped_column(NUMBER)
    score_low: Mapped[float | None] = mapped_column(NUMBER)
    score_high: Mapped[float | None] = mapped_column(NUMBER)
    uptime_percentage: Mapped[float | None] = mapped_column(NUMBER)
    interruption_rate: Mapped[float | None] = mapped_column(NUMBER)
    """Of a hundred rentals."""
    rentals: Mapped[int] = mapped_column(Integer, server_default="0")
    interruptions: Mapped[int] = mapped_column(Integer, server_default="0")
    """Both of the window that the score looks at."""
    interruption_rate_hour: Mapped[float | None] = mapped_column(NUMBER)
    average_rating: Mapped[float | None] = mapped_column(NUMBER)
    ratings: Mapped[int] = mapped_column(Integer, server_default="0")
    days: Mapped[int] = mapped_column(Integer, server_default="0")
    data_until: Mapped[datetime | None]
    calculated_at: Mapped[datetime | None]
    changed_xid: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The transaction that wrote the row last, set by a trigger: by it followers find what they have not seen."""


class ReliabilityAttempt(Base):
    """By month on `at`."""

    __tablename__ = "reliability_attempts"
    __table_args__ = (
        CheckConstraint("success = (reason IS NULL)", name="reason"),
        Index(None, "provider", "machine_id", "at", "id"),
        Index(None, "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    provider: Mapped[str]
    machine_id: Mapped[str]
    type: Mapped[str]
    success: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None]
    message: Mapped[str | None]
    seconds: Mapped[float | None] = mapped_column(NUMBER)
    boot_seconds: Mapped[float | None] = mapped_column(NUMBER)
    instance_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    """Neither has a foreign key: what a machine did outlives them."""


class ReliabilityBlacklist(Base):
    """Entries that stand, and those that are over. One stands while it has not ended and its time is not up."""

    __tablename__ = "reliability_blacklist"
    __table_args__ = (
        CheckConstraint("kind IN ('automatic', 'temporary', 'manual')", name="kind"),
        CheckConstraint("user_id IS NULL OR kind = 'manual'", name="whose"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ending"),
        Index(
            "uq_reliability_blacklist_standing",
            "provider",
            "machine_id",
            "user_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_reliability_blacklist_expires_at", "expires_at", postgresql_where=text("ended_at IS NULL")),
        Index(None, "created_at", "id"),
        Index(None, "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    machine_id: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """For whom it counts; null is for everyone."""
    kind: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_why: Mapped[str | None]
    """`expired`, `replaced`, or in the words of who removed it."""


class ReliabilityDay(Base):
    """What was seen of a machine on one day: telemetry is summed before it is stored. Kept for 30 days."""

    __tablename__ = "reliability_days"
    __table_args__ = (
        CheckConstraint("uptime_seconds BETWEEN 0 AND observed_seconds", name="uptime"),
        CheckConstraint("interruptions BETWEEN 0 AND rentals", name="interruptions"),
        Index(None, "day"),
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    observed_seconds: Mapped[float] = mapped_column(NUMBER, server_default="0")
    uptime_seconds: Mapped[float] = mapped_column(NUMBER, server_default="0")
    rentals: Mapped[int] = mapped_column(Integer, server_default="0")
    """That ended on this day, by whoever."""
    interruptions: Mapped[int] = mapped_column(Integer, server_default="0")
    gpu_samples: Mapped[int] = mapped_column(Integer, server_default="0")
    gpu_temperature_mean: Mapped[float | None] = mapped_column(NUMBER)
    gpu_utilisation_mean: Mapped[float | None] = mapped_column(NUMBER)
    boot_histogram: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    data_until: Mapped[datetime]


class ReliabilityPast(Base):
    """What days that are forgotten were worth, faded to the day `until`: it counts for the interval alone."""

    __tablename__ = "reliability_pasts"

    provider: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date] = mapped_column(Date)
    observed_seconds: Mapped[float] = mapped_column(NUMBER)
    uptime_seconds: Mapped[float] = mapped_column(NUMBER)
    rentals: Mapped[float] = mapped_column(NUMBER)
    interruptions: Mapped[float] = mapped_column(NUMBER)


class ReliabilityPrior(Base):
    """What is usual at a provider: the prior of its machines' intervals."""

    __tablename__ = "reliability_priors"

    provider: Mapped[str] = mapped_column(primary_key=True)
    uptime: Mapped[float] = mapped_column(NUMBER)
    kept: Mapped[float] = mapped_column(NUMBER)
    rating: Mapped[float] = mapped_column(NUMBER)
    interruptions_hour: Mapped[float] = mapped_column(NUMBER)
    calculated_at: Mapped[datetime]


class ReliabilityRating(Base):
    """Written by `reliability_rate` and nobody else, which counts it in the machine's row as well."""

    __tablename__ = "reliability_ratings"
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating"), Index(None, "provider", "machine_id"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    rating: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str | None]
    at: Mapped[datetime]


class ReliabilityPreferences(Base):
    __tablename__ = "reliability_preferences"
    __table_args__ = (CheckConstraint("threshold BETWEEN 0 AND 100", name="threshold"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    threshold: Mapped[int] = mapped_column(Integer)
    exclude_below_threshold: Mapped[bool] = mapped_column(Boolean)
    sort_by_reliability: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime]
