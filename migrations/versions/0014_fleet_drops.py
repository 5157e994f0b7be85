"""What a machine may write while nobody can be asked; what was learned of operations, told with each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014_fleet_drops"
down_revision = "0013_fleet_standby"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DROPS = "fleet_drops"
COMMANDS = "fleet_commands"
OPERATIONS = "fleet_operations"
KIND = "ck_fleet_commands_kind"


def upgrade() -> None:
    _drops()
    _commands()
    _operations()


def _drops() -> None:
    op.create_table(
        DROPS,
        sa.Column("id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.Uuid, nullable=False) for name in ("rental_id", "instance_id")],
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        *[sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "lent_at", "renew_at", "look_at")],
        sa.Column("looked_at", MOMENT),
        sa.Column("snapshot_id", sa.Uuid),
        sa.ForeignKeyConstraint(
            ["rental_id"], ["fleet_rentals.id"], name="fk_fleet_drops_rental_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("state IN ('lent', 'moving', 'taken', 'over')", name=op.f("ck_fleet_drops_state")),
    )
    op.create_index(
        "uq_fleet_drops_lent", DROPS, ["rental_id"], unique=True, postgresql_where=sa.text("state = 'lent'")
    )
    op.create_index(
        "ix_fleet_drops_look_at", DROPS, ["look_at"], postgresql_where=sa.text("state IN ('lent', 'moving')")
    )
    op.create_index("ix_fleet_drops_instance_id", DROPS, ["instance_id"])


def _commands() -> None:
    op.drop_constraint(KIND, COMMANDS, type_="check")
    kinds = "kind IN ('setup', 'snapshot', 'restore', 'hook', 'shutdown', 'standing', 'check')"
    op.create_check_constraint(op.f(KIND), COMMANDS, kinds)


def _operations() -> None:
    op.drop_column(OPERATIONS, "eta_seconds")
    op.add_column(OPERATIONS, sa.Column("usual", JSONB, nullable=False, server_default=sa.text("'{}'")))
    done = sa.text("state = 'done'")
    op.create_index("ix_fleet_operations_done", OPERATIONS, ["kind", "ended_at"], postgresql_where=done)
