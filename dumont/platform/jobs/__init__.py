"""Durable jobs: written down in the transaction that wants them, run by any worker, run again if that one dies."""

from dumont.platform.jobs.duties import Duty
from dumont.platform.jobs.errors import Cancelled, LeaseLost
from dumont.platform.jobs.jobs import Jobs, Order, PublishIn, Which
from dumont.platform.jobs.port import Job, Listener, NoArgs, Run
from dumont.platform.jobs.registry import Registry
from dumont.platform.jobs.retry import growing, never
from dumont.platform.jobs.rows import JobError, JobRow, Progress, ScheduleRow, State, WorkerRow
from dumont.platform.jobs.worker import Worker

__all__ = [
    "Cancelled",
    "Duty",
    "Job",
    "JobError",
    "JobRow",
    "Jobs",
    "LeaseLost",
    "Listener",
    "NoArgs",
    "Order",
    "Progress",
    "PublishIn",
    "Registry",
    "Run",
    "ScheduleRow",
    "State",
    "Which",
    "Worker",
    "WorkerRow",
    "growing",
    "never",
]
