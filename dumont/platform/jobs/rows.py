"""Jobs, workers and schedules as they are read from the database and shown to people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

State = Literal["queued", "waiting", "running", "succeeded", "failed", "cancelled"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Progress(_Row):
    """`percent` and `eta` are known only where there is a total."""

    done: float = Field(examples=[40])
    total: float | None = Field(None, examples=[100])
    unit: str = Field("", examples=["offers"])
    stage: str = Field("", examples=["reading"])
    percent: float | None = Field(None, examples=[40])
    eta: datetime | None = None


class JobError(_Row):
    code: str = Field(examples=["mail_away"])
    message: str = Field(examples=["The mail server does not answer."])
    hint: str | None = Field(None, examples=[None])


class JobRow(_Row):
    """A job as its owner sees it. `error` is why it failed, or why its last try did."""

    id: UUID
    name: str = Field(examples=["platform.prune"])
    key: str | None = Field(examples=[None])
    state: State
    priority: int = Field(examples=[0])
    attempt: int = Field(examples=[1])
    attempts_max: int = Field(examples=[5])
    progress: Progress | None
    args: dict[str, Any] = Field(examples=[{}])
    result: dict[str, Any] | None = Field(examples=[None])
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
    host: str = Field(examples=["worker-1"])
    pid: int = Field(examples=[4711])
    started_at: datetime
    seen_at: datetime
    running: int = Field(examples=[2])


class ScheduleRow(_Row):
    name: str = Field(examples=["platform.prune"])
    cron: str = Field(examples=["17 3 * * *"])
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
