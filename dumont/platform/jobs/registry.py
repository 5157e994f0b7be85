"""All jobs of a process by name; a listener is a job too."""

from collections.abc import Iterable, Iterator

from dumont.platform.jobs import cron
from dumont.platform.jobs.port import Job, Listener


class Registry:
    """Made once, in `main/`; a name may stand in it only once, because the database knows a job by its name."""

    def __init__(self, jobs: Iterable[Job] = (), listeners: Iterable[Listener] = ()) -> None:
        self._jobs: dict[str, Job] = {}
        for job in jobs:
            self._add(job)
        for listener in listeners:
            self._add(listener.job)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def job(self, name: str) -> Job:
        try:
            return self._jobs[name]
        except KeyError:
            raise LookupError(f"no job is called {name!r}; main/contexts.py lists all of them") from None

    @property
    def scheduled(self) -> tuple[tuple[Job, str], ...]:
        return tuple((job, job.cron) for job in self if job.cron is not None)

    def _add(self, job: Job) -> None:
        if job.name in self._jobs:
            raise ValueError(f"two jobs are called {job.name!r}")
        if job.cron is not None:
            cron.check(job.cron)
        self._jobs[job.name] = job
