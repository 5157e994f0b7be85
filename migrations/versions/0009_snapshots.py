"""The server's book of snapshots: repositories, snapshots, restores, grants, rules of keeping."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_snapshots"
down_revision = "0008_reliability_scores"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REPOSITORIES, SNAPSHOTS, RESTORES = "snapshot_repositories", "snapshots", "snapshot_restores"
GRANTS, RETENTION = "snapshot_grants", "snapshot_retention"
KEPT = ("keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly")


def upgrade() -> None:
    _repositories()
    _snapshots()
    _restores()
    _grants()
    _retention()


def _repositories() -> None:
    op.create_table(
        REPOSITORIES,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid),
        sa.Column("team_id", sa.Uuid),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("encrypted", sa.Boolean),
        sa.Column("packs", sa.Integer),
        sa.Column("stored_bytes", sa.BigInteger),
        *_moments("measured_at", "checked_at"),
        sa.Column("check_result", JSONB),
        *_moments("pruned_at"),
        sa.Column("prune_result", JSONB),
        sa.Column("task", sa.Text),
        sa.Column("task_job_id", sa.Uuid),
        *_moments("task_at"),
        _object("task_progress"),
        _refers(REPOSITORIES, "user_id", "users", "SET NULL"),
        _refers(REPOSITORIES, "team_id", "teams", "SET NULL"),
        sa.CheckConstraint("user_id IS NULL OR team_id IS NULL", name=op.f(f"ck_{REPOSITORIES}_owner")),
    )
    for column in ("user_id", "team_id"):
        op.create_index(f"ix_{REPOSITORIES}_{column}", REPOSITORIES, [column])


def _snapshots() -> None:
    states = "'queued', 'running', 'verifying', 'complete', 'failed', 'deleted'"
    proven = "state NOT IN ('verifying', 'complete') OR manifest IS NOT NULL"
    op.create_table(
        SNAPSHOTS,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("repository_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Uuid) for name in ("created_by", "instance_id")],
        *[sa.Column(name, sa.Text, nullable=False) for name in ("label", "state")],
        *[sa.Column(name, sa.Text) for name in ("manifest", "parent")],
        *[sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("host", "root")],
        sa.Column("tags", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("encrypted", sa.Boolean),
        sa.Column("created_at", MOMENT, nullable=False),
        *_moments("began_at", "completed_at"),
        sa.Column("heard_at", MOMENT, nullable=False),
        *_moments("deleted_at"),
        sa.Column("deleted_by", sa.Text),
        *_moments("purge_at", "purged_at"),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.text("false")),
        *[_object(name) for name in ("progress", "stages")],
        sa.Column("packs", JSONB),
        *[
            sa.Column(name, sa.BigInteger)
            for name in ("files", "bytes", "raw_bytes", "stored_bytes", "new_bytes", "unique_bytes")
        ],
        *_error(),
        _refers(SNAPSHOTS, "repository_id", REPOSITORIES, "CASCADE"),
        sa.CheckConstraint(f"state IN ({states})", name=op.f(f"ck_{SNAPSHOTS}_state")),
        sa.CheckConstraint("manifest ~ '^[0-9a-f]{64}$'", name=op.f(f"ck_{SNAPSHOTS}_manifest")),
        sa.CheckConstraint("(state = 'deleted') = (deleted_at IS NOT NULL)", name=op.f(f"ck_{SNAPSHOTS}_deleted")),
        sa.CheckConstraint(proven, name=op.f(f"ck_{SNAPSHOTS}_proof")),
    )
    known = sa.text("manifest IS NOT NULL")
    op.create_index(
        f"uq_{SNAPSHOTS}_manifest", SNAPSHOTS, ["repository_id", "manifest"], unique=True, postgresql_where=known
    )
    op.create_index(f"ix_{SNAPSHOTS}_repository_id_created_at_id", SNAPSHOTS, ["repository_id", "created_at", "id"])
    op.create_index(f"ix_{SNAPSHOTS}_instance_id", SNAPSHOTS, ["instance_id"])
    going = sa.text("state IN ('queued', 'running', 'verifying')")
    op.create_index(f"ix_{SNAPSHOTS}_open", SNAPSHOTS, ["state", "heard_at"], postgresql_where=going)
    waiting = sa.text("purge_at IS NOT NULL AND purged_at IS NULL")
    op.create_index(f"ix_{SNAPSHOTS}_purge_at", SNAPSHOTS, ["purge_at"], postgresql_where=waiting)


def _restores() -> None:
    states = "'queued', 'running', 'complete', 'failed', 'cancelled'"
    op.create_table(
        RESTORES,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("snapshot_id", sa.Uuid, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("paths", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        *_moments("began_at", "finished_at"),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.text("false")),
        *[_object(name) for name in ("progress", "stages")],
        *_error(),
        _refers(RESTORES, "snapshot_id", SNAPSHOTS, "CASCADE"),
        sa.CheckConstraint(f"state IN ({states})", name=op.f(f"ck_{RESTORES}_state")),
    )
    op.create_index(f"ix_{RESTORES}_snapshot_id_created_at_id", RESTORES, ["snapshot_id", "created_at", "id"])
    going = sa.text("state IN ('queued', 'running')")
    op.create_index(f"ix_{RESTORES}_open", RESTORES, ["heard_at"], postgresql_where=going)


def _grants() -> None:
    op.create_table(
        GRANTS,
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("repository_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Uuid) for name in ("snapshot_id", "restore_id")],
        *[sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "expires_at")],
        _refers(GRANTS, "repository_id", REPOSITORIES, "CASCADE"),
        _refers(GRANTS, "snapshot_id", SNAPSHOTS, "CASCADE"),
        _refers(GRANTS, "restore_id", RESTORES, "CASCADE"),
        sa.CheckConstraint("length(hash) = 32", name=op.f(f"ck_{GRANTS}_hash")),
        sa.CheckConstraint("(snapshot_id IS NULL) <> (restore_id IS NULL)", name=op.f(f"ck_{GRANTS}_purpose")),
    )
    for column in ("snapshot_id", "restore_id", "expires_at"):
        op.create_index(f"ix_{GRANTS}_{column}", GRANTS, [column])


def _retention() -> None:
    op.create_table(
        RETENTION,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("repository_id", sa.Uuid, nullable=False),
        sa.Column("label", sa.Text),
        *[sa.Column(name, sa.Integer, nullable=False) for name in KEPT],
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid),
        _refers(RETENTION, "repository_id", REPOSITORIES, "CASCADE"),
        *[sa.CheckConstraint(f"{name} BETWEEN 0 AND 10000", name=op.f(f"ck_{RETENTION}_{name}")) for name in KEPT],
    )
    op.create_index(
        f"uq_{RETENTION}_label",
        RETENTION,
        ["repository_id", "label"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, MOMENT) for name in names]


def _object(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'"))


def _error() -> list[sa.Column[str]]:
    return [sa.Column(f"error_{part}", sa.Text) for part in ("code", "message", "hint")]


def _refers(table: str, column: str, other: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=on_delete)
