"""Has a repository checked or pruned, tells how far that is, and stops it when asked to."""

from uuid import UUID

from dumont import accounts
from dumont.basics.errors import Conflict, NotFound
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work
from dumont.snapshots import access, telling
from dumont.snapshots.checking import CHECK
from dumont.snapshots.checking import Wanted as Check
from dumont.snapshots.pruning import PRUNE
from dumont.snapshots.pruning import Wanted as Prune
from dumont.snapshots.rules.states import Task
from dumont.snapshots.store import repositories
from dumont.snapshots.tables import SnapshotRepository


class Busy(Conflict):
    code = "repository_busy"
    hint = "Wait until it is over, or cancel it."


class NoRepository(NotFound):
    code = "not_found"
    hint = "It is made by the first snapshot."


async def shown(work: Work, team_id: UUID | None) -> tuple[UUID, SnapshotRepository | None, int]:
    """Its owner, the repository if there is one, and how many complete snapshots are in it."""
    owner = await access.owner_id(work, team_id)
    return owner, await repositories.one(work.tx, owner), await repositories.counted(work.tx, owner)


async def start(work: Work, jobs: Jobs, team_id: UUID | None, task: Task, *, read_data: bool = False) -> UUID:
    repository = await _there(work, team_id)
    if repository.task is not None:
        raise Busy(f"Something is being done with this repository just now: {repository.task}.")
    if task == "check":
        job_id = await jobs.enqueue(work, CHECK, Check(repository_id=repository.id, read_data=read_data))
    else:
        job_id = await jobs.enqueue(work, PRUNE, Prune(repository_id=repository.id))
    await repositories.take_up(work.tx, repository.id, task, job_id, work.now)
    of = ("snapshot_repository", repository.id)
    await accounts.audit.record(work, f"snapshots.{task}", of, f"Asked for a {task} of the repository")
    await _tell(work, repository.id)
    return job_id


async def cancel(work: Work, jobs: Jobs, team_id: UUID | None) -> None:
    repository = await _there(work, team_id)
    if repository.task_job_id is None:
        raise Conflict("Nothing is being done with this repository.", code="not_under_way")
    job = await jobs.cancel(work.tx, repository.task_job_id)
    if job.state == "cancelled":
        await repositories.lay_down(work.tx, repository.id, repository.task_job_id)
        await _tell(work, repository.id)


async def _there(work: Work, team_id: UUID | None) -> SnapshotRepository:
    found = await access.repository(work, team_id)
    if found is None:
        raise NoRepository("There is no repository yet.")
    return found


async def _tell(work: Work, repository_id: UUID) -> None:
    found = await repositories.one(work.tx, repository_id)
    if found is not None:
        await telling.of_repository(work, found)
