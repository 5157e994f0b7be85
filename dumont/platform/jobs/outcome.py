"""What becomes of a job after a run: a function of how its task ended and of why it was stopped."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import structlog
from pydantic import BaseModel, ValidationError

from dumont.basics.errors import Failure, Invalid
from dumont.platform.jobs.errors import Cancelled, DeadlinePassed, LeaseLost
from dumont.platform.jobs.lease import Ending
from dumont.platform.jobs.port import Job
from dumont.platform.jobs.retry import Again
from dumont.platform.jobs.rows import JobError, JobRow, write_json
from dumont.platform.jobs.run import ActiveRun

log = structlog.get_logger()

LOST = None
"""There is nothing to write: the job is another worker's."""


def judge(run: ActiveRun, job: Job, task: asyncio.Task[Any], now: datetime, random: Random) -> Ending | None:
    error = task.exception() if not task.cancelled() else asyncio.CancelledError()
    if error is None:
        return _succeeded(run, task.result())
    if run.stopped == "lost" or isinstance(error, LeaseLost):
        return LOST
    if run.stopped == "cancelled" or isinstance(error, Cancelled):
        return Ending("cancelled", progress=run.newest)
    if run.stopped == "stopping":
        return Ending("queued", run_at=now, attempt_counts=False, progress=run.newest)
    if run.stopped == "deadline":
        error = DeadlinePassed(f"It ran for longer than {job.deadline.total_seconds():g} s.")
    return failed(run.row, job, error, now, random)


def failed(row: JobRow, job: Job, error: BaseException, now: datetime, random: Random) -> Ending:
    decision = job.retry.decide(row.attempt, error, random)
    if isinstance(decision, Again):
        log.warning("job_failed", again_in=round(decision.wait_seconds, 1), exc_info=_unexpected(error))
        return Ending("queued", error=told(error), run_at=now + timedelta(seconds=decision.wait_seconds))
    log.error("job_dead", why=decision.why, exc_info=_unexpected(error))
    return Ending("failed", error=told(error))


def told(error: BaseException) -> JobError:
    """What people are shown. An unexpected error's own text may hold a secret: it goes to the log only."""
    if isinstance(error, Failure):
        return JobError(code=error.code, message=error.message, hint=error.hint)
    return JobError(
        code="crashed",
        message=f"It ended with an unexpected error ({type(error).__name__}).",
        hint="The worker's log has the details under this job's id.",
    )


def args_of(job: Job, row: JobRow) -> BaseModel:
    """Written by another release, perhaps: hence read again with care."""
    try:
        return job.args.model_validate(row.args)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, fault["loc"])) for fault in error.errors()}))
        raise Invalid(f"Its arguments don't fit: {fields}.", code="bad_args") from None


def _succeeded(run: ActiveRun, result: BaseModel | dict[str, Any] | None) -> Ending:
    try:
        return Ending("succeeded", result=write_json(result), progress=run.newest)
    except (orjson.JSONEncodeError, TypeError):
        error = JobError(code="bad_result", message="Its result can't be written as JSON.", hint="Return a model.")
        return Ending("failed", error=error)


def _unexpected(error: BaseException) -> BaseException | None:
    return None if isinstance(error, Failure) else error
