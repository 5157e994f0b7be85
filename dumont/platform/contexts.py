"""What a business context offers to the process that runs it: its routes, its jobs, its listeners."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from dumont.platform.jobs.port import Job, Listener


@dataclass(frozen=True, slots=True)
class Context:
    name: str
    router: APIRouter | None = None
    jobs: Sequence[Job] = ()
    listeners: Sequence[Listener] = ()
