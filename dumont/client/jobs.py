"""Jobs as the API has them: list, look, wait, stop, try again; schedules and workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from dumont.basics.errors import Unavailable
from dumont.client.http import Api

if TYPE_CHECKING:
    from dumont.client import models

ENDED = frozenset({"succeeded", "failed", "cancelled"})
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 60.0


class Jobs:
    def __init__(self, api: Api) -> None:
        self._api = api

    def list(
        self, *, state: str | None = None, name: str | None = None, key: str | None = None, limit: int | None = None
    ) -> Iterator[models.PagedJobRow]:
        return self._api.pages("/jobs", {"state": state, "name": name, "key": key}, limit=limit)

    def show(self, job_id: str) -> models.JobRow:
        answer: models.JobRow = self._api.get(_path(job_id))
        return answer

    def follow(self, job_id: str, *, every_seconds: float = POLL_SECONDS) -> Iterator[models.JobRow]:
        """The job at once, then whenever it has changed, until it has ended. An unchanged one costs no body.

        A server that restarts meanwhile is waited for: the job goes on without it.
        """
        job: models.JobRow = self.show(job_id)
        yield job
        tag: str | None = None
        seen_at = time.monotonic()
        while job["state"] not in ENDED:
            time.sleep(every_seconds)
            try:
                found, tag = self._api.poll(_path(job_id), tag)
            except Unavailable:
                if time.monotonic() - seen_at > PATIENCE_SECONDS:
                    raise
                continue
            seen_at = time.monotonic()
            if found is not None and found != job:
                job = found
                yield job

    def cancel(self, job_id: str) -> models.JobRow:
        answer: models.JobRow = self._api.post(f"{_path(job_id)}/cancel")
        return answer

    def retry(self, job_id: str) -> models.JobRow:
        answer: models.JobRow = self._api.post(f"{_path(job_id)}/retry")
        return answer

    def schedules(self) -> models.Schedules:
        answer: models.Schedules = self._api.get("/jobs/schedules")
        return answer

    def run_schedule(self, name: str) -> models.JobRow:
        answer: models.JobRow = self._api.post(f"/jobs/schedules/{quote(name, safe='')}/run")
        return answer

    def workers(self) -> models.Workers:
        answer: models.Workers = self._api.get("/workers")
        return answer


def _path(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"
