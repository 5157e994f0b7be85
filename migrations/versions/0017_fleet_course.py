"""How far work with a deadline is, and what was decided of it last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017_fleet_course"
down_revision = "0016_fleet_extensions"
branch_labels = None
depends_on = None

INSTANCES = "fleet_instances"


def upgrade() -> None:
    op.add_column(INSTANCES, sa.Column("course", JSONB))
