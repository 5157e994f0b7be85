"""The tables of snapshots: repositories, what lies in them, restores, grants and rules of keeping."""

from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base
from dumont.snapshots.rules.states import RestoreState, State

NOTHING = text("'{}'")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class SnapshotRepository(Base):
    """One an owner. Its id is the owner's, and names its folder in the store; without owner, it is to be emptied."""

    __tablename__ = "snapshot_repositories"
    __table_args__ = (
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="owner"),
        Index(None, "user_id"),
        Index(None, "team_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    encrypted: Mapped[bool | None] = mapped_column(Boolean)
    """Null until its `config` has been seen; from then on nobody is lent the right to write one."""
    packs: Mapped[int | None] = mapped_column(Integer)
    stored_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of all packs, as the store lists them."""
    measured_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_result: Mapped[dict[str, Any] | None]
    check_due_at: Mapped[datetime | None]
    """When it is to be checked again without being asked; null before the first time."""
    read_at: Mapped[datetime | None]
    """When a check last read its bytes: all of them, or the part of this number, as they take turns."""
    read_part: Mapped[int | None] = mapped_column(Integer)
    pruned_at: Mapped[datetime | None]
    prune_result: Mapped[dict[str, Any] | None]
    task: Mapped[str | None]
    """What is being done with it: the job's kind, its id, and how far it is."""
    task_job_id: Mapped[UUID | None]
    task_at: Mapped[datetime | None]
    task_progress: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING)


