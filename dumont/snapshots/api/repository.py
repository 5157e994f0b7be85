"""The doors to a repository as a whole: its state, checking it, pruning it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.platform.work import Work
from dumont.snapshots import tending
from dumont.snapshots.api.parts import SnapshotsRead, SnapshotsWrite, jobs_of, stores_of
from dumont.snapshots.schemas import showing
from dumont.snapshots.schemas.fields import TeamQuery
from dumont.snapshots.schemas.keeping import (
    CheckResult,
    CheckWish,
    PruneResult,
    PruneWish,
    RepositoryState,
    TaskStarted,
    TaskState,
)
from dumont.snapshots.tables import SnapshotRepository

router = APIRouter(prefix="/snapshots/repository", tags=["snapshots"], route_class=Door)


@router.get("", summary="Show a repository's state", responses=problems(404))
async def get_repository(work: SnapshotsRead, request: Request, team_id: TeamQuery = None) -> RepositoryState:
    """What the last check and the last pruning found, and what is being done with it."""
    return await _shown(work, request, team_id)


@router.post("/check", status_code=202, summary="Have a repository checked", responses=problems(404, 409))
async def check_repository(body: CheckWish, work: SnapshotsWrite, request: Request) -> TaskStarted:
    job_id = await tending.start(work, jobs_of(request), body.team_id, "check", read_data=body.read_data)
    return TaskStarted(kind="check", job_id=job_id)


@router.post("/prune", status_code=202, summary="Have a repository pruned", responses=problems(404, 409))
async def prune_repository(body: PruneWish, work: SnapshotsWrite, request: Request) -> TaskStarted:
    """Now, not at its usual time: deletes what no rule keeps, and frees what nobody needs when the grace is over."""
    return TaskStarted(kind="prune", job_id=await tending.start(work, jobs_of(request), body.team_id, "prune"))


@router.post("/cancel", summary="Stop a check or a pruning", responses=problems(404, 409))
async def cancel_repository_task(work: SnapshotsWrite, request: Request, team_id: TeamQuery = None) -> RepositoryState:
    await tending.cancel(work, jobs_of(request), team_id)
    return await _shown(work, request, team_id)


async def _shown(work: Work, request: Request, team_id: UUID | None) -> RepositoryState:
    owner, found, count = await tending.shown(work, team_id)
    known: dict[str, Any] = dict.fromkeys(("encrypted", "packs", "stored_bytes", "measured_at"))
    if found is not None:
        known = {name: getattr(found, name) for name in known}
    return RepositoryState(
        owner=showing.owner(owner, of_team=team_id is not None),
        exists=found is not None,
        store=stores_of(request).kind,
        snapshots=count,
        check=_check(found) if found else None,
        prune=_prune(found) if found else None,
        task=_task(found) if found else None,
        **known,
    )


def _check(found: SnapshotRepository) -> CheckResult | None:
    if found.checked_at is None or found.check_result is None:
        return None
    error = showing.problem(found.check_result.get("error"))
    return CheckResult.model_validate({**found.check_result, "at": found.checked_at, "error": error})


def _prune(found: SnapshotRepository) -> PruneResult | None:
    if found.pruned_at is None or found.prune_result is None:
        return None
    error = showing.problem(found.prune_result.get("error"))
    return PruneResult.model_validate({**found.prune_result, "at": found.pruned_at, "error": error})


def _task(found: SnapshotRepository) -> TaskState | None:
    if found.task is None or found.task_job_id is None or found.task_at is None:
        return None
    start = {"stage": "waiting", "done": 0.0, "total": None, "unit": ""}
    known = {"kind": found.task, "job_id": found.task_job_id, "since": found.task_at}
    return TaskState.model_validate({**start, **found.task_progress, **known})
