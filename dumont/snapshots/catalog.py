"""The list of snapshots, one of them with its restores, and asking those under way to stop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dumont.basics.errors import Conflict
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work
from dumont.snapshots import access, ending, telling
from dumont.snapshots.rules.states import OPEN, RESTORE_OPEN, SILENT_AFTER
from dumont.snapshots.store import restic, restores, snapshots
from dumont.snapshots.store.snapshots import Filter
from dumont.snapshots.tables import Snapshot, SnapshotRestore

RESTORES_SHOWN = 10


class NotUnderWay(Conflict):
    code = "not_under_way"
    hint = "Only what is still going on can be stopped."


@dataclass(frozen=True, slots=True)
class Shown:
    """A snapshot, whether a team owns it, and from which one it took over what had not changed."""

    snapshot: Snapshot
    of_team: bool
    parent_id: UUID | None
    address: str | None
    """Of the restic repository that it lies in; none for our own."""


async def listed(work: Work, wanted: Filter, team_id: UUID | None, cursor: str | None, limit: int) -> Page[Shown]:
    """Those of the caller and his teams; or of one team alone."""
    own = [await access.owner_id(work, team_id)] if team_id else await access.mine(work)
    found = await snapshots.page(work.tx, replace(wanted, repositories=own), read_cursor(cursor), limit)
    page = cut(found, limit, lambda snapshot: (snapshot.created_at, snapshot.id))
    return Page(await _all_shown(work, page.items), page.next_cursor)


async def one(work: Work, snapshot_id: UUID) -> tuple[Shown, list[SnapshotRestore]]:
    found = await access.snapshot(work, snapshot_id)
    latest = await restores.page(work.tx, found.id, None, RESTORES_SHOWN)
    return await shown(work, found), list(latest[:RESTORES_SHOWN])


async def shown(work: Work, found: Snapshot) -> Shown:
    return (await _all_shown(work, [found]))[0]


async def restores_of(work: Work, snapshot_id: UUID, cursor: str | None, limit: int) -> Page[SnapshotRestore]:
    snapshot = await access.snapshot(work, snapshot_id)
    found = await restores.page(work.tx, snapshot.id, read_cursor(cursor), limit)
    return cut(found, limit, lambda restore: (restore.created_at, restore.id))


async def cancel(work: Work, snapshot_id: UUID) -> Shown:
    """One that waits, or that is silent, is over at once; one that is being made is told at its next word."""
    snapshot = await access.snapshot(work, snapshot_id)
    if snapshot.state not in OPEN:
        raise NotUnderWay(f"This snapshot is {snapshot.state}.")
    if snapshot.state == "queued" or work.now - snapshot.heard_at > SILENT_AFTER:
        return await shown(work, await ending.fail(work, snapshot, ending.STOPPED))
    asked = await snapshots.move(work.tx, snapshot.id, OPEN, {"cancel_requested": True})
    await telling.of_snapshot(work, asked or snapshot)
    return await shown(work, asked or snapshot)


async def cancel_restore(work: Work, restore_id: UUID) -> SnapshotRestore:
    restore = await access.restore(work, restore_id)
    if restore.state not in RESTORE_OPEN:
        raise NotUnderWay(f"This restore is {restore.state}.")
    snapshot = await access.snapshot(work, restore.snapshot_id)
    if restore.state == "queued" or work.now - restore.heard_at > SILENT_AFTER:
        return await ending.fail_restore(work, restore, snapshot, ending.STOPPED)
    asked = await restores.move(work.tx, restore.id, RESTORE_OPEN, {"cancel_requested": True}) or restore
    await telling.of_restore(work, asked, snapshot)
    return asked


async def _all_shown(work: Work, found: Sequence[Snapshot]) -> list[Shown]:
    parents = await snapshots.parents(work.tx, found)
    places = await restic.addresses(work.tx, [each.restic_id for each in found if each.restic_id])
    return [
        Shown(
            each,
            each.repository_id != work.caller.user_id,
            parents.get(each.id),
            places.get(each.restic_id) if each.restic_id else None,
        )
        for each in found
    ]
