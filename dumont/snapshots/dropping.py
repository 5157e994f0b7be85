"""Drops: what a machine may write while nobody can be asked, and how that comes into the book when somebody is back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from dumont.basics import ids
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work
from dumont.snapshots import telling
from dumont.snapshots.on_behalf import Owner
from dumont.snapshots.rules import names
from dumont.snapshots.starting import Wish
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.stores import Stores
from dumont.snapshots.tables import Snapshot
from dumont.snapshots.verifying import VERIFY, Which
from dumont.snapstore import alone, errors, repository
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.blobs.drop import BOOK, slot
from dumont.snapstore.surroundings import moment_of
from dumont.snapstore.unread import MOST_LETTERS, NAMED

SECONDS = 3 * 24 * 3600
"""So long addresses are good; they are renewed long before."""
NotWhole = errors.Damaged
FIGURES = ("files", "bytes", "new_bytes", "unread")
SLOTS = 1024
"""A pack each: some 32 GB of what has changed, compressed."""


@dataclass(frozen=True, slots=True)
class Book:
    """What lies in a drop; `objects` are slot and size by name."""

    manifest: str
    began: datetime | None
    objects: Mapping[str, tuple[str, int]]
    figures: Mapping[str, int]
    unread_names: tuple[str, ...] = ()


def lend(stores: Stores, repository_id: UUID, drop: UUID, parent: str | None, *, near: bool) -> dict[str, Any] | None:
    """Blocking. `near` is a machine of this computer. None where nothing can be lent: the store is behind our own door,
    or the repository is encrypted, and its key with its owner."""
    presigner = stores.presigner(repository_id)
    if (presigner is None and not near) or not _is_plain(stores.blobs(repository_id)):
        return None
    wanted = alone.reads_of(parent)
    if presigner is None:
        folder = stores.folder(repository_id)
        reads = {name: (folder / name).as_uri() for name in wanted}
        return {"reads": reads, "slots": {"folder": str(Path(folder, _folder(drop)))}, "parent": parent}
    reads = {name: presigner.url("GET", name, SECONDS) for name in wanted}
    urls = [presigner.url("PUT", f"{_folder(drop)}/{slot(number)}", SECONDS) for number in range(SLOTS + 1)]
    before, _mark, rest = urls[0].rpartition(f"/{BOOK}?")
    after = "?" + rest.rpartition("=")[0] + "="
    proofs = [url.rpartition("=")[2] for url in urls]
    return {"reads": reads, "slots": {"before": f"{before}/", "after": after, "proofs": proofs}, "parent": parent}


def find(blobs: Blobs, drop: UUID) -> Book | None:
    """Blocking. None where its machine never came to the end of it."""
    try:
        return _read(json.loads(blobs.get(f"{_folder(drop)}/{BOOK}")))
    except errors.Missing:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise errors.Damaged("The book of a drop can't be read.") from error


def move(blobs: Blobs, drop: UUID, book: Book) -> None:
    """Blocking. To where they belong, the manifest last; what is there already is left alone. Again is no harm."""
    for name, (where, size) in sorted(book.objects.items(), key=lambda item: item[0].startswith("snapshots/")):
        there = blobs.find(name)
        if there is not None and there.size == size:
            continue
        data = blobs.get(f"{_folder(drop)}/{where}")
        if len(data) != size:
            raise errors.Damaged(f"{name} is not as long in its drop as the book says.")
        blobs.put(name, [data])


def clear(blobs: Blobs, drop: UUID) -> None:
    """Blocking."""
    for found in list(blobs.list(f"{_folder(drop)}/")):
        blobs.delete(found.name)


async def adopt(work: Work, jobs: Jobs, owner: Owner, wish: Wish, book: Book) -> Snapshot:
    """What was moved is a snapshot like any other: looked for in the store, and complete when all of it is there."""
    await repositories.ensure(work.tx, owner.id, team=owner.of_team, now=work.now)
    known = await snapshots.by_manifest(work.tx, owner.id, book.manifest)
    if known is not None:
        return known
    snapshot = Snapshot(
        id=ids.new(work.now, work.random),
        repository_id=owner.id,
        created_by=owner.user_id,
        instance_id=wish.instance_id,
        label=wish.named[:200],
        state="verifying",
        manifest=book.manifest,
        root=wish.path,
        tags=list(wish.tags),
        created_at=work.now if book.began is None else min(work.now, book.began),
        began_at=book.began,
        heard_at=work.now,
        unread_names=list(book.unread_names),
        **book.figures,
    )
    await snapshots.add(work.tx, snapshot)
    await jobs.enqueue(work, VERIFY, Which(snapshot_id=snapshot.id))
    await telling.of_snapshot(work, snapshot)
    return snapshot


def _is_plain(blobs: Blobs) -> bool:
    """Of a repository that is made here if it is not there yet: a machine alone can't."""
    try:
        return repository.open_repository(blobs).config.lock is None
    except errors.KeyNeeded:
        return False
    except errors.Missing:
        try:
            repository.create(blobs)
        except errors.Exists:  # somebody was quicker
            return _is_plain(blobs)
        return True


def _folder(drop: UUID) -> str:
    return f"drops/{drop.hex}"


def _read(said: Mapping[str, Any]) -> Book:
    objects = {str(name): (str(each["slot"]), int(each["size"])) for name, each in said["objects"].items()}
    for name, (where, size) in objects.items():
        if not names.may_put(name, size) or name == names.CONFIG or "/" in where:
            raise ValueError(f"{name} is nothing that a machine may write")
    manifest = str(said["manifest"])
    if f"snapshots/{manifest}" not in objects:
        raise ValueError("the manifest is not in it")
    figures = {name: int(said[name]) for name in FIGURES if said.get(name) is not None}
    began = moment_of(said["began"]) if said.get("began") else None
    unread = tuple(str(name).replace("\0", "")[:MOST_LETTERS] for name in said.get("unread_names", ())[:NAMED])
    return Book(manifest, began, objects, figures, unread)
