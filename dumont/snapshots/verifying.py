"""Looks whether what was reported complete is in the store: its manifest, and each of its packs with its size."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from dumont.basics.errors import Unavailable
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.port import Job, Run
from dumont.platform.jobs.retry import growing
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.snapshots import deleting, ending, granting, in_restic, metrics, restic, telling
from dumont.snapshots.ending import Why
from dumont.snapshots.in_restic import Seen
from dumont.snapshots.keeping import is_copy
from dumont.snapshots.measuring import MEASURE, Repositories
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.stores import Stores, failure_of
from dumont.snapshots.tables import Snapshot
from dumont.snapstore import errors, hashing
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.model import Kind, Manifest, pack_object, snapshot_object
from dumont.snapstore.repository import open_repository

ONE_BY_ONE_MAX = 64
"""More packs than this are looked up in one listing."""
AT_ONCE = 16
COUNTED_EVERY = timedelta(hours=1)
"""Where nothing but copies is made."""
ALIKE = Why("manifest_damaged", "Its manifest in the store is not what it is named by.")
NO_PACKS = Why(
    "packs_unknown",
    "It is encrypted, and whoever made it did not tell its packs.",
    "Make it with a newer version of the program.",
)


class Which(BaseModel):
    snapshot_id: UUID


async def verify(run: Run, args: Which) -> dict[str, Any]:
    async with run.work() as work:
        snapshot = await snapshots.one(work.tx, args.snapshot_id)
    if snapshot is None or snapshot.state != "verifying":
        return {"state": snapshot.state if snapshot else "gone"}
    began = time.monotonic()
    seen = await run.in_thread(_asked, await _look(run, snapshot))
    async with run.work() as work:
        state = await _apply(work, run.part(Jobs), snapshot, seen)
    metrics.TASK_SECONDS.labels("verify", state).observe(time.monotonic() - began)
    return {"state": state}


async def _look(run: Run, snapshot: Snapshot) -> Callable[[], Seen]:
    """How it is looked at, by where it lies."""
    name, packs = snapshot.manifest or "", snapshot.packs
    if snapshot.restic_id is None:
        blobs = run.part(Stores).blobs(snapshot.repository_id)
        return lambda: look(blobs, name, packs)
    async with run.work() as work:
        place = await restic.place_of(work.tx, run.part(Vault), snapshot.restic_id)
        opener = restic.Opener(place, work.settings.snapshots_private_addresses) if place is not None else None
    return lambda: in_restic.look(opener, snapshot)


def look(blobs: Blobs, name: str, told: Mapping[str, int] | None) -> Seen:
    """Blocking. Raises what trying again may change, and nothing else."""
    try:
        manifest, encrypted = _manifest(blobs, name)
    except errors.Missing as error:
        return Seen(False, why=Why("manifest_missing", error.message, "Run it again: nothing is sent twice."))
    except (errors.Damaged, errors.Unreadable) as error:
        return Seen(False, why=Why("manifest_damaged", error.message, error.hint or None))
    if manifest is None and told is None:
        return Seen(encrypted, why=NO_PACKS)
    packs = told if manifest is None else _packs_of(manifest)
    missing = _not_there(blobs, packs or {})
    if missing:
        message = f"{len(missing)} of {len(packs or {})} packs are not in the store, or not of their size."
        return Seen(encrypted, why=Why("pack_missing", message, "Run it again: what is there is not sent again."))
    return Seen(encrypted, _values(manifest) if manifest else {})


async def _apply(work: Work, jobs: Jobs, snapshot: Snapshot, seen: Seen) -> str:
    if snapshot.restic_id is None:
        await repositories.learn(work.tx, snapshot.repository_id, {"encrypted": seen.encrypted})
    if seen.why is not None:
        return (await ending.fail(work, snapshot, seen.why)).state
    known = {"state": "complete", "completed_at": work.now, "encrypted": seen.encrypted}
    known |= {} if seen.encrypted and snapshot.restic_id is None else {"packs": None}
    done = await snapshots.move(work.tx, snapshot.id, ("verifying",), {**known, **seen.values})
    if done is None:
        return "gone"
    await granting.end(work, snapshot_id=done.id)
    if done.restic_id is None and await _is_to_be_counted(work, done):
        await jobs.enqueue(work, MEASURE, Repositories(repository_id=done.repository_id))
    await telling.of_snapshot(work, done)
    metrics.ENDED.labels("snapshot", "complete").inc()
    if done.deleted_by is not None:  # whose it was is gone, and was to leave nothing
        return (await deleting.mark(work, done, "person")).state
    return done.state


async def _is_to_be_counted(work: Work, snapshot: Snapshot) -> bool:
    """That reads all manifests there are: not behind each of the copies that are made every minute."""
    repository = await repositories.one(work.tx, snapshot.repository_id) if is_copy(snapshot) else None
    counted = repository.measured_at if repository is not None else None
    return counted is None or work.now - counted >= COUNTED_EVERY


def _asked(function: Callable[[], Seen]) -> Seen:
    try:
        return function()
    except errors.SnapError as error:
        failure = failure_of(error)
        # Whatever a store says against us may be otherwise in a while: nothing is failed for it.
        raise failure if isinstance(failure, Unavailable) else Unavailable(error.message, code=error.code) from error


def _manifest(blobs: Blobs, name: str) -> tuple[Manifest | None, bool]:
    """None where it is encrypted: then only its name can be held against it."""
    try:
        return open_repository(blobs).load(name), False
    except errors.KeyNeeded:
        data = blobs.get(snapshot_object(name))
        if hashing.digest(data).hex() != name:
            raise errors.Damaged(ALIKE.message) from None
        return None, True


def _packs_of(manifest: Manifest) -> dict[str, int]:
    return {name.hex(): size for name, size in zip(manifest.pack_names, manifest.pack_sizes, strict=True)}


def _not_there(blobs: Blobs, packs: Mapping[str, int]) -> list[str]:
    if len(packs) > ONE_BY_ONE_MAX:
        listed = {found.name: found.size for found in blobs.list("packs/")}
        return [name for name, size in packs.items() if listed.get(pack_object(name)) != size]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: blobs.find(pack_object(name)), packs)
        return [name for name, one in zip(packs, found, strict=True) if one is None or one.size != packs[name]]


def _values(manifest: Manifest) -> dict[str, Any]:
    header = manifest.header
    return {
        "files": _count(kind for kind in manifest.kind if kind in (Kind.FILE, Kind.HARDLINK)),
        "bytes": manifest.tree_bytes(),
        "raw_bytes": sum(manifest.chunk_raw),
        "stored_bytes": sum(manifest.chunk_stored),
        "host": header.host[:200],
        "root": header.root[:8192],
        "parent": header.parent,
    }


def _count(things: Iterable[object]) -> int:
    return sum(1 for _ in things)


VERIFY = Job(
    "snapshots.verify",
    verify,
    args=Which,
    key=lambda args: f"snapshots.verify:{args.snapshot_id}",
    retry=growing(12, first_seconds=0.5, most_seconds=60),
)
