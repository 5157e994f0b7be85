"""The tables of what a user has: instances, what is being done with them, and what has happened to them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.rules.states import OperationKind, OperationState, State, Wish
from dumont.platform.db import Base

OBJECT, LIST = text("'{}'"), text("'[]'")


def one_of(column: str, words: object) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in get_args(words))})"


class FleetInstance(Base):
    """An environment. Only the controller changes `state`, in a transaction that holds this row (`look_at` is due)."""

    __tablename__ = "fleet_instances"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("wish", Wish), name="wish"),
        CheckConstraint("(state = 'destroyed') = (destroyed_at IS NOT NULL)", name="destroyed"),
        CheckConstraint("state <> 'failed' OR error_code IS NOT NULL", name="reason"),
        Index(
            "uq_fleet_instances_name",
            "owner_id",
            "name",
            unique=True,
            postgresql_where=text("state <> 'destroyed'"),
        ),
        Index("ix_fleet_instances_look_at", "look_at", postgresql_where=text("state <> 'destroyed'")),
        Index(None, "owner_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    """The team, or else the user: whose it is, and whose repository its snapshots lie in."""
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """Who launched it, and with whose keys machines are rented."""
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    name: Mapped[str]
    state: Mapped[State] = mapped_column(Text)
    state_since: Mapped[datetime]
    why: Mapped[str] = mapped_column(server_default="")
    """Of the last move, in a sentence."""
    wish: Mapped[Wish] = mapped_column(Text)
    look_at: Mapped[datetime]
    """When the controller looks at it next, whatever else happens."""
    wanted: Mapped[dict[str, Any]]
    """What was asked for at the launch: `rules.wanted.Wanted` as JSON, but for the environment."""
    env_sealed: Mapped[str | None]
    hibernation: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """What it sets otherwise than the settings: `rules.idle.IdleRule` as JSON."""
    restic_id: Mapped[UUID | None]
    """In which restic repository of its owner's the next snapshot is to lie; none for our own store."""
    host_key_sealed: Mapped[str]
    """Empty, like the environment, once it is destroyed."""
    host_key_public: Mapped[str]
    primary_rental_id: Mapped[UUID | None]
    standby_rental_id: Mapped[UUID | None]
    race_id: Mapped[UUID | None]
    """The one that is on."""
    operation_id: Mapped[UUID | None]
    """The one that is open."""
    snapshot_id: Mapped[UUID | None]
    """The newest complete one."""
    snapshot_at: Mapped[datetime | None]
    saving_id: Mapped[UUID | None]
    """The snapshot that is being made."""
    saving_command_id: Mapped[UUID | None]
    restore_id: Mapped[UUID | None]
    restore_command_id: Mapped[UUID | None]
    setup_command_id: Mapped[UUID | None]
    onstart_command_id: Mapped[UUID | None]
    run_command_id: Mapped[UUID | None]
    """What was run on its machine behind the start script, over or not."""
    run: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How that is, or was: `rules.runs.Run` as JSON."""
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often the present step has failed; `retry_at` is when it is tried again."""
    retry_at: Mapped[datetime | None]
    use_seen_at: Mapped[datetime | None]
    """The first real use since the last start: before it, nobody is idle."""
    awake_since: Mapped[datetime | None]
    keep_awake_until: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    until_at: Mapped[datetime | None]
    until_action: Mapped[str] = mapped_column(server_default="hibernate")
    released_at: Mapped[datetime | None]
    """When, asleep for long, everything was given back but the snapshot."""
    course: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How far work with a deadline is, and what was decided of it last: `rules.course.Course` as JSON."""
    keep_snapshot: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    """Of a destroyed one."""
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_hint: Mapped[str | None]
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class FleetOperation(Base):
    """Something long that was asked for; at most one is open for an instance."""

    __tablename__ = "fleet_operations"
    __table_args__ = (
        CheckConstraint(one_of("kind", OperationKind), name="kind"),
        CheckConstraint(one_of("state", OperationState), name="state"),
        Index(
            "uq_fleet_operations_open",
            "instance_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index(None, "instance_id", "created_at", "id"),
        Index("ix_fleet_operations_done", "kind", "ended_at", postgresql_where=text("state = 'done'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    kind: Mapped[OperationKind] = mapped_column(Text)
    state: Mapped[OperationState] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(server_default="")
    stage_since: Mapped[datetime]
    stages: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """Seconds of each stage that is over."""
    percent: Mapped[float] = mapped_column(Float(53), server_default="0")
    usual: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """What was learned of its stages when it was opened: seconds on the average."""
    details: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    requested_by: Mapped[UUID | None]
    """None for what the fleet does by itself."""
    why: Mapped[str] = mapped_column(server_default="")
    cancel_requested: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_hint: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FleetEvent(Base):
    """What has happened to an instance: moves, and what is worth knowing beside them."""

    __tablename__ = "fleet_events"
    __table_args__ = (Index(None, "instance_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    """`moved`, `warning`, `race`, `rental`, `snapshot`, `failure`, ..."""
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    why: Mapped[str]
    who: Mapped[str]
    """`user:<id>`, `idle`, `budget`, `schedule`, `fleet`, `provider`."""
    details: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)


class FleetRace(Base):
    """Machines racing for one instance; its entrants are rentals."""

    __tablename__ = "fleet_races"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'won', 'lost', 'cancelled')", name="state"),
        Index(None, "instance_id", "started_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="CASCADE"))
    attempt_type: Mapped[str]
    """`deploy`, `wake` or `failover`, as reliability calls it."""
    state: Mapped[str]
    batch: Mapped[int] = mapped_column(Integer)
    rounds_max: Mapped[int] = mapped_column(Integer)
    round_seconds: Mapped[float] = mapped_column(Float(53))
    round: Mapped[int] = mapped_column(Integer, server_default="0")
    round_began_at: Mapped[datetime | None]
    winner_id: Mapped[UUID | None]
    why: Mapped[str] = mapped_column(server_default="")
    boots: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """By entrant: the seconds in which its machine is expected to boot, and how often it fails; as was known then."""
    expected_cost: Mapped[Decimal | None]
    """Of the losers, as it was told before."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
