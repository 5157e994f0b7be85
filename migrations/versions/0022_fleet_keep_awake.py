"""An operation for keeping an instance awake."""

import sqlalchemy as sa
from alembic import op

revision = "0022_fleet_keep_awake"
down_revision = "0021_fleet_budget_hour"
branch_labels = None
depends_on = None

KINDS = (
    "'launch', 'pause', 'resume', 'hibernate', 'wake', 'snapshot', 'failover', 'half_life', 'destroy', 'rehearsal', "
    "'keep_awake'"
)


def upgrade() -> None:
    name = op.f("ck_fleet_operations_kind")
    op.drop_constraint(name, "fleet_operations", type_="check")
    op.create_check_constraint(name, "fleet_operations", sa.text(f"kind IN ({KINDS})"))
