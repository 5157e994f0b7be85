"""Jobs, schedules and workers, for those who operate the system."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from dumont import accounts
from dumont.accounts import guard
from dumont.basics.page import cut, read_cursor
from dumont.platform.http.doors import Door, part
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.platform.jobs import JobRow, Jobs, ScheduleRow, Which, WorkerRow
from dumont.platform.work import Work

router = APIRouter(route_class=Door, tags=["jobs"])

TheJobs = Annotated[Jobs, Depends(part(Jobs))]
Reader = Annotated[Work, guard.needs("jobs:read")]
Manager = Annotated[Work, guard.needs("jobs:manage")]
WorkersReader = Annotated[Work, guard.needs("workers:read")]


class Schedules(BaseModel):
    items: list[ScheduleRow] = Field(description="In the order of their names.")


class Workers(BaseModel):
    items: list[WorkerRow] = Field(description="Those that gave a sign of life lately.")


@router.get("/jobs", summary="List jobs, the newest first")
async def list_jobs(
    work: Reader,
    jobs: TheJobs,
    which: Annotated[Which, Query()],
    paging: Paginated,
) -> Paged[JobRow]:
    after = read_cursor(paging.cursor)
    found = await jobs.page(work.tx, which, after=after[1] if after else None, limit=paging.limit + 1)
    return paging.answer(cut(found, paging.limit, lambda job: (job.created_at, job.id)), lambda job: job)


@router.get("/jobs/schedules", summary="List what runs by the clock")
async def list_schedules(work: Reader, jobs: TheJobs) -> Schedules:
    return Schedules(items=await jobs.schedules(work.tx))


@router.post("/jobs/schedules/{name}/run", summary="Run a scheduled job now", responses=problems(404))
async def run_schedule(name: str, work: Manager, jobs: TheJobs) -> JobRow:
    """The schedule itself stays as it is."""
    job_id = await jobs.run_now(work, name)
    await accounts.audit.record(work, "job.run", ("job", job_id), f"Ran {name} by hand")
    return await jobs.get(work.tx, job_id)


@router.get("/jobs/{job_id}", summary="Show a job", responses=problems(404))
async def show_job(job_id: UUID, work: Reader, jobs: TheJobs) -> JobRow:
    """Poll it with `If-None-Match`, or follow the live topic `jobs:{id}`."""
    return await jobs.get(work.tx, job_id)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", responses=problems(404, 409))
async def cancel_job(job_id: UUID, work: Manager, jobs: TheJobs) -> JobRow:
    """One that waits is cancelled at once. One that runs is told, and stops at its next step."""
    job = await jobs.cancel(work.tx, job_id)
    await accounts.audit.record(work, "job.cancel", ("job", job_id), f"Cancelled {job.name}")
    return job


@router.post("/jobs/{job_id}/retry", summary="Run a failed job again", responses=problems(404, 409))
async def retry_job(job_id: UUID, work: Manager, jobs: TheJobs) -> JobRow:
    job = await jobs.retry(work.tx, job_id)
    await accounts.audit.record(work, "job.retry", ("job", job_id), f"Ran {job.name} again")
    return job


@router.get("/workers", summary="List the workers")
async def list_workers(work: WorkersReader, jobs: TheJobs) -> Workers:
    return Workers(items=await jobs.workers(work.tx))
