"""The tables of the agents on machines: their last word, what they are to do, and how busy they were."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
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
    quiet: Mapped[list[Any]] = mapped_column(ARRAY(DateTime(timezone=True)))
    """By signal, in the order of `rules.idle.SIGNALS`: since when it is quiet; null while it is busy or unknown."""
    quiet_since: Mapped[datetime | None]
    """All of them together; null while any is busy or unknown."""
    idle_at: Mapped[datetime | None]
    """When all will have been quiet for long enough; changes only with `quiet_since`, or with the rule."""
    used_at: Mapped[datetime | None]
    """The last real use."""
    rule: Mapped[str]
    """Names the rule that the next two were made of: where it is another by now, they are made anew."""
    limits: Mapped[list[Any]] = mapped_column(ARRAY(NUMBER))
    """By signal: up to here it is quiet. NaN is above every number: as a value unknown, as a limit not looked at."""
    idle_seconds: Mapped[float] = mapped_column(NUMBER)
    minute: Mapped[datetime]
    """The minute that `sums` are of; they become a row of `fleet_minutes` with the first beat of another one."""
    sums: Mapped[list[Any]] = mapped_column(ARRAY(NUMBER))
    """In the order of `rules.sums.FIGURES`."""
    watched_until: Mapped[datetime | None]
    """Somebody has its page open until about then: its samples are shown live."""
    lost_at: Mapped[datetime | None]
    """When it was noticed that it no longer calls."""
    told_at: Mapped[datetime | None]
    """Until when reliability knows of it."""
    notice: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The cloud's word that it takes the machine away: `agent.protocol.Notice`."""


class FleetMinute(Base):
    """How busy an instance was in one minute: sums, so that minutes can be added up to hours."""

    __tablename__ = "fleet_minutes"
    __table_args__ = ({"postgresql_partition_by": "RANGE (minute)"},)

    instance_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    rental_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Its second machine tells of itself, too."""
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
