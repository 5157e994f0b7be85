"""Answers kept for repeated requests, and the buckets that slow down guessing."""

revision = "0001_requests"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
