"""Jobs, workers and schedules as they are read from the database and shown to people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict

State = Literal["queued", "waiting", "running", "succeeded", "failed", "cancelled"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Progress(_Row):
    """`percent` and `eta` are known only where there is a total."""

    done: float
    total: float | None = None
    unit: str = ""
    stage: str = ""
    percent: float | None = None
    eta: datetime | None = None


class JobError(_Row):
    code: str
    message: str
    hint: str | None = None


class JobRow(_Row):
    """A job as its owner sees it. `error` is why it failed, or why its last try did."""

    id: UUID
    name: str
    key: str | None
    state: State
    priority: int
    attempt: int
    attempts_max: int
    progress: Progress | None
    args: dict[str, Any]
    result: dict[str, Any] | None
    error: JobError | None
    created_at: datetime
    run_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    cancel_requested: bool
    worker: UUID | None
    created_by: UUID | None


class WorkerRow(_Row):
    id: UUID
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    running: int


class ScheduleRow(_Row):
    name: str
    cron: str
    next_at: datetime
    last_job_id: UUID | None
    last_state: State | None


def job_row(record: Mapping[str, Any]) -> JobRow:
    """From a row of `jobs`. SQLAlchemy's connections read JSON themselves, asyncpg's own give text."""
    fields = {name: record[name] for name in JobRow.model_fields}
    for name in ("args", "progress", "result", "error"):
        fields[name] = read_json(fields[name])
    return JobRow.model_validate(fields)


def read_json(value: str | dict[str, Any] | None) -> dict[str, Any] | None:
    return cast(dict[str, Any], orjson.loads(value)) if isinstance(value, str) else value


def write_json(value: Mapping[str, Any] | BaseModel | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return orjson.dumps(value).decode()
