"""When somebody was told of his hourly limit."""

import sqlalchemy as sa
from alembic import op

revision = "0021_fleet_budget_hour"
down_revision = "0020_retention_of_instances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("warned_hour", "acted_hour"):
        op.add_column("fleet_budgets", sa.Column(name, sa.Date))
