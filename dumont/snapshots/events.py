"""What is told of snapshots: to the contexts above, and to the pages that are open."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from dumont.platform.events import Event
from dumont.snapshots.rules.states import RestoreState, State

REPOSITORY, ONE = "snapshots", "snapshot"


class _InRepository(Event):
    repository_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (f"{REPOSITORY}:{self.repository_id}",)


class _OfSnapshot(_InRepository):
    id: UUID

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"{ONE}:{self.id}")


class SnapshotChanged(_OfSnapshot):
    """Its state, or what is known of it."""

    kind: ClassVar[str] = "snapshots.changed"

    instance_id: UUID | None
    label: str
    state: State


class SnapshotProgressed(_OfSnapshot):
    kind: ClassVar[str] = "snapshots.progressed"

    progress: dict[str, Any]


class RestoreChanged(_InRepository):
    """Its state, or how far it is."""

    kind: ClassVar[str] = "snapshots.restore_changed"

    id: UUID
    snapshot_id: UUID
    state: RestoreState
    progress: dict[str, Any]

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"{ONE}:{self.snapshot_id}")


class RetentionChanged(_InRepository):
    kind: ClassVar[str] = "snapshots.retention_changed"


class LeftSnapshotsEnd(_InRepository):
    """Those of a destroyed instance will be deleted, as nobody wakes from them any more."""

    kind: ClassVar[str] = "snapshots.left_end"

    label: str
    snapshots: int
    bytes: int
    ends_at: datetime


class RepositoryHarmed(_InRepository):
    """A check has found that something lacks in it, or is not what it was."""

    kind: ClassVar[str] = "snapshots.repository_harmed"

    problems: int
    files_touched: int
    first: str


class RepositoryChanged(_InRepository):
    """Something is done with it, or was found out about it."""

    kind: ClassVar[str] = "snapshots.repository_changed"

    task: str | None
    progress: dict[str, Any]
    at: datetime
