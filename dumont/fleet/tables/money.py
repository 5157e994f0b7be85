"""The tables of money and times: nights slept through, budgets and schedules."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.tables.rentals import PRICE
from dumont.platform.db import Base


class FleetHibernation(Base):
    """One sleep: from the moment on which the machine cost nothing any more until the next one was held."""

    __tablename__ = "fleet_hibernations"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= slept_at", name="span"),
        Index("uq_fleet_hibernations_open", "instance_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(None, "owner_id", "slept_at"),
        Index(None, "instance_id", "slept_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID]
    rental_id: Mapped[UUID]
    """The machine that was given up."""
    snapshot_id: Mapped[UUID | None]
    why: Mapped[str]
    """`idle`, `asked`, `budget`, `schedule`, `until`, `deadman`; `waits` is no sleep: it was to run."""
    asked_at: Mapped[datetime]
    slept_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    price_hour: Mapped[Decimal] = mapped_column(PRICE)
    """Of the machine that was given up, its disk included."""
    on_demand_hour: Mapped[Decimal | None] = mapped_column(PRICE)
    """What the nearest machine of a large cloud costs on demand, as of then."""
    on_demand_of: Mapped[str | None]
    snapshot_bytes: Mapped[int | None] = mapped_column(BigInteger)
    storage_price_gb_month: Mapped[Decimal] = mapped_column(PRICE)
    race_id: Mapped[UUID | None]
    """The race that woke it: its losers are a cost of having slept."""


class FleetBudget(Base):
    """Of one user, or of one team."""

    __tablename__ = "fleet_budgets"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    of_team: Mapped[bool] = mapped_column(Boolean)
    max_price_hour: Mapped[Decimal | None] = mapped_column(PRICE)
    """Of all machines together."""
    per_day: Mapped[Decimal | None] = mapped_column(PRICE)
    per_month: Mapped[Decimal | None] = mapped_column(PRICE)
    warned_hour: Mapped[date | None]
    """Prices change while machines run: told once a day at most."""
    acted_hour: Mapped[date | None]
    warned_day: Mapped[date | None]
    warned_month: Mapped[date | None]
    acted_day: Mapped[date | None]
    acted_month: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]


class FleetSchedule(Base):
    """Wakes or puts to sleep at a time, or again and again."""

    __tablename__ = "fleet_schedules"
    __table_args__ = (
        CheckConstraint("action IN ('wake', 'hibernate')", name="action"),
        CheckConstraint("(cron IS NULL) <> (at IS NULL)", name="when"),
        Index("ix_fleet_schedules_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(None, "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    action: Mapped[str]
    at: Mapped[datetime | None]
    cron: Mapped[str | None]
    timezone: Mapped[str]
    next_at: Mapped[datetime | None]
    """Null when it is over."""
    last_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    created_at: Mapped[datetime]
