"""What could not be read when a snapshot was made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019_snapshots_unread"
down_revision = "0018_restic"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("unread", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.add_column("snapshots", sa.Column("unread_names", JSONB, nullable=False, server_default=sa.text("'[]'")))
