"""The doors into a snapshot: one folder of it, a file or a folder to save, and what differs from another one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request

from dumont.platform.http.doors import Door
from dumont.platform.http.fields import Line
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.snapshots import comparing, folders, looking
from dumont.snapshots.api.parts import SnapshotsRead, comparisons_of, tree_of
from dumont.snapshots.comparing import Sieve
from dumont.snapshots.folders import Entry
from dumont.snapshots.schemas.fields import PathQuery, SnapshotPath
from dumont.snapshots.schemas.trees import Change, Difference, DiffPage, FileEntry, Sizes
from dumont.snapshots.trees import Tree
from dumont.snapstore import paths
from dumont.snapstore.diff import Difference as Found
from dumont.snapstore.model import Kind

router = APIRouter(prefix="/snapshots", tags=["snapshots"], route_class=Door)
KINDS = {Kind.FILE: "file", Kind.FOLDER: "folder", Kind.SYMLINK: "link", Kind.HARDLINK: "hardlink"}
OtherPath = Annotated[UUID, Path(description="The snapshot to compare it with.")]
ChangeFilter = Annotated[Change | None, Query(description="Of this kind of change alone.")]
WordsFilter = Annotated[Line, Query(description="With this in their paths alone, in capitals or not.")]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/{snapshot_id:id}/files", summary="List a folder of a snapshot", responses=problems(404, 409, 503))
async def list_files(
    snapshot_id: SnapshotPath, work: SnapshotsRead, request: Request, paging: Paginated, path: PathQuery = ""
) -> Paged[FileEntry]:
    """What is directly in it, in the order of names."""
    tree = await tree_of(work, request, snapshot_id)
    folder = folders.entry_at(tree.manifest, path)
    page = folders.listed(tree.manifest, folder, paging.cursor, paging.limit)
    return paging.answer(page, lambda entry: _entry(tree, entry))


@router.get("/{snapshot_id:id}/diff/{other_id}", summary="Compare two snapshots", responses=problems(404, 409, 503))
async def diff_snapshots(
    snapshot_id: SnapshotPath,
    other_id: OtherPath,
    work: SnapshotsRead,
    request: Request,
    paging: Paginated,
    *,
    change: ChangeFilter = None,
    words: WordsFilter = "",
) -> DiffPage:
    """From the first to the second: files added, removed, changed. The totals are of all, whatever is asked for."""
    before, after = await looking.places(work, snapshot_id, other_id)
    await work.tx.commit()
    found = await comparisons_of(request).of(before, after)
    page = comparing.page(found, paging.cursor, paging.limit, Sieve(change, words))
    return DiffPage(
        **paging.answer(page, _difference).model_dump(),
        added=_sizes(found.of_kind("added"), "after"),
        removed=_sizes(found.of_kind("removed"), "before"),
        changed=_sizes(found.of_kind("changed"), "after"),
        attributes=len(found.of_kind("attributes")),
    )


def _entry(tree: Tree, entry: Entry) -> FileEntry:
    manifest, number = tree.manifest, entry.number
    kind = manifest.kind[number]
    source = manifest.same.get(number)
    points = manifest.links.get(number) if source is None else manifest.paths[source]
    return FileEntry.model_validate(
        {
            "name": paths.shown(entry.name),
            "path": paths.shown(entry.path),
            "kind": KINDS[Kind(kind)],
            "size": tree.totals[number] if source is None else manifest.size[source],
            "mode": f"{manifest.mode[number]:04o}",
            "uid": manifest.uid[number],
            "gid": manifest.gid[number],
            "modified_at": _moment(manifest.mtime[number]),
            "link": None if points is None else paths.shown(points),
            "entries": entry.end - number - 1 if kind == Kind.FOLDER else None,
        }
    )


def _difference(found: Found) -> Difference:
    shown: dict[str, Any] = {"path": paths.shown(found.path), "change": found.what, "kind": KINDS[Kind(found.kind)]}
    shown["bytes_before"] = None if found.what == "added" else found.before
    shown["bytes_after"] = None if found.what == "removed" else found.after
    return Difference.model_validate(shown)


def _sizes(found: Sequence[Found], side: Literal["before", "after"]) -> Sizes:
    files = [each for each in found if each.kind in (Kind.FILE, Kind.HARDLINK)]
    return Sizes(files=len(files), bytes=sum(getattr(each, side) for each in files))


def _moment(nanoseconds: int) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return EPOCH
