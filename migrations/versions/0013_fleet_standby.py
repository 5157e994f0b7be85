"""Second machines and failovers, sleeps, budgets and schedules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013_fleet_standby"
down_revision = "0012_fleet_agents"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.Float(53)
PRICE = sa.Numeric(20, 9)
STANDBYS = "fleet_standbys"
STANDBY_DEFAULTS = "fleet_standby_defaults"
FAILOVERS = "fleet_failovers"
HIBERNATIONS = "fleet_hibernations"
BUDGETS = "fleet_budgets"
SCHEDULES = "fleet_schedules"


def upgrade() -> None:
    _standbys()
    _standby_defaults()
    _failovers()
    _hibernations()
    _budgets()
    _schedules()


def _standbys() -> None:
    op.create_table(
        STANDBYS,
        sa.Column("instance_id", sa.Uuid, primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "provider", "machine_type")],
        sa.Column("sync_seconds", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *[sa.Column(name, sa.Uuid) for name in ("rental_id", "setup_command_id")],
        sa.Column("synced_at", MOMENT),
        *[sa.Column(name, sa.Uuid) for name in ("synced_snapshot_id", "restore_id", "restore_command_id")],
        sa.Column("sync_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message")],
        sa.Column("changed_at", MOMENT, nullable=False),
        _refers(STANDBYS, "instance_id", "fleet_instances", "CASCADE"),
        sa.CheckConstraint("kind IN ('cpu', 'gpu')", name=op.f("ck_fleet_standbys_kind")),
        sa.CheckConstraint(
            "state IN ('off', 'starting', 'syncing', 'synced', 'serving', 'failed')",
            name=op.f("ck_fleet_standbys_state"),
        ),
    )


def _standby_defaults() -> None:
    op.create_table(
        STANDBY_DEFAULTS,
        sa.Column("owner_id", sa.Uuid, primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "provider", "machine_type")],
        sa.Column("sync_seconds", sa.Integer, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )


def _failovers() -> None:
    op.create_table(
        FAILOVERS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rehearsal", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("from_rental_id", sa.Uuid),
        *[sa.Column(name, MOMENT, nullable=False) for name in ("began_at", "noticed_at")],
        *[sa.Column(name, MOMENT) for name in ("on_standby_at", "recovered_at", "ended_at")],
        sa.Column("stages", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("lost_bytes", sa.BigInteger),
        sa.Column("lost_seconds", NUMBER),
        _refers(FAILOVERS, "instance_id", "fleet_instances", "CASCADE"),
    )
    op.create_index("ix_fleet_failovers_instance_id_began_at", FAILOVERS, ["instance_id", "began_at"])


def _hibernations() -> None:
    op.create_table(
        HIBERNATIONS,
        sa.Column("id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.Uuid, nullable=False) for name in ("instance_id", "owner_id", "rental_id")],
        sa.Column("snapshot_id", sa.Uuid),
        sa.Column("why", sa.Text, nullable=False),
        *[sa.Column(name, MOMENT, nullable=False) for name in ("asked_at", "slept_at")],
        sa.Column("ended_at", MOMENT),
        sa.Column("price_hour", PRICE, nullable=False),
        sa.Column("on_demand_hour", PRICE),
        sa.Column("on_demand_of", sa.Text),
        sa.Column("snapshot_bytes", sa.BigInteger),
        sa.Column("storage_price_gb_month", PRICE, nullable=False),
        sa.Column("race_id", sa.Uuid),
        _refers(HIBERNATIONS, "instance_id", "fleet_instances", "CASCADE"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= slept_at", name=op.f("ck_fleet_hibernations_span")),
    )
    op.create_index("ix_fleet_hibernations_instance_id_slept_at", HIBERNATIONS, ["instance_id", "slept_at"])
    op.create_index("ix_fleet_hibernations_owner_id_slept_at", HIBERNATIONS, ["owner_id", "slept_at"])
    op.create_index(
        "uq_fleet_hibernations_open",
        HIBERNATIONS,
        ["instance_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _budgets() -> None:
    op.create_table(
        BUDGETS,
        sa.Column("owner_id", sa.Uuid, primary_key=True),
        sa.Column("of_team", sa.Boolean, nullable=False),
        *[sa.Column(name, PRICE) for name in ("max_price_hour", "per_day", "per_month")],
        *[sa.Column(name, sa.Date) for name in ("warned_day", "warned_month", "acted_day", "acted_month")],
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid),
    )


def _schedules() -> None:
    op.create_table(
        SCHEDULES,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("at", MOMENT),
        sa.Column("cron", sa.Text),
        sa.Column("timezone", sa.Text, nullable=False),
        *[sa.Column(name, MOMENT) for name in ("next_at", "last_at")],
        sa.Column("last_outcome", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        _refers(SCHEDULES, "instance_id", "fleet_instances", "CASCADE"),
        sa.CheckConstraint("action IN ('wake', 'hibernate')", name=op.f("ck_fleet_schedules_action")),
        sa.CheckConstraint("(cron IS NULL) <> (at IS NULL)", name=op.f("ck_fleet_schedules_when")),
    )
    op.create_index("ix_fleet_schedules_instance_id", SCHEDULES, ["instance_id"])
    op.create_index(
        "ix_fleet_schedules_next_at", SCHEDULES, ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )


def _refers(table: str, column: str, other: str, deleted: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=deleted)
