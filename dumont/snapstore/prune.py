"""Takes away what no snapshot needs, in two phases, beside writers and whatever is killed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from dumont.snapstore.blobs import Found
from dumont.snapstore.errors import Damaged, Unreadable
from dumont.snapstore.index import learn, put_index
from dumont.snapstore.mending import mend
from dumont.snapstore.model import index_object, pack_object
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track

GRACE = 24 * 3600.0
WRITER_LIVES = 3600.0
"""A writer that has not said anything for so long is dead. They say it every five minutes."""
BURIED = 7 * 24 * 3600.0
"""After so long its sign is taken away."""


class PruneReport(NamedTuple):
    doomed: int = 0
    """Packs marked now; they go when the grace is over."""
    doomed_bytes: int = 0
    deleted: int = 0
    deleted_bytes: int = 0
    waiting: int = 0
    """Marks whose time has not come, or that a running snapshot holds up."""
    spared: int = 0
    """Packs that nobody needs yet: they are young, and somebody was writing within the last hour, or died of it."""
    mended: int = 0
    """Damaged indexes in whose place a new one was put."""
    indexed: int = 0
    """Packs that no index told of before."""


class Mark(NamedTuple):
    """What was doomed, when by the store's clock, and who was writing then."""

    name: str
    modified: float
    packs: Sequence[str]
    writers: Sequence[str] | None


def prune(repository: Repository, track: Track, grace: float = GRACE) -> PruneReport:
    """First sweeps what was doomed long ago, then dooms anew, with no grace both at once; then mends the indexes."""
    first = sweep(repository, track, grace)
    marked = doom(repository, track)
    last = sweep(repository, track, grace) if grace <= 0 else PruneReport(waiting=first.waiting + bool(marked.doomed))
    mended = mend(repository, track, {pack for mark in marks(repository) for pack in mark.packs})
    return PruneReport(
        marked.doomed,
        marked.doomed_bytes,
        first.deleted + last.deleted,
        first.deleted_bytes + last.deleted_bytes,
        last.waiting,
        marked.spared,
        mended.indexes,
        mended.packs,
    )


def doom(repository: Repository, track: Track) -> PruneReport:
    track.stage("doom")
    blobs = repository.blobs
    now = store_time(repository)
    busy = any(now - found.modified < WRITER_LIVES for found in blobs.list("writers/"))
    packs = list(blobs.list("packs/"))
    marked = {pack for mark in marks(repository) for pack in mark.packs}
    needed = needed_packs(repository, track)
    unneeded = [found for found in packs if (name := _short(found)) not in needed and name not in marked]
    dead = [found for found in unneeded if not (busy and now - found.modified < WRITER_LIVES * 24)]
    if dead:
        name = "doomed/" + os.urandom(16).hex()
        _put_mark(repository, name, [_short(found) for found in dead], None)
        _put_mark(repository, name, [_short(found) for found in dead], _writers(repository))
    return PruneReport(len(dead), sum(found.size for found in dead), spared=len(unneeded) - len(dead))


def sweep(repository: Repository, track: Track, grace: float = GRACE) -> PruneReport:
    track.stage("sweep")
    now, deleted, freed, waiting = store_time(repository), 0, 0, 0
    _bury_writers(repository, now)
    for mark in marks(repository):
        track.check()
        if mark.writers is None:  # whoever doomed was killed between its two puts
            writers = _writers(repository)
            _put_mark(repository, mark.name, mark.packs, writers)
            mark = mark._replace(writers=writers, modified=now)  # noqa: PLW2901
        if now - mark.modified < grace or _held_up(repository, mark, now):
            waiting += 1
            continue
        gone = _take_away(repository, mark, track)
        deleted, freed = deleted + len(gone), freed + sum(found.size for found in gone)
    return PruneReport(deleted=deleted, deleted_bytes=freed, waiting=waiting)


def needed_packs(repository: Repository, track: Track) -> set[str]:
    """Raises where one manifest can't be read: what it needs is unknown, so nothing may go."""
    needed: set[str] = set()
    for name in repository.names():
        track.check()
        try:
            needed.update(pack.hex() for pack in repository.load(name).pack_names)
        except Damaged as error:
            error.hint = f"What it needs is unknown, so nothing is deleted: forget {name}, or put its object back."
            raise
    return needed


def marks(repository: Repository) -> list[Mark]:
    found = [(found, repository.blobs.get(found.name)) for found in list(repository.blobs.list("doomed/"))]
    return [_mark(one, data) for one, data in found]


def store_time(repository: Repository) -> float:
    """What the store's clock says: nobody else's counts."""
    name = "writers/" + os.urandom(16).hex()
    repository.blobs.put(name, [b'{"host": "", "since": ""}'])
    found = repository.blobs.find(name)
    repository.blobs.delete(name)
    if found is None:
        raise Unreadable(
            "The store does not keep what it is given.", "Check the store: a written object was not there."
        )
    return found.modified


def _take_away(repository: Repository, mark: Mark, track: Track) -> list[Found]:
    """An index without the dead, then the old indexes, then the packs, then the mark."""
    blobs = repository.blobs
    needed = needed_packs(repository, track)
    dead = [pack for pack in mark.packs if pack not in needed]
    learned = learn(blobs, repository.sealer, with_orphans=False)
    if any(pack in learned.known.packs for pack in dead):
        left = list(learned.known.without(dead).packs.values())
        kept = put_index(blobs, repository.sealer, left) if left else ""
        for name in learned.names:
            if name != kept and name not in learned.damaged:
                blobs.delete(index_object(name))
    gone = [found for pack in dead if (found := blobs.find(pack_object(pack)))]
    for found in gone:
        track.check()
        blobs.delete(found.name)
    blobs.delete(mark.name)
    return gone


def _bury_writers(repository: Repository, now: float) -> None:
    for found in list(repository.blobs.list("writers/")):
        if now - found.modified > BURIED:
            repository.blobs.delete(found.name)


def _held_up(repository: Repository, mark: Mark, now: float) -> bool:
    live = {found.name for found in repository.blobs.list("writers/") if now - found.modified < WRITER_LIVES}
    return not live.isdisjoint(mark.writers or ())


def _writers(repository: Repository) -> list[str]:
    return [found.name for found in repository.blobs.list("writers/")]


def _put_mark(repository: Repository, name: str, packs: Sequence[str], writers: Sequence[str] | None) -> None:
    said = {"packs": list(packs), "writers": None if writers is None else list(writers)}
    repository.blobs.put(name, [json.dumps(said).encode()])


def _mark(found: Found, data: bytes) -> Mark:
    try:
        said: dict[str, Any] = json.loads(data)
        writers = said["writers"]
        return Mark(
            found.name,
            found.modified,
            [str(pack) for pack in said["packs"]],
            None if writers is None else [str(name) for name in writers],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{found.name} can't be read.", "Delete it: what it marks is found again.") from error


def _short(found: Found) -> str:
    return found.name.rpartition("/")[2]
