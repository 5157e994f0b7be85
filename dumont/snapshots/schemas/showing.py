"""Rows and figures in the shape in which they are sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from dumont.snapshots.catalog import Shown
from dumont.snapshots.granting import Handed
from dumont.snapshots.rules import money
from dumont.snapshots.schemas.snapshots import (
    HandedGrant,
    Restore,
    Snapshot,
    SnapshotDetail,
    SnapshotFault,
    SnapshotOwner,
    SnapshotProgress,
)
from dumont.snapshots.tables import Snapshot as SnapshotRow
from dumont.snapshots.tables import SnapshotRestore as RestoreRow

SAME = (
    *("id", "created_by", "instance_id", "label", "state", "manifest", "host", "root", "tags", "encrypted"),
    *("created_at", "began_at", "completed_at", "deleted_at", "kept_at", "left_at", "cancel_requested"),
    *("files", "bytes", "stored_bytes", "new_bytes", "unique_bytes", "unread"),
)
SAME_OF_RESTORES = (
    *("id", "snapshot_id", "created_by", "target", "paths", "state", "created_at", "began_at", "finished_at"),
    *("cancel_requested", "stages"),
)


def snapshot(shown: Shown, price: Decimal) -> Snapshot:
    return Snapshot.model_validate(_fields(shown, price))


def detail(shown: Shown, price: Decimal, restores: list[RestoreRow]) -> SnapshotDetail:
    row = shown.snapshot
    whole = row.completed_at or (row.heard_at if row.began_at else None)
    seconds = (whole - (row.began_at or row.created_at)).total_seconds() if whole else None
    more = {"raw_bytes": row.raw_bytes, "stages": row.stages, "seconds": seconds, "unread_names": row.unread_names}
    shown_restores = [restore(each) for each in restores]
    return SnapshotDetail.model_validate({**_fields(shown, price), **more, "restores": shown_restores})


def restore(row: RestoreRow) -> Restore:
    same = {name: getattr(row, name) for name in SAME_OF_RESTORES}
    return Restore.model_validate({**same, "error": _problem(row), "progress": _progress(row.progress)})


def grant(handed: Handed) -> HandedGrant:
    return HandedGrant(token=handed.token, access=handed.access, url=handed.url, expires_at=handed.expires_at)


def owner(identity: Any, *, of_team: bool) -> SnapshotOwner:
    return SnapshotOwner(kind="team" if of_team else "user", id=identity)


def problem(said: Mapping[str, Any] | None) -> SnapshotFault | None:
    return SnapshotFault(code=said["code"], message=said["message"], hint=said.get("hint")) if said else None


def _fields(shown: Shown, price: Decimal) -> dict[str, Any]:
    row = shown.snapshot
    ratio = _ratio(row.bytes, row.raw_bytes)
    return {
        **{name: getattr(row, name) for name in SAME},
        "owner": owner(row.repository_id, of_team=shown.of_team),
        "parent_id": shown.parent_id,
        "engine": "restic" if row.restic_id else "dumont",
        "repository": shown.address,
        "undo_until": _undo_until(row),
        "dedup_ratio": None if ratio is None else max(1.0, ratio),  # of a shared chunk, not all is this snapshot's
        "compression_ratio": _ratio(row.raw_bytes, row.stored_bytes),
        "cost_month": None if row.unique_bytes is None else money.month(row.unique_bytes, price),
        "error": _problem(row),
        "progress": _progress(row.progress),
    }


def _undo_until(row: SnapshotRow) -> datetime | None:
    return row.purge_at if row.state == "deleted" and row.completed_at and not row.purged_at else None


def _ratio(whole: int | None, part: int | None) -> float | None:
    return round(whole / part, 3) if whole is not None and part else None


def _problem(row: SnapshotRow | RestoreRow) -> SnapshotFault | None:
    if row.error_code is None:
        return None
    return SnapshotFault(code=row.error_code, message=row.error_message or "", hint=row.error_hint)


def _progress(kept: Mapping[str, Any]) -> SnapshotProgress | None:
    return SnapshotProgress.model_validate(kept) if kept else None
