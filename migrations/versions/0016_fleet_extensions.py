"""Machines that are paid ahead; the logs of machines, which agents are asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0016_fleet_extensions"
down_revision = "0015_notices"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
EXTENSIONS = "fleet_extensions"
COMMANDS = "fleet_commands"
KIND = "ck_fleet_commands_kind"


def upgrade() -> None:
    op.add_column("fleet_rentals", sa.Column("paid_until", MOMENT))
    _extensions()
    _commands()


def _extensions() -> None:
    op.create_table(
        EXTENSIONS,
        sa.Column("rental_id", sa.Uuid, primary_key=True),
        sa.Column("look_at", MOMENT),
        sa.Column("asked_end", MOMENT),
        sa.Column("asked_hours", sa.Integer),
        sa.Column("asked_at", MOMENT),
        sa.Column("bought_hours", sa.Integer, nullable=False, server_default="0"),
        sa.Column("told_end", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        *[sa.Column(name, sa.Text) for name in ("error_code", "error_message")],
        sa.Column("claim", sa.Uuid),
        sa.Column("claimed_until", MOMENT),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["rental_id"], ["fleet_rentals.id"], name=f"fk_{EXTENSIONS}_rental_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("(asked_end IS NULL) = (asked_at IS NULL)", name=op.f(f"ck_{EXTENSIONS}_asked")),
        sa.CheckConstraint("(asked_end IS NULL) = (asked_hours IS NULL)", name=op.f(f"ck_{EXTENSIONS}_hours")),
    )
    op.create_index(
        f"ix_{EXTENSIONS}_look_at", EXTENSIONS, ["look_at"], postgresql_where=sa.text("look_at IS NOT NULL")
    )


def _commands() -> None:
    op.drop_constraint(KIND, COMMANDS, type_="check")
    kinds = "kind IN ('setup', 'snapshot', 'restore', 'hook', 'shutdown', 'standing', 'check', 'logs')"
    op.create_check_constraint(op.f(KIND), COMMANDS, kinds)
