"""Takes away what no snapshot needs, in two phases, beside writers and whatever is killed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from dumont.snapstore.blobs import Blobs, Found
from dumont.snapstore.errors import Damaged, Unreadable
from dumont.snapstore.index import learn, put_index
from dumont.snapstore.mending import mend
from dumont.snapstore.model import index_object, pack_object
from dumont.snapstore.repository import Repository
from dumont.snapstore.thinning import Limits, Thin, thin_packs
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
    thinned: int = 0
    """Packs marked as thin: the next snapshots send again what is needed of them, and need them no more."""
    thinned_bytes: int = 0
    """Of these, what nobody needs."""
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
    thin: bool = False
    """Its packs are needed: it only tells writers to count on them no more, and nothing is deleted by it."""


class Prunable(Protocol):
    """As much of a repository as deleting in two phases takes."""

    @property
    def blobs(self) -> Blobs: ...

    def needed(self, track: Track) -> set[str]:
        """Packs; raises where it is not known of one manifest."""
        ...

    def untell(self, packs: Sequence[str]) -> None:
        """Of these no index tells any more, where that takes no more than what is there."""
        ...


class Opened:
    """With the key, if it takes one."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.blobs: Blobs = repository.blobs

    def needed(self, track: Track) -> set[str]:
        return needed_packs(self._repository, track)

    def untell(self, packs: Sequence[str]) -> None:
        """An index without them, then the old ones go."""
        blobs, sealer = self._repository.blobs, self._repository.sealer
        learned = learn(blobs, sealer, with_orphans=False)
        if not any(pack in learned.known.packs for pack in packs):
            return
        left = list(learned.known.without(packs).packs.values())
        kept = put_index(blobs, sealer, left) if left else ""
        for name in learned.names:
            if name != kept and name not in learned.damaged:
                blobs.delete(index_object(name))


def prune(repository: Repository, track: Track, grace: float = GRACE, limits: Limits = Limits()) -> PruneReport:
    """First sweeps what was doomed long ago, then dooms anew, with no grace both at once; then marks what has become
    thin, and mends the indexes."""
    report = in_two_phases(Opened(repository), track, grace)
    thinned = _thin(repository, limits, track)
    doomed = {pack for mark in marks(repository.blobs) if not mark.thin for pack in mark.packs}
    mended = mend(repository, track, doomed)
    wasted = sum(one.size - one.needed for one in thinned)
    return report._replace(thinned=len(thinned), thinned_bytes=wasted, mended=mended.indexes, indexed=mended.packs)


def in_two_phases(of: Prunable, track: Track, grace: float) -> PruneReport:
    first = sweep_of(of, track, grace)
    marked = doom_of(of, track)
    last = sweep_of(of, track, grace) if grace <= 0 else PruneReport(waiting=first.waiting + bool(marked.doomed))
    return PruneReport(
        marked.doomed,
        marked.doomed_bytes,
        first.deleted + last.deleted,
        first.deleted_bytes + last.deleted_bytes,
        last.waiting,
        marked.spared,
    )


def doom(repository: Repository, track: Track) -> PruneReport:
    return doom_of(Opened(repository), track)


def sweep(repository: Repository, track: Track, grace: float = GRACE) -> PruneReport:
    return sweep_of(Opened(repository), track, grace)


def doom_of(of: Prunable, track: Track) -> PruneReport:
    track.stage("doom")
    blobs = of.blobs
    now = store_time(blobs)
    busy = any(now - found.modified < WRITER_LIVES for found in blobs.list("writers/"))
    packs = list(blobs.list("packs/"))
    marked = {pack for mark in marks(blobs) if not mark.thin for pack in mark.packs}
    needed = of.needed(track)
    unneeded = [found for found in packs if (name := _short(found)) not in needed and name not in marked]
    dead = [found for found in unneeded if not (busy and now - found.modified < WRITER_LIVES * 24)]
    if dead:
        _mark_all(blobs, [_short(found) for found in dead])
    return PruneReport(len(dead), sum(found.size for found in dead), spared=len(unneeded) - len(dead))


