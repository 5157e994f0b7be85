"""Long work on one repository, as a job: only one at a time, shown while it goes on, and stopped when asked to."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from dumont.basics.errors import Failure
from dumont.platform.jobs.errors import Cancelled
from dumont.platform.jobs.port import Run
from dumont.platform.work import Work
from dumont.snapshots import metrics, telling
from dumont.snapshots.rules.states import Task
from dumont.snapshots.store import repositories
from dumont.snapshots.stores import asked
from dumont.snapstore.track import Progress, Track

T = TypeVar("T")
LOOK_SECONDS = 0.5
TASK_HOURS_MAX = timedelta(hours=12)
WRITE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Held:
    """A repository that is this job's to work on."""

    run: Run
    repository_id: UUID
    task: Task


async def take_up(held: Held) -> bool:
    """False where there is no such repository, or another task is under way."""
    async with held.run.work() as work:
        return await repositories.take_up(work.tx, held.repository_id, held.task, held.run.id, work.now)


async def lay_down(held: Held) -> None:
    async with held.run.work() as work:
        await repositories.lay_down(work.tx, held.repository_id, held.run.id)
        await _tell(work, held.repository_id)


async def tell(held: Held) -> None:
    async with held.run.work() as work:
        await _tell(work, held.repository_id)


async def learn(held: Held, values: Callable[[Any], dict[str, Any]]) -> None:
    """`values` is given the moment at which they are written."""
    async with held.run.work() as work:
        await repositories.learn(work.tx, held.repository_id, values(work.now))


async def doing(held: Held, act: Callable[[Track], T]) -> T:
    """Blocking work in a thread. Its progress is the job's, and the job's end is its end."""
    track, began = Track(), time.monotonic()
    work = asyncio.create_task(held.run.in_thread(asked, lambda: act(track)))
    written = -WRITE_SECONDS
    try:
        while not (await asyncio.wait({work}, timeout=LOOK_SECONDS))[0]:
            now = track.now()
            await held.run.progress(now.files, now.files_total or None, unit="objects", stage=now.stage)
            if time.monotonic() - written >= WRITE_SECONDS:
                written = time.monotonic()
                await _show(held, now)
        result: T = await work
    except BaseException as error:
        track.cancel()
        await asyncio.wait({work})
        outcome = "cancelled" if isinstance(error, Cancelled | asyncio.CancelledError) else "failed"
        metrics.TASK_SECONDS.labels(held.task, outcome).observe(time.monotonic() - began)
        raise
    metrics.TASK_SECONDS.labels(held.task, "ok").observe(time.monotonic() - began)
    return result


def told(failure: Failure) -> dict[str, str | None]:
    return {"code": failure.code, "message": failure.message, "hint": failure.hint}


async def _show(held: Held, now: Progress) -> None:
    shown = {"stage": now.stage, "done": float(now.files), "total": float(now.files_total) or None, "unit": "objects"}
    async with held.run.work() as work:
        await repositories.learn(work.tx, held.repository_id, {"task_progress": shown})
        await _tell(work, held.repository_id)


async def _tell(work: Work, repository_id: UUID) -> None:
    repository = await repositories.one(work.tx, repository_id)
    if repository is not None:
        await telling.of_repository(work, repository)
