"""Answers kept for repeated requests, and the buckets that slow down guessing."""

import sqlalchemy as sa
from alembic import op

revision = "0001_requests"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotent_answers",
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key", name="pk_idempotent_answers"),
    )
    op.create_index("ix_idempotent_answers_at", "idempotent_answers", ["at"])
    op.create_table(
        "attempt_buckets",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("tokens", sa.Double, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_attempt_buckets"),
    )
    op.create_index("ix_attempt_buckets_at", "attempt_buckets", ["at"])
