"""Counts what a repository takes, and what of it only one snapshot needs: what is freed without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel

from dumont.platform.jobs.port import Job, Run
from dumont.snapshots import telling
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.stores import Stores, asked
from dumont.snapstore import errors
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.model import Manifest
from dumont.snapstore.repository import open_repository

SHARED = -1


class Repositories(BaseModel):
    repository_id: UUID


@dataclass(frozen=True, slots=True)
class Measured:
    packs: int
    stored_bytes: int
    unique: Mapping[UUID, int]


async def measure(run: Run, args: Repositories) -> dict[str, int]:
    async with run.work() as work:
        found = await snapshots.complete_ones(work.tx, [args.repository_id])
    manifests = {snapshot.id: snapshot.manifest or "" for snapshot in found}
    blobs = run.part(Stores).blobs(args.repository_id)
    known = await run.in_thread(asked, lambda: measured(blobs, manifests))
    async with run.work() as work:
        await snapshots.note_unique(work.tx, dict(known.unique))
        values = {"packs": known.packs, "stored_bytes": known.stored_bytes, "measured_at": work.now}
        await repositories.learn(work.tx, args.repository_id, values)
        repository = await repositories.one(work.tx, args.repository_id)
        if repository is not None:
            await telling.of_repository(work, repository)
    return {"packs": known.packs, "stored_bytes": known.stored_bytes}


def measured(blobs: Blobs, manifests: Mapping[UUID, str]) -> Measured:
    """Blocking. What can't be read counts for nothing: of an encrypted repository only the whole is known."""
    sizes = {found.name: found.size for found in blobs.list("")}
    packs = sum(name.startswith("packs/") for name in sizes)
    try:
        unique = _unique(blobs, manifests) if manifests else {}
    except errors.KeyNeeded:
        unique = {}
    return Measured(packs, sum(sizes.values()), unique)


def _unique(blobs: Blobs, manifests: Mapping[UUID, str]) -> dict[UUID, int]:
    repository = open_repository(blobs)
    owners: dict[bytes, int] = {}
    sizes: list[int] = [0] * len(manifests)
    stored: dict[bytes, int] = {}
    for number, name in enumerate(manifests.values()):
        try:
            _count(repository.load(name), number, owners, stored)
        except (errors.Missing, errors.Damaged):
            continue
    for chunk, owner in owners.items():
        if owner != SHARED:
            sizes[owner] += stored[chunk]
    return dict(zip(manifests, sizes, strict=True))


def _count(manifest: Manifest, number: int, owners: dict[bytes, int], stored: dict[bytes, int]) -> None:
    for chunk in range(manifest.chunks()):
        identity = manifest.id_of(chunk)
        if owners.setdefault(identity, number) != number:
            owners[identity] = SHARED
        stored[identity] = manifest.chunk_stored[chunk]


MEASURE = Job(
    "snapshots.measure",
    measure,
    args=Repositories,
    key=lambda args: f"snapshots.measure:{args.repository_id}",
)
