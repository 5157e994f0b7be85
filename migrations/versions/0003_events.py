"""The outbox of events, by day."""

revision = "0003_events"
down_revision = "0002_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
