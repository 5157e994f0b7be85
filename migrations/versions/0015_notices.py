"""Webhooks, and what was sent to each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0015_notices"
down_revision = "0014_fleet_drops"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WEBHOOKS = "notices_webhooks"
DELIVERIES = "notices_deliveries"


def upgrade() -> None:
    _webhooks()
    _deliveries()


def _webhooks() -> None:
    texts = ("name", "url_sealed", "host", "ending", "secret_sealed", "form")
    op.create_table(
        WEBHOOKS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in texts],
        sa.Column("topics", ARRAY(sa.Text), nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        *[sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "changed_at")],
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{WEBHOOKS}_user_id_users", ondelete="CASCADE"),
        sa.CheckConstraint("form IN ('json', 'slack')", name=op.f(f"ck_{WEBHOOKS}_form")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f(f"ck_{WEBHOOKS}_name")),
        sa.CheckConstraint("cardinality(topics) > 0", name=op.f(f"ck_{WEBHOOKS}_topics")),
    )
    op.create_index(f"ix_{WEBHOOKS}_user_id_created_at", WEBHOOKS, ["user_id", "created_at"])


def _deliveries() -> None:
    op.create_table(
        DELIVERIES,
        sa.Column("id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.Uuid, nullable=False) for name in ("webhook_id", "cause")],
        *[sa.Column(name, sa.Text, nullable=False) for name in ("topic", "text")],
        sa.Column("body", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("created_at", MOMENT, nullable=False),
        *[sa.Column(name, MOMENT) for name in ("tried_at", "ended_at")],
        sa.ForeignKeyConstraint(
            ["webhook_id"], [f"{WEBHOOKS}.id"], name=f"fk_{DELIVERIES}_webhook_id_{WEBHOOKS}", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("webhook_id", "cause", name=f"uq_{DELIVERIES}_webhook_id_cause"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name=op.f(f"ck_{DELIVERIES}_state")),
    )
    op.create_index(f"ix_{DELIVERIES}_webhook_id_created_at", DELIVERIES, ["webhook_id", "created_at"])
    op.create_index(f"ix_{DELIVERIES}_created_at", DELIVERIES, ["created_at"])