def sweep_of(of: Prunable, track: Track, grace: float = GRACE) -> PruneReport:
    track.stage("sweep")
    blobs = of.blobs
    now, deleted, freed, waiting = store_time(blobs), 0, 0, 0
    _bury_writers(blobs, now)
    for mark in marks(blobs):
        track.check()
        if mark.thin:
            _forget_if_over(blobs, mark)
            continue
        if mark.writers is None:  # whoever doomed was killed between its two puts
            writers = _writers(blobs)
            _put_mark(blobs, mark.name, mark.packs, writers)
            mark = mark._replace(writers=writers, modified=now)  # noqa: PLW2901
        if now - mark.modified < grace or _held_up(blobs, mark, now):
            waiting += 1
            continue
        gone = _take_away(of, mark, track)
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


def marks(blobs: Blobs) -> list[Mark]:
    found = [(found, blobs.get(found.name)) for found in list(blobs.list("doomed/"))]
    return [_mark(one, data) for one, data in found]


def store_time(blobs: Blobs) -> float:
    """What the store's clock says: nobody else's counts."""
    name = "writers/" + os.urandom(16).hex()
    blobs.put(name, [b'{"host": "", "since": ""}'])
    found = blobs.find(name)
    blobs.delete(name)
    if found is None:
        raise Unreadable(
            "The store does not keep what it is given.", "Check the store: a written object was not there."
        )
    return found.modified


def _take_away(of: Prunable, mark: Mark, track: Track) -> list[Found]:
    """Out of the indexes, then the packs, then the mark."""
    blobs = of.blobs
    needed = of.needed(track)
    dead = [pack for pack in mark.packs if pack not in needed]
    of.untell(dead)
    gone = [found for pack in dead if (found := blobs.find(pack_object(pack)))]
    for found in gone:
        track.check()
        blobs.delete(found.name)
    blobs.delete(mark.name)
    return gone


def _thin(repository: Repository, limits: Limits, track: Track) -> list[Thin]:
    """Not beside a writer, which would have to begin again. One that begins meanwhile finds out before its manifest."""
    blobs = repository.blobs
    now = store_time(blobs)
    if any(now - found.modified < WRITER_LIVES for found in blobs.list("writers/")):
        return []
    found = thin_packs(repository, limits, {pack for mark in marks(blobs) for pack in mark.packs}, track)
    if found:
        _mark_all(blobs, [one.pack for one in found], thin=True)
    return found


def _forget_if_over(blobs: Blobs, mark: Mark) -> None:
    """When its last pack is gone, as each of them goes when nobody needs it any more."""
    if not any(blobs.find(pack_object(pack)) for pack in mark.packs):
        blobs.delete(mark.name)


def _bury_writers(blobs: Blobs, now: float) -> None:
    for found in list(blobs.list("writers/")):
        if now - found.modified > BURIED:
            blobs.delete(found.name)


def _held_up(blobs: Blobs, mark: Mark, now: float) -> bool:
    live = {found.name for found in blobs.list("writers/") if now - found.modified < WRITER_LIVES}
    return not live.isdisjoint(mark.writers or ())


def _writers(blobs: Blobs) -> list[str]:
    return [found.name for found in blobs.list("writers/")]


def _mark_all(blobs: Blobs, packs: Sequence[str], *, thin: bool = False) -> None:
    """Once so that new writers see it, and once more with those who may not have seen it."""
    name = "doomed/" + os.urandom(16).hex()
    _put_mark(blobs, name, packs, None, thin=thin)
    _put_mark(blobs, name, packs, _writers(blobs), thin=thin)


def _put_mark(
    blobs: Blobs, name: str, packs: Sequence[str], writers: Sequence[str] | None, *, thin: bool = False
) -> None:
    said: dict[str, Any] = {"packs": list(packs), "writers": None if writers is None else list(writers)}
    if thin:
        said["thin"] = True
    blobs.put(name, [json.dumps(said).encode()])


def _mark(found: Found, data: bytes) -> Mark:
    try:
        said: dict[str, Any] = json.loads(data)
        writers = said["writers"]
        return Mark(
            found.name,
            found.modified,
            [str(pack) for pack in said["packs"]],
            None if writers is None else [str(name) for name in writers],
            said.get("thin") is True,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{found.name} can't be read.", "Delete it: what it marks is found again.") from error


def _short(found: Found) -> str:
    return found.name.rpartition("/")[2]
