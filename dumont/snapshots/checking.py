"""Checks a repository as a job, and keeps what was found."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from dumont.basics.errors import Conflict, Failure, Unavailable
from dumont.platform.jobs.errors import LeaseLost
from dumont.platform.jobs.port import Job, Run
from dumont.platform.jobs.retry import growing
from dumont.snapshots import tasks
from dumont.snapshots.store import snapshots
from dumont.snapshots.stores import Stores
from dumont.snapshots.tasks import TASK_HOURS_MAX, Held
from dumont.snapstore import paths
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.check import CheckReport, Problem, check
from dumont.snapstore.errors import KeyNeeded
from dumont.snapstore.repository import open_repository
from dumont.snapstore.sealed_check import Needs, check_sealed
from dumont.snapstore.track import Track

PROBLEMS_KEPT, FILES_NAMED = 100, 3


class Wanted(BaseModel):
    repository_id: UUID
    read_data: bool = False


async def check_repository(run: Run, args: Wanted) -> dict[str, Any]:
    held = Held(run, args.repository_id, "check")
    if not await tasks.take_up(held):
        raise Unavailable("Something else is being done with this repository.", code="repository_busy")
    began = time.monotonic()
    blobs = run.part(Stores).blobs(args.repository_id)
    try:
        needs = await _needs(held)
        report, sealed = await tasks.doing(held, lambda track: _checked(blobs, track, needs, read_data=args.read_data))
        result = _told(report, read_data=args.read_data) | {"sealed": sealed}
    except Conflict as failure:
        result = _failed(failure, read_data=args.read_data)
    finally:
        with contextlib.suppress(LeaseLost):
            await tasks.lay_down(held)
    result["seconds"] = round(time.monotonic() - began, 3)
    await tasks.learn(held, lambda now: {"checked_at": now, "check_result": result})
    await tasks.tell(held)
    return {"ok": result["ok"], "problems": len(result["problems"])}


async def _needs(held: Held) -> dict[str, Mapping[str, int] | None]:
    """What was told of the packs of snapshots, by their manifests."""
    async with held.run.work() as work:
        found = await snapshots.in_store(work.tx, held.repository_id)
    return {each.manifest: each.packs for each in found if each.manifest is not None}


def _checked(blobs: Blobs, track: Track, needs: Needs, *, read_data: bool) -> tuple[CheckReport, bool]:
    """And whether it is encrypted, so that less could be looked at."""
    try:
        repository = open_repository(blobs)
    except KeyNeeded:
        return check_sealed(blobs, needs, track, tables=read_data), True
    return check(repository, read_data, track), False


def _told(report: CheckReport, *, read_data: bool) -> dict[str, Any]:
    files = {(name, path) for problem in report.problems for name, found in problem.files.items() for path in found}
    return {
        "ok": report.sound,
        "read_data": read_data,
        "snapshots": report.snapshots,
        "packs": report.packs,
        "bytes": report.bytes_read,
        "problems": [_sentence(problem) for problem in report.problems[:PROBLEMS_KEPT]],
        "files_touched": len(files),
    }


def _failed(failure: Failure, *, read_data: bool) -> dict[str, Any]:
    """What no other try can change, such as a key that the server does not have."""
    nothing = {"snapshots": 0, "packs": 0, "bytes": 0, "problems": [], "files_touched": 0}
    return {"ok": False, "read_data": read_data, **nothing, "error": tasks.told(failure)}


def _sentence(problem: Problem) -> str:
    files = [path for found in problem.files.values() for path in found]
    named = ", ".join(paths.shown(path) for path in files[:FILES_NAMED])
    more = f" and {len(files) - FILES_NAMED} more" if len(files) > FILES_NAMED else ""
    return f"{problem.object} {problem.what}" + (f": {named}{more}" if files else "")


CHECK = Job(
    "snapshots.check",
    check_repository,
    args=Wanted,
    key=lambda args: f"snapshots.task:{args.repository_id}",
    deadline=TASK_HOURS_MAX,
    retry=growing(6, first_seconds=2),
)
