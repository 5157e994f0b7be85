"""Rules of keeping follow an instance, whatever it is called by, and pass over what a person has taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0020_retention_of_instances"
down_revision = "0019_snapshots_unread"
branch_labels = None
depends_on = None

RETENTION = "snapshot_retention"


def upgrade() -> None:
    op.add_column(RETENTION, sa.Column("instance_id", sa.Uuid))
    op.add_column("snapshots", sa.Column("kept_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE snapshot_retention SET instance_id = mine.id FROM fleet_instances mine"
        " WHERE mine.owner_id = snapshot_retention.repository_id AND mine.name = snapshot_retention.label"
        " AND mine.state <> 'destroyed'"
    )
    op.drop_index(f"uq_{RETENTION}_label", table_name=RETENTION)
    op.create_index(
        f"uq_{RETENTION}_label",
        RETENTION,
        ["repository_id", "label", "instance_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
