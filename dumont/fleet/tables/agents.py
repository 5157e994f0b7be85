"""The tables of the agents on machines: their last word, what they are to do, and how busy they were."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.rules.states import CommandKind, CommandState
from dumont.fleet.tables.instances import OBJECT, one_of
from dumont.platform.db import Base

NUMBER = Float(53)


class FleetBeat(Base):
    """The newest heartbeat of a rental's agent. Written many times a minute: only `idle_at` is indexed."""

    __tablename__ = "fleet_beats"
    __table_args__ = (
        Index("ix_fleet_beats_idle_at", "idle_at", postgresql_where=text("idle_at IS NOT NULL")),
        Index(None, "instance_id"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    rental_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_rentals.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[UUID]
    received_at: Mapped[datetime]
    at: Mapped[datetime]
    """By the machine's own clock."""
    boot: Mapped[str]
    """Drawn anew at each start of the agent."""
    seq: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str]
    sample: Mapped[dict[str, Any]]
    quiet: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """By signal: since when it has been quiet; absent for one that is busy or unknown."""
    quiet_since: Mapped[datetime | None]
    """All of them together; null while any is busy or unknown."""
    idle_at: Mapped[datetime | None]
    """When the rule would put the instance to sleep; changes only with `quiet_since`."""
    used_at: Mapped[datetime | None]
    """The last real use."""


class FleetMinute(Base):
    """How busy an instance was in one minute: sums, so that minutes can be added up to hours."""

    __tablename__ = "fleet_minutes"
    __table_args__ = ({"postgresql_partition_by": "RANGE (minute)"},)

    instance_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    rental_id: Mapped[UUID]
    samples: Mapped[int] = mapped_column(Integer)
    gpu_samples: Mapped[int] = mapped_column(Integer)
    gpu_sum: Mapped[float] = mapped_column(NUMBER)
    """Of the mean over all GPUs, in percent."""
    gpu_max: Mapped[float] = mapped_column(NUMBER)
    gpu_memory_sum: Mapped[float] = mapped_column(NUMBER)
    """Share of the memory of all GPUs, in percent."""
    temperature_max: Mapped[float | None] = mapped_column(NUMBER)
    power_sum: Mapped[float] = mapped_column(NUMBER)
    """Watts of all GPUs."""
    cpu_sum: Mapped[float] = mapped_column(NUMBER)
    ram_sum: Mapped[float] = mapped_column(NUMBER)
    disk_max: Mapped[float] = mapped_column(NUMBER)
    net_in_sum: Mapped[float] = mapped_column(NUMBER)
    net_out_sum: Mapped[float] = mapped_column(NUMBER)


class FleetCommand(Base):
    """Something an agent is to do once: handed out with the answers to its heartbeats until it says what came of it."""

    __tablename__ = "fleet_commands"
    __table_args__ = (
        CheckConstraint(one_of("kind", CommandKind), name="kind"),
        CheckConstraint(one_of("state", CommandState), name="state"),
        Index(
            "ix_fleet_commands_open",
            "rental_id",
            postgresql_where=text("state IN ('queued', 'sent', 'running')"),
        ),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rental_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_rentals.id", ondelete="CASCADE"))
    instance_id: Mapped[UUID]
    kind: Mapped[CommandKind] = mapped_column(Text)
    args_sealed: Mapped[str]
    """As JSON: grants and keys are among them. Emptied when it is over."""
    state: Mapped[CommandState] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    """Not acknowledged by then, it has failed."""
    result: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
