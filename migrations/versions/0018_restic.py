"""Restic repositories of users, in which instances keep their workspaces; which snapshots are of instances no more."""

import sqlalchemy as sa
from alembic import op

revision = "0018_restic"
down_revision = "0017_fleet_course"
branch_labels = None
depends_on = None

REPOSITORIES = "restic_repositories"
SNAPSHOTS = "snapshots"
PROOF = "manifest IS NOT NULL OR state NOT IN ('verifying', 'complete') OR state = 'verifying' AND wanted <> ''"


def upgrade() -> None:
    _repositories()
    _snapshots()
    op.add_column("fleet_instances", sa.Column("restic_id", sa.Uuid))
    _left()


def _repositories() -> None:
    op.create_table(
        REPOSITORIES,
        *[sa.Column(name, sa.Uuid, primary_key=name == "id", nullable=False) for name in ("id", "repository_id")],
        sa.Column("instance_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("address", "region")],
        sa.Column("sealed", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["snapshot_repositories.id"],
            name=f"fk_{REPOSITORIES}_repository_id_snapshot_repositories",
            ondelete="CASCADE",
        ),
    )
    op.create_index(f"ix_{REPOSITORIES}_repository_id", REPOSITORIES, ["repository_id"])
    op.create_index(f"ix_{REPOSITORIES}_instance_id", REPOSITORIES, ["instance_id"])


def _snapshots() -> None:
    op.add_column(SNAPSHOTS, sa.Column("restic_id", sa.Uuid))
    for name in ("wanted", "folder"):
        op.add_column(SNAPSHOTS, sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_foreign_key(f"fk_{SNAPSHOTS}_restic_id_{REPOSITORIES}", SNAPSHOTS, REPOSITORIES, ["restic_id"], ["id"])
    op.drop_constraint(f"ck_{SNAPSHOTS}_proof", SNAPSHOTS, type_="check")
    op.create_check_constraint(op.f(f"ck_{SNAPSHOTS}_proof"), SNAPSHOTS, PROOF)
    op.create_check_constraint(op.f(f"ck_{SNAPSHOTS}_wanted"), SNAPSHOTS, "wanted = '' OR restic_id IS NOT NULL")
    op.drop_index(f"uq_{SNAPSHOTS}_manifest", table_name=SNAPSHOTS)
    op.create_index(
        f"uq_{SNAPSHOTS}_manifest",
        SNAPSHOTS,
        ["repository_id", "manifest"],
        unique=True,
        postgresql_where=sa.text("manifest IS NOT NULL AND restic_id IS NULL"),
    )


def _left() -> None:
    """Also of those instances that are destroyed by now."""
    for name in ("left_at", "left_told_at"):
        op.add_column(SNAPSHOTS, sa.Column(name, sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE snapshots SET left_at = gone.destroyed_at FROM fleet_instances gone"
        " WHERE gone.id = snapshots.instance_id AND gone.destroyed_at IS NOT NULL AND snapshots.state <> 'deleted'"
    )
    live = sa.text("left_at IS NOT NULL AND state <> 'deleted'")
    op.create_index("ix_snapshots_left_at", SNAPSHOTS, ["left_at"], postgresql_where=live)
