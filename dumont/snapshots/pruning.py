"""Prunes a repository as a job: rules of keeping first, then what can no longer be had back, then unneeded packs."""

import contextlib
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from dumont.basics.errors import Conflict, Failure, NotFound, Unavailable
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.errors import LeaseLost
from dumont.platform.jobs.port import Job, Run
from dumont.platform.jobs.retry import growing
from dumont.snapshots import deleting, ending, keeping, metrics, tasks, unreported
from dumont.snapshots.measuring import MEASURE, Repositories
from dumont.snapshots.standing import Standing
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.stores import Stores, asked
from dumont.snapshots.tasks import TASK_HOURS_MAX, Held
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.errors import KeyNeeded
from dumont.snapstore.model import snapshot_object
from dumont.snapstore.prune import PruneReport, prune
from dumont.snapstore.repository import open_repository
from dumont.snapstore.sealed_prune import Needs, prune_sealed
from dumont.snapstore.track import Track

HOUR = 3600


class Wanted(BaseModel):
    repository_id: UUID


async def prune_repository(run: Run, args: Wanted) -> dict[str, Any]:
    held = Held(run, args.repository_id, "prune")
    if not await tasks.take_up(held):
        raise Unavailable("Something else is being done with this repository.", code="repository_busy")
    began, manifests = time.monotonic(), 0
    blobs = run.part(Stores).blobs(args.repository_id)
    try:
        grace = await _delete_overdue(held)
        manifests = await _purge(held, blobs) + await _forget_unreported(held, blobs, grace)
        if await _is_left(held):
            return await _emptied(held, blobs)
        needs = await _needs(held)
        report = await tasks.doing(held, lambda track: _pruned(blobs, track, grace, needs))
        result = _told(report, manifests)
    except (Conflict, NotFound) as failure:
        result = _failed(failure, manifests)
    finally:
        with contextlib.suppress(LeaseLost):
            await tasks.lay_down(held)
    result["seconds"] = round(time.monotonic() - began, 3)
    metrics.FREED.inc(result["freed_bytes"])
    await tasks.learn(held, lambda now: {"pruned_at": now, "prune_result": result})
    await tasks.tell(held)
    async with run.work() as work:
        await run.part(Jobs).enqueue(work, MEASURE, Repositories(repository_id=args.repository_id))
    return {name: result[name] for name in ("manifests", "doomed_packs", "freed_packs", "freed_bytes")}


async def _delete_overdue(held: Held) -> float:
    """The seconds of grace."""
    async with held.run.work() as work:
        for snapshot in await keeping.overdue(work, held.run.part(Standing), held.repository_id):
            await deleting.mark(work, snapshot, "retention")
        return work.settings.snapshots_grace_hours * HOUR


async def _purge(held: Held, blobs: Blobs) -> int:
    """The moment that is written in each row is the intent; taking out a manifest twice does no harm."""
    done = 0
    while True:
        async with held.run.work() as work:
            due = await snapshots.to_purge(work.tx, held.repository_id, work.now)
        if not due:
            return done
        names = tuple(each.manifest or "" for each in due if each.restic_id is None)
        await held.run.in_thread(asked, lambda names=names: _forget(blobs, names))
        async with held.run.work() as work:
            await snapshots.purged(work.tx, [each.id for each in due], work.now)
        done += len(due)
        await held.run.progress(done, unit="manifests", stage="deleting")


async def _forget_unreported(held: Held, blobs: Blobs, grace: float) -> int:
    """What the store holds is looked at before the book, so that whatever is told meanwhile is known."""
    manifests = await held.run.in_thread(asked, lambda: unreported.listed(blobs))
    async with held.run.work() as work:
        rows = await snapshots.all_made(work.tx, held.repository_id)
        grant = work.settings.snapshots_grant_seconds
        made = unreported.makings((row for row in rows if row.state not in ending.MAKING), work.now, grant)
    named = (row.manifest for row in rows if row.manifest is not None and row.state != "failed")
    names = unreported.unreported(manifests, named, made, grant + grace)
    await held.run.in_thread(asked, lambda: _forget(blobs, names))
    return len(names)


async def _is_left(held: Held) -> bool:
    """Nobody's, without a snapshot that could be had back, and without an instance that may still save there."""
    async with held.run.work() as work:
        nobodys = await repositories.is_nobodys(work.tx, held.repository_id)
        if nobodys and await held.run.part(Standing).of(work.tx, held.repository_id):
            return False
        return nobodys and not await snapshots.in_store(work.tx, held.repository_id)


async def _emptied(held: Held, blobs: Blobs) -> dict[str, Any]:
    """Without a key. The row is the intent, so it goes last."""
    gone = await tasks.doing(held, lambda track: _empty(blobs, track))
    async with held.run.work() as work:
        await repositories.forget(work.tx, held.repository_id)
    return {"objects": gone}


def _empty(blobs: Blobs, track: Track) -> int:
    track.stage("empty")
    names = [found.name for found in blobs.list("")]
    for name in names:
        blobs.delete(name)
        track.add(files=1)
    return len(names)


def _forget(blobs: Blobs, manifests: Sequence[str]) -> None:
    """Without the repository's key: a manifest's name is all that it takes."""
    for name in manifests:
        blobs.delete(snapshot_object(name))


async def _needs(held: Held) -> Needs:
    """What was told of the packs of snapshots, whatever has become of them: for a repository without its key here."""
    async with held.run.work() as work:
        found = await snapshots.with_packs(work.tx, held.repository_id)
    return {each.manifest: each.packs for each in found if each.manifest is not None}


def _pruned(blobs: Blobs, track: Track, grace: float, needs: Needs) -> PruneReport:
    try:
        repository = open_repository(blobs)
    except KeyNeeded:
        return prune_sealed(blobs, needs, track, grace)
    return prune(repository, track, grace)


def _told(report: PruneReport, manifests: int) -> dict[str, Any]:
    return {
        "manifests": manifests,
        "doomed_packs": report.doomed,
        "doomed_bytes": report.doomed_bytes,
        "freed_packs": report.deleted,
        "freed_bytes": report.deleted_bytes,
        "mended_indexes": report.mended,
    }


def _failed(failure: Failure, manifests: int) -> dict[str, Any]:
    """What no other try can change, such as a key that the server does not have."""
    return {**_told(PruneReport(), manifests), "error": tasks.told(failure)}


PRUNE = Job(
    "snapshots.prune",
    prune_repository,
    args=Wanted,
    key=lambda args: f"snapshots.task:{args.repository_id}",
    deadline=TASK_HOURS_MAX,
    retry=growing(6, first_seconds=2),
)
