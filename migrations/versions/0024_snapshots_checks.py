"""When a repository is to be checked again without being asked; and addresses that save a file once."""

import sqlalchemy as sa
from alembic import op

revision = "0024_snapshots_checks"
down_revision = "0023_fleet_run"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REPOSITORIES = "snapshot_repositories"


def upgrade() -> None:
    op.add_column(REPOSITORIES, sa.Column("check_due_at", MOMENT))
    op.add_column(REPOSITORIES, sa.Column("read_at", MOMENT))
    op.add_column(REPOSITORIES, sa.Column("read_part", sa.Integer))
    op.create_table(
        "snapshot_downloads",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "snapshot_id",
            sa.Uuid,
            sa.ForeignKey("snapshots.id", name=op.f("fk_snapshot_downloads_snapshot_id_snapshots"), ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_snapshot_downloads_hash")),
    )
    op.create_index(op.f("ix_snapshot_downloads_snapshot_id"), "snapshot_downloads", ["snapshot_id"])
    op.create_index(op.f("ix_snapshot_downloads_expires_at"), "snapshot_downloads", ["expires_at"])
