"""Clouds: when each kind of call may be made again, and where nothing may be ended until a person has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0006_provider_limits"
down_revision = "0005_market"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_limits",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("granted", MOMENT, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.Column("held_until", MOMENT),
        sa.PrimaryKeyConstraint("account", "name", name="pk_provider_limits"),
    )
    op.create_table(
        "provider_freezes",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_provider_freezes"),
    )
