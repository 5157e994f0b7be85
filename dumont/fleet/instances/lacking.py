"""What could not be read and would be lost with a machine: shown with the operation, and given up if somebody says so.

The word holds for that operation, and for the files that were shown with it: what lacks beyond them is asked anew.
"""

from dumont import accounts
from dumont.basics.errors import Conflict
from dumont.fleet.instances import moves, operations
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Work
from dumont.snapshots import on_behalf
from dumont.snapshots.on_behalf import Snapshot
from dumont.snapshots.rules import unread
from dumont.snapshots.rules.unread import Lack

LACKS, GIVEN_UP = "unread", "without_unread"
TAG = "without-unread"
"""Of the snapshot for which a machine was given up all the same."""


class NothingUnread(Conflict):
    code = "nothing_unread"
    hint = "Ask without it first. What can't be read is told before anything is given up."


def of(snapshot: Snapshot) -> Lack:
    return Lack(snapshot.unread, tuple(snapshot.unread_names))


def note(found: FleetOperation, snapshot: Snapshot) -> None:
    """It waits for that."""
    operations.note(found, **{LACKS: _as_told(of(snapshot))})


def shown(found: FleetOperation) -> Lack | None:
    """For what it waits, or has waited."""
    return _read(found, LACKS)


def is_given_up(found: FleetOperation | None, lack: Lack) -> bool:
    agreed = _read(found, GIVEN_UP) if found is not None else None
    return agreed is not None and agreed.covers(lack)


async def give_up(work: Work, instance: FleetInstance, found: FleetOperation) -> None:
    """Somebody has seen what it is, and says yes. `instance` is locked."""
    lack = shown(found) or await _of_newest(work, instance)
    if lack is None:
        raise NothingUnread(f"No file of {instance.name} is known that can't be read.")
    if is_given_up(found, lack):
        return
    operations.note(found, **{LACKS: _as_told(lack), GIVEN_UP: _as_told(lack)})
    instance.tries, instance.retry_at = 0, None
    await work.tx.flush()
    await instances.poke(work.tx, [instance.id], work.now)
    said = f"{unread.said(lack.count, lack.names)}. It goes on without."
    await moves.note(work, instance, "warning", said, who=f"user:{work.caller.me}", code=LACKS)
    about = {"operation_id": str(found.id), **_as_told(lack)}
    summary = f"Lets {instance.name} go without what can't be read"
    await accounts.audit.record(work, f"instance.{GIVEN_UP}", ("instance", instance.id), summary, details=about)


async def _of_newest(work: Work, instance: FleetInstance) -> Lack | None:
    newest = await on_behalf.found(work.tx, instance.snapshot_id)
    return of(newest) if newest is not None and newest.unread else None


def _as_told(lack: Lack) -> dict[str, object]:
    return {"files": lack.count, "names": list(lack.names)}


def _read(found: FleetOperation, name: str) -> Lack | None:
    told = found.details.get(name)
    return Lack(told["files"], tuple(told["names"])) if told else None
