"""What a business context offers to the process that runs it: routes, jobs, duties, listeners, topics, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from dumont.platform.db.partitions import Partitioned
from dumont.platform.jobs.duties import Duty
from dumont.platform.jobs.port import Job, Listener
from dumont.platform.live.topics import TopicRule


@dataclass(frozen=True, slots=True)
class Context:
    name: str
    routers: Sequence[APIRouter] = ()
    """One a door: a router inside another costs every request that passes it."""
    jobs: Sequence[Job] = ()
    listeners: Sequence[Listener] = ()
    duties: Sequence[Duty] = ()
    topics: Sequence[TopicRule] = ()
    partitioned: Sequence[Partitioned] = ()
