"""The tables of what costs money: accounts at clouds, rentals, and what each second of them costs."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, LargeBinary, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.rules.states import Role, Stage, Wanted
from dumont.fleet.tables.instances import LIST, OBJECT, one_of
from dumont.platform.db import Base

PRICE = Numeric(20, 9)
MOVING = (
    "stage IN ('creating', 'booting', 'running', 'ending') OR (wanted = 'stopped' AND stage = 'ready') OR absences > 0"
)
"""Of a rental that starts or ends: its account is listed often."""


class FleetInstallation(Base):
    """One row: the name by which this installation tells its machines from others' in a shared account."""

    __tablename__ = "fleet_installation"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    id: Mapped[str]
    created_at: Mapped[datetime]


class FleetAccount(Base):
    """One account at one cloud. Its credentials are the fleet's own copy: they stay while a machine of it lives,
    even if their owner has removed them."""

    __tablename__ = "fleet_accounts"
    __table_args__ = (
        Index(
            "uq_fleet_accounts_whose",
            *("provider", "user_id", "fingerprint"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "list_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    user_id: Mapped[UUID | None]
    """Null is the house's. No foreign key: machines outlive who rented them."""
    sealed: Mapped[str]
    """As JSON; empty once it is forgotten."""
    fingerprint: Mapped[str]
    """Of the credentials: others are another account, for all that is known, and machines stay where they are."""
    created_at: Mapped[datetime]
    list_at: Mapped[datetime]
    """When its machines are listed next."""
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    complete_at: Mapped[datetime | None]
    """The beginning of the last listing that was complete."""
    machines: Mapped[int] = mapped_column(Integer, server_default="0")
    strangers: Mapped[int] = mapped_column(Integer, server_default="0")
    """Machines of the account that are not ours."""
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    error_code: Mapped[str | None]
    error: Mapped[str | None]


class FleetRental(Base):
    """One machine, from before the create call until the cloud has confirmed that it is gone."""

    __tablename__ = "fleet_rentals"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint(one_of("wanted", Wanted), name="wanted"),
        CheckConstraint(one_of("stage", Stage), name="stage"),
        CheckConstraint("(stage = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("stage <> 'ended' OR why_ended IS NOT NULL", name="why"),
        Index(
            "uq_fleet_rentals_claim",
            "claim_key",
            unique=True,
            postgresql_where=text("claim_key IS NOT NULL AND stage <> 'ended'"),
        ),
        Index("ix_fleet_rentals_look_at", "look_at", postgresql_where=text("stage <> 'ended'")),
        Index("ix_fleet_rentals_live", "account_id", postgresql_where=text("stage <> 'ended'")),
        Index("ix_fleet_rentals_moving", "account_id", postgresql_where=text(MOVING)),
        Index(None, "instance_id", "created_at"),
        Index(None, "race_id"),
        Index(None, "agent_token", unique=True),
        Index(None, "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_instances.id", ondelete="RESTRICT"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_accounts.id", ondelete="RESTRICT"))
    owner_id: Mapped[UUID]
    """As of the instance: for lists and bills."""
    role: Mapped[Role] = mapped_column(Text)
    wanted: Mapped[Wanted] = mapped_column(Text)
    stage: Mapped[Stage] = mapped_column(Text)
    label: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str]
    machine_id: Mapped[str]
    host_id: Mapped[str | None]
    offer_id: Mapped[UUID | None]
    """The market's."""
    listed: Mapped[dict[str, Any]]
    """The offer as it was taken: `providers.port.Listed` as JSON."""
    claim_key: Mapped[str | None]
    """One live rental of ours for each offer of a physical machine."""
    spot: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    price_hour: Mapped[Decimal] = mapped_column(PRICE)
    """Agreed, of the whole machine without its disk."""
    disk_hour: Mapped[Decimal] = mapped_column(PRICE, server_default="0")
    disk_gb: Mapped[float] = mapped_column(Float(53))
    race_id: Mapped[UUID | None]
    round: Mapped[int] = mapped_column(Integer, server_default="0")
    attempt_type: Mapped[str | None]
    """Null where it was already told to reliability, or nothing is to be told."""
    agent_token: Mapped[bytes] = mapped_column(LargeBinary)
    """Its hash."""
    agent_token_sealed: Mapped[str | None]
    """Until the create call is over."""
    agent_facts: Mapped[dict[str, Any]] = mapped_column(server_default=OBJECT)
    """What the agent told of the machine when it first called."""

    created_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    """Just before the create call: from here on, a machine may exist."""
    settle_at: Mapped[datetime | None]
    """Of one whose create call was not answered: lists begun from here on would hold its machine, if there is one."""
    accepted_at: Mapped[datetime | None]
    """The cloud has answered with an id, or the machine was found by its label."""
    running_at: Mapped[datetime | None]
    ssh_at: Mapped[datetime | None]
    agent_at: Mapped[datetime | None]
    """When the agent first called."""
    ready_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    """When what was sold was found to be there."""
    beat_at: Mapped[datetime | None]
    """The agent's last call, to some seconds."""
    end_asked_at: Mapped[datetime | None]
    """The first destroy call that was answered."""
    ended_at: Mapped[datetime | None]
    why_ended: Mapped[str | None]
    """`lost_race`, `hibernated`, `destroyed`, `interrupted`, `never_made`, or a reason of reliability's."""

    paid_until: Mapped[datetime | None]
    """When its cloud takes it away unless more is paid, where hours are paid ahead."""

    provider_machine_id: Mapped[str | None]
    seen_state: Mapped[str | None]
    """`providers.port.State`, as last seen, and the cloud's own word."""
    raw_state: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    absent_since: Mapped[datetime | None]
    """The first complete list that it was missing in."""
    absences: Mapped[int] = mapped_column(Integer, server_default="0")
    addresses: Mapped[list[Any]] = mapped_column(JSONB, server_default=LIST)
    """`{host, port, user, direct}`, the best first."""
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    """Calls in a row that the cloud did not answer well."""

    look_at: Mapped[datetime]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(Integer, server_default="0")
    """Grows with each claim: the fencing token."""


class FleetCost(Base):
    """What a rental costs from a moment on: a row for each price, closed by the next one."""

    __tablename__ = "fleet_costs"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="span"),
        CheckConstraint("kind IN ('compute', 'disk')", name="kind"),
        Index("ix_fleet_costs_open", "rental_id", postgresql_where=text("until IS NULL")),
        Index(None, "since"),
    )

    rental_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_rentals.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    price_hour: Mapped[Decimal] = mapped_column(PRICE)