class Snapshot(Base):
    """Complete only when its manifest and all packs of it have been seen in the store."""

    __tablename__ = "snapshots"
    __table_args__ = (
        CheckConstraint(_one_of("state", get_args(State)), name="state"),
        CheckConstraint("manifest ~ '^[0-9a-f]{64}$'", name="manifest"),
        CheckConstraint("(state = 'deleted') = (deleted_at IS NOT NULL)", name="deleted"),
        CheckConstraint(
            "manifest IS NOT NULL OR state NOT IN ('verifying', 'complete') OR state = 'verifying' AND wanted <> ''",
            name="proof",
        ),
        CheckConstraint("wanted = '' OR restic_id IS NOT NULL", name="wanted"),
        Index(
            "uq_snapshots_manifest",
            "repository_id",
            "manifest",
            unique=True,
            postgresql_where=text("manifest IS NOT NULL AND restic_id IS NULL"),
        ),
        Index(None, "repository_id", "created_at", "id"),
        Index(None, "instance_id"),
        Index(
            "ix_snapshots_open",
            "state",
            "heard_at",
            postgresql_where=text("state IN ('queued', 'running', 'verifying')"),
        ),
        Index("ix_snapshots_left_at", "left_at", postgresql_where=text("left_at IS NOT NULL AND state <> 'deleted'")),
        Index("ix_snapshots_purge_at", "purge_at", postgresql_where=text("purge_at IS NOT NULL AND purged_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    repository_id: Mapped[UUID] = mapped_column(ForeignKey("snapshot_repositories.id", ondelete="CASCADE"))
    created_by: Mapped[UUID | None]
    """No foreign key: a snapshot outlives who has made it."""
    instance_id: Mapped[UUID | None]
    label: Mapped[str]
    """What it is of; rules of keeping hold for each label alone."""
    state: Mapped[State] = mapped_column(Text)
    manifest: Mapped[str | None]
    parent: Mapped[str | None]
    """The manifest from which unchanged files were taken."""
    host: Mapped[str] = mapped_column(server_default="")
    root: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    encrypted: Mapped[bool | None] = mapped_column(Boolean)
    created_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    heard_at: Mapped[datetime]
    """When whoever makes it last said so; silent for too long, it has failed."""
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None]
    """`person` or `retention`; of one that is still made, that it is to be deleted when it is complete."""
    purge_at: Mapped[datetime | None]
    """Until then, a deletion can be undone."""
    purged_at: Mapped[datetime | None]
    """When its manifest was taken out of the store."""
    cancel_requested: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    progress: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING)
    stages: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING)
    """Seconds of each stage."""
    packs: Mapped[dict[str, Any] | None]
    """Sizes by name, told by whoever made it where the server can't read the manifest."""
    files: Mapped[int | None] = mapped_column(BigInteger)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of the tree."""
    raw_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of its chunks, each counted once."""
    stored_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of the frames of these chunks."""
    new_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """That making it has sent."""
    unique_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of frames that no other live snapshot needs."""
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_hint: Mapped[str | None]
    restic_id: Mapped[UUID | None] = mapped_column(ForeignKey("restic_repositories.id"))
    """Where it lies, if not in the owner's own repository; `manifest` is restic's id then."""
    wanted: Mapped[str] = mapped_column(server_default="")
    """Of one that restic made without us: `latest`, or the beginning of its id."""
    folder: Mapped[str] = mapped_column(server_default="")
    """Where in it the workspace lies; empty for its root."""
    unread: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Files and folders that were there, could not be read, and lack in it."""
    unread_names: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """Of the first ones of them."""
    kept_at: Mapped[datetime | None]
    """When somebody took back that it was deleted: no rule deletes it any more."""
    left_at: Mapped[datetime | None]
    """When its instance was destroyed: nobody wakes from it any more."""
    left_told_at: Mapped[datetime | None]
    """When its owner was told that it will be deleted for that."""


class ResticRepository(Base):
    """A user's own, in which an instance's workspace is kept. Nothing is ever deleted there by us."""

    __tablename__ = "restic_repositories"
    __table_args__ = (Index(None, "repository_id"), Index(None, "instance_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    repository_id: Mapped[UUID] = mapped_column(ForeignKey("snapshot_repositories.id", ondelete="CASCADE"))
    """Of the owner, whose list of snapshots shows what lies there."""
    instance_id: Mapped[UUID]
    address: Mapped[str]
    region: Mapped[str]
    sealed: Mapped[str | None]
    """Password and keys; none once the instance is destroyed."""
    created_at: Mapped[datetime]


class SnapshotRestore(Base):
    __tablename__ = "snapshot_restores"
    __table_args__ = (
        CheckConstraint(_one_of("state", get_args(RestoreState)), name="state"),
        Index(None, "snapshot_id", "created_at", "id"),
        Index("ix_snapshot_restores_open", "heard_at", postgresql_where=text("state IN ('queued', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"))
    created_by: Mapped[UUID | None]
    target: Mapped[str]
    paths: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    state: Mapped[RestoreState] = mapped_column(Text)
    created_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heard_at: Mapped[datetime]
    cancel_requested: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    progress: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING)
    stages: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_hint: Mapped[str | None]


class SnapshotGrant(Base):
    """A key to one repository for one snapshot or restore; it ends with that. Known by its hash alone."""

    __tablename__ = "snapshot_grants"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash"),
        CheckConstraint("(snapshot_id IS NULL) <> (restore_id IS NULL)", name="purpose"),
        Index(None, "snapshot_id"),
        Index(None, "restore_id"),
        Index(None, "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    repository_id: Mapped[UUID] = mapped_column(ForeignKey("snapshot_repositories.id", ondelete="CASCADE"))
    snapshot_id: Mapped[UUID | None] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"))
    """For which it may write."""
    restore_id: Mapped[UUID | None] = mapped_column(ForeignKey("snapshot_restores.id", ondelete="CASCADE"))
    """For which it may only read."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SnapshotDownload(Base):
    """An address that saves one thing out of a snapshot, once and soon: for browsers, which send no token along with
    what they save by themselves. Known by its hash alone."""

    __tablename__ = "snapshot_downloads"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash"),
        Index(None, "snapshot_id"),
        Index(None, "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"))
    path: Mapped[str]
    expires_at: Mapped[datetime]


class SnapshotRetention(Base):
    """What is kept of an instance's or a label's snapshots; without label, of all that have no rule of their own."""

    __tablename__ = "snapshot_retention"
    __table_args__ = (
        *(
            CheckConstraint(f"{name} BETWEEN 0 AND 10000", name=name)
            for name in ("keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly")
        ),
        Index(
            "uq_snapshot_retention_label",
            *("repository_id", "label", "instance_id"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    repository_id: Mapped[UUID] = mapped_column(ForeignKey("snapshot_repositories.id", ondelete="CASCADE"))
    label: Mapped[str | None]
    """What the instance was called by when it was put."""
    instance_id: Mapped[UUID | None]
    keep_last: Mapped[int] = mapped_column(Integer)
    keep_hourly: Mapped[int] = mapped_column(Integer)
    keep_daily: Mapped[int] = mapped_column(Integer)
    keep_weekly: Mapped[int] = mapped_column(Integer)
    keep_monthly: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
