"""Jobs, schedules and workers, on the queue's own tables."""

revision = "0002_jobs"
down_revision = "0001_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
