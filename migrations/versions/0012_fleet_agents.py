"""Agents on machines: their heartbeats, their commands, and how busy an instance was in each minute."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012_fleet_agents"
down_revision = "0011_fleet"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.Float(53)
BEATS = "fleet_beats"
COMMANDS = "fleet_commands"
MINUTES = "fleet_minutes"


def upgrade() -> None:
    _beats()
    _commands()
    _minutes()


def _beats() -> None:
    op.create_table(
        BEATS,
        sa.Column("rental_id", sa.Uuid, primary_key=True),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        *[sa.Column(name, MOMENT, nullable=False) for name in ("received_at", "at")],
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("sample", JSONB, nullable=False),
        sa.Column("quiet", sa.ARRAY(MOMENT), nullable=False),
        *[sa.Column(name, MOMENT) for name in ("quiet_since", "idle_at", "used_at")],
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("limits", sa.ARRAY(NUMBER), nullable=False),
        sa.Column("idle_seconds", NUMBER, nullable=False),
        sa.Column("minute", MOMENT, nullable=False),
        sa.Column("sums", sa.ARRAY(NUMBER), nullable=False),
        *[sa.Column(name, MOMENT) for name in ("watched_until", "lost_at", "told_at")],
        sa.Column("notice", JSONB),
        _refers(BEATS, "rental_id", "fleet_rentals", "CASCADE"),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index("ix_fleet_beats_idle_at", BEATS, ["idle_at"], postgresql_where=sa.text("idle_at IS NOT NULL"))
    op.create_index("ix_fleet_beats_instance_id", BEATS, ["instance_id"])


def _commands() -> None:
    op.create_table(
        COMMANDS,
        sa.Column("id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.Uuid, nullable=False) for name in ("rental_id", "instance_id")],
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "args_sealed", "state")],
        sa.Column("created_at", MOMENT, nullable=False),
        *[sa.Column(name, MOMENT) for name in ("sent_at", "ended_at")],
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("result", JSONB, nullable=False, server_default=sa.text("'{}'")),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message")],
        _refers(COMMANDS, "rental_id", "fleet_rentals", "CASCADE"),
        sa.CheckConstraint(
            "kind IN ('setup', 'snapshot', 'restore', 'hook', 'shutdown')", name=op.f("ck_fleet_commands_kind")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'running', 'done', 'failed')", name=op.f("ck_fleet_commands_state")
        ),
    )
    op.create_index("ix_fleet_commands_created_at", COMMANDS, ["created_at"])
    op.create_index(
        "ix_fleet_commands_open",
        COMMANDS,
        ["rental_id"],
        postgresql_where=sa.text("state IN ('queued', 'sent', 'running')"),
    )


def _minutes() -> None:
    op.create_table(
        MINUTES,
        sa.Column("instance_id", sa.Uuid, nullable=False),
        sa.Column("minute", MOMENT, nullable=False),
        sa.Column("rental_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Integer, nullable=False) for name in ("samples", "gpu_samples")],
        *[sa.Column(name, NUMBER, nullable=False) for name in ("gpu_sum", "gpu_max", "gpu_memory_sum")],
        sa.Column("temperature_max", NUMBER),
        *[
            sa.Column(name, NUMBER, nullable=False)
            for name in ("power_sum", "cpu_sum", "ram_sum", "disk_max", "net_in_sum", "net_out_sum")
        ],
        sa.PrimaryKeyConstraint("instance_id", "minute", "rental_id", name=f"pk_{MINUTES}"),
        postgresql_partition_by="RANGE (minute)",
    )
    op.execute(f"CREATE TABLE {MINUTES}_default PARTITION OF {MINUTES} DEFAULT")


def _refers(table: str, column: str, other: str, deleted: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=deleted)
