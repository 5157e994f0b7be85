"""Ends snapshots and restores that did not come about, and the grants with them."""

from dataclasses import dataclass

from dumont.platform.work import Work
from dumont.snapshots import granting, metrics, telling
from dumont.snapshots.rules.states import OPEN, RESTORE_OPEN, State
from dumont.snapshots.store import restores, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRestore

MAKING: tuple[State, ...] = (*OPEN, "verifying")


@dataclass(frozen=True, slots=True)
class Why:
    code: str
    message: str
    hint: str | None = None

    def columns(self) -> dict[str, str | None]:
        return {"error_code": self.code, "error_message": self.message, "error_hint": self.hint}


STOPPED = Why("cancelled", "Somebody asked to stop.", "Start another one: what is in the store is not sent again.")
SILENT = Why(
    "silent", "Nothing was heard of it for too long.", "See the machine's own output. Start another one if it is gone."
)


async def fail(work: Work, snapshot: Snapshot, why: Why) -> Snapshot:
    failed = await snapshots.move(work.tx, snapshot.id, MAKING, {"state": "failed", **why.columns()})
    if failed is None:
        return snapshot
    await granting.end(work, snapshot_id=failed.id)
    await telling.of_snapshot(work, failed)
    metrics.ENDED.labels("snapshot", why.code if why in (STOPPED, SILENT) else "failed").inc()
    return failed


async def fail_restore(work: Work, restore: SnapshotRestore, snapshot: Snapshot, why: Why) -> SnapshotRestore:
    state = "cancelled" if why.code == STOPPED.code else "failed"
    values = {"state": state, "finished_at": work.now, **why.columns()}
    failed = await restores.move(work.tx, restore.id, RESTORE_OPEN, values)
    if failed is None:
        return restore
    await granting.end(work, restore_id=failed.id)
    await telling.of_restore(work, failed, snapshot)
    metrics.ENDED.labels("restore", state).inc()
    return failed
