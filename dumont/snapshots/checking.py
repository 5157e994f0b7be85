"""Checks a repository as a job, and keeps what was found."""

import contextlib
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from dumont.basics.errors import Conflict, Failure, NotFound, Unavailable
from dumont.platform.jobs.errors import LeaseLost
from dumont.platform.jobs.port import Job, Run
from dumont.platform.jobs.retry import growing
from dumont.snapshots import tasks
from dumont.snapshots.events import RepositoryHarmed
from dumont.snapshots.rules.checks import PARTS, due_after
from dumont.snapshots.store import snapshots
from dumont.snapshots.stores import Damaged, Stores
from dumont.snapshots.tasks import TASK_HOURS_MAX, Held
from dumont.snapstore import paths
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.check import CheckReport, Part, Problem, check
from dumont.snapstore.errors import KeyNeeded
from dumont.snapstore.repository import open_repository
from dumont.snapstore.sealed_check import Needs, check_sealed
from dumont.snapstore.track import Track

PROBLEMS_KEPT, FILES_NAMED = 100, 3


class NoConfig(NotFound):
    code = "config_missing"
    hint = "Whoever looks after the store may have it: the object is called `config`."


class Wanted(BaseModel):
    repository_id: UUID
    read_data: bool = False
    part: int | None = None
    """Of the packs those alone are read that are in this part."""


async def check_repository(run: Run, args: Wanted) -> dict[str, Any]:
    held = Held(run, args.repository_id, "check")
    if not await tasks.take_up(held):
        raise Unavailable("Something else is being done with this repository.", code="repository_busy")
    began = time.monotonic()
    blobs = run.part(Stores).blobs(args.repository_id)
    needs: Needs = {}
    try:
        needs = await _needs(held)
        report, sealed = await tasks.doing(held, lambda track: _checked(blobs, track, needs, args))
        result = _told(report, args) | {"sealed": sealed}
    except NotFound:  # whose words name the store's address, which is not the owner's business
        result = _failed(NoConfig("What says how its objects are read is not in the store."), args)
    except (Conflict, Damaged) as failure:
        result = _failed(failure, args)
    finally:
        with contextlib.suppress(LeaseLost):
            await tasks.lay_down(held)
    result["seconds"] = round(time.monotonic() - began, 3)
    await tasks.learn(held, lambda now: _learned(result, args, now))
    await tasks.tell(held)
    if not result["ok"] and needs:
        await _tell_of_harm(held, result)
    return {"ok": result["ok"], "problems": len(result["problems"])}


async def _needs(held: Held) -> dict[str, Mapping[str, int] | None]:
    """What was told of the packs of snapshots, by their manifests."""
    async with held.run.work() as work:
        found = await snapshots.in_store(work.tx, held.repository_id)
    return {each.manifest: each.packs for each in found if each.manifest is not None}


def _checked(blobs: Blobs, track: Track, needs: Needs, args: Wanted) -> tuple[CheckReport, bool]:
    """And whether it is encrypted, so that less could be looked at."""
    part = None if args.part is None else Part(args.part, PARTS)
    try:
        repository = open_repository(blobs)
    except KeyNeeded:
        return check_sealed(blobs, needs, track, tables=args.read_data, part=part), True
    return check(repository, args.read_data, track, part), False


def _learned(result: dict[str, Any], args: Wanted, now: datetime) -> dict[str, Any]:
    known = {"checked_at": now, "check_result": result, "check_due_at": now + due_after(result)}
    if args.read_data and not result.get("error"):
        known |= {"read_at": now} if args.part is None else {"read_at": now, "read_part": args.part}
    return known


async def _tell_of_harm(held: Held, result: dict[str, Any]) -> None:
    """Each time, for as long as it lasts: it is somebody's work."""
    what = [result["error"]["message"]] if result.get("error") else result["problems"]
    async with held.run.work() as work:
        harm = RepositoryHarmed(
            repository_id=held.repository_id,
            problems=max(1, result["problems_count"]),
            files_touched=result["files_touched"],
            first=what[0],
        )
        await work.publish(harm)


def _told(report: CheckReport, args: Wanted) -> dict[str, Any]:
    files = {(name, path) for problem in report.problems for name, found in problem.files.items() for path in found}
    return {
        "ok": report.sound,
        **_looked_at(args),
        "snapshots": report.snapshots,
        "packs": report.packs,
        "bytes": report.bytes_read,
        "problems": [_sentence(problem) for problem in report.problems[:PROBLEMS_KEPT]],
        "problems_count": len(report.problems),
        "files_touched": len(files),
    }


def _failed(failure: Failure, args: Wanted) -> dict[str, Any]:
    """What no other try can change, such as a key that the server does not have."""
    nothing = {"snapshots": 0, "packs": 0, "bytes": 0, "problems": [], "problems_count": 0, "files_touched": 0}
    return {"ok": False, **_looked_at(args), **nothing, "error": tasks.told(failure)}


def _looked_at(args: Wanted) -> dict[str, Any]:
    return {"read_data": args.read_data and args.part is None, "part": args.part if args.read_data else None}


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
