"""The tables of second machines: what is held ready, and what came of needing it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.rules.states import StandbyKind, StandbyState
from dumont.fleet.tables.instances import OBJECT, one_of
from dumont.platform.db import Base


class FleetStandby(Base):
    """The second machine of one instance: `cpu` for its files and a shell, `gpu` (a warm pool) for all of it."""

    __tablename__ = "fleet_standbys"
    __table_args__ = (
        CheckConstraint(one_of("kind", StandbyKind), name="kind"),
        CheckConstraint(one_of("state", StandbyState), name="state"),
    )

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"), primary_key=True)
    enabled: Mapped[bool] = mapped_column(Boolean)
    kind: Mapped[StandbyKind] = mapped_column(Text)
    provider: Mapped[str]
    machine_type: Mapped[str]
    """Of the provider, such as `e2-medium`; empty for the cheapest that fits."""
    sync_seconds: Mapped[int] = mapped_column(Integer)
    state: Mapped[StandbyState] = mapped_column(Text)
    rental_id: Mapped[UUID | None]
    setup_command_id: Mapped[UUID | None]
    synced_at: Mapped[datetime | None]
    """The workspace as it was then is on it."""
    synced_snapshot_id: Mapped[UUID | None]
    restore_id: Mapped[UUID | None]
    """Of the sync that goes on."""
    restore_command_id: Mapped[UUID | None]
    sync_at: Mapped[datetime | None]
    """When the next one begins."""
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    changed_at: Mapped[datetime]


class FleetStandbyDefault(Base):
    """What an owner wants for instances that say nothing else."""

    __tablename__ = "fleet_standby_defaults"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    enabled: Mapped[bool] = mapped_column(Boolean)
    kind: Mapped[StandbyKind] = mapped_column(Text)
    provider: Mapped[str]
    machine_type: Mapped[str]
    sync_seconds: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime]


class FleetFailover(Base):
    """One time a machine was lost, or was played to be: how long each step took, and what was lost."""

    __tablename__ = "fleet_failovers"
    __table_args__ = (Index(None, "instance_id", "began_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """`cpu`, `gpu`, `none` (woken elsewhere from a snapshot), `half_life`, `rehearsal`."""
    rehearsal: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    why: Mapped[str]
    from_rental_id: Mapped[UUID | None]
    began_at: Mapped[datetime]
    noticed_at: Mapped[datetime]
    on_standby_at: Mapped[datetime | None]
    recovered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stages: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """Seconds by stage: `notice`, `switch`, `race`, `move`."""
    lost_bytes: Mapped[int | None] = mapped_column(BigInteger)
    lost_seconds: Mapped[float | None] = mapped_column(Float(53))
    """Of work: since the newest copy of the workspace that came through."""
