"""What notices do beside requests: hear of what happened, send what is to be told, forget what is old."""

from uuid import UUID

from dumont.fleet.events import (
    BudgetReached,
    IdleSoon,
    InstanceMoved,
    KeyRefused,
    PaidHoursEnd,
    RunEnded,
    StandbyInTrouble,
    Unused,
)
from dumont.notices import delivering, telling
from dumont.notices.rules import wording
from dumont.notices.rules.wording import Message
from dumont.platform.addresses import address_of
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.port import Job, Listener, NoArgs, Run
from dumont.platform.settings import Settings
from dumont.providers import registry
from dumont.snapshots.events import LeftSnapshotsEnd, RepositoryHarmed

_Told = InstanceMoved | IdleSoon | Unused | RunEnded | StandbyInTrouble | PaidHoursEnd | KeyRefused | BudgetReached


async def _moved(run: Run, event: InstanceMoved) -> None:
    await _tell(run, event, wording.of_move(event))


async def _idle(run: Run, event: IdleSoon) -> None:
    at = f"{event.hibernates_at:%H:%M:%S} UTC"
    page = f"{address_of(run.part(Settings))}/instances/{event.instance_id}?keep-awake=3600"
    await _tell(run, event, wording.of_idleness(event.instance_id, event.name, at, snooze=page))


async def _unused(run: Run, event: Unused) -> None:
    await _tell(run, event, wording.of_unused(event.instance_id, event.name))


async def _refused(run: Run, event: KeyRefused) -> None:
    kind, house = registry.kind(event.provider), event.of_house
    await _tell(run, event, wording.of_refused_key(kind.title, provider=kind.name, of_house=house, names=event.names))


async def _ran(run: Run, event: RunEnded) -> None:
    how = {"state": event.state, "why": event.why}
    await _tell(run, event, wording.of_run(event.instance_id, event.name, code=event.code, **how))


async def _standby(run: Run, event: StandbyInTrouble) -> None:
    await _tell(run, event, wording.of_standby(event.instance_id, event.name, event.why))


async def _paid_hours(run: Run, event: PaidHoursEnd) -> None:
    when = {"provider": event.provider, "ends_at": event.ends_at.isoformat()}
    await _tell(run, event, wording.of_paid_hours(event.instance_id, event.name, event.why, **when))


async def _left(run: Run, event: LeftSnapshotsEnd) -> None:
    message = wording.of_left_snapshots(event.label, snapshots=event.snapshots, ends_at=f"{event.ends_at:%Y-%m-%d}")
    await _tell_owner(run, event.repository_id, message)


async def _harmed(run: Run, event: RepositoryHarmed) -> None:
    found = {"problems": event.problems, "files": event.files_touched}
    page = f"{address_of(run.part(Settings))}/snapshots"
    await _tell_owner(run, event.repository_id, wording.of_harm(event.repository_id, event.first, **found, page=page))


async def _budget(run: Run, event: BudgetReached) -> None:
    figures = {"used": f"{event.used:.2f}", "budget": f"{event.budget:.2f}"}
    await _tell(run, event, wording.of_budget(event.owner_id, limit=event.limit, level=event.level, **figures))


async def _tell(run: Run, event: _Told, message: Message | None) -> None:
    if message is not None:
        await _tell_owner(run, event.owner_id, message)


async def _tell_owner(run: Run, owner_id: UUID, message: Message) -> None:
    async with run.work() as work:
        await telling.tell(work, run.part(Jobs), owner_id, message, cause=run.id)


async def _prune(run: Run, _args: NoArgs) -> dict[str, int]:
    async with run.work() as work:
        return {"deliveries": await delivering.prune(work)}


JOBS = (
    Job(
        telling.DELIVER,
        delivering.deliver,
        args=telling.ToDeliver,
        retry=delivering.RETRY,
        key=lambda wish: f"notices.deliver:{wish.webhook_id}",
    ),
    Job("notices.prune", _prune, cron="23 4 * * *", key=lambda _args: "notices.prune", sample=NoArgs()),
)
LISTENERS = (
    Listener("notices.tell_of_move", InstanceMoved, _moved),
    Listener("notices.tell_of_idleness", IdleSoon, _idle),
    Listener("notices.tell_of_no_use", Unused, _unused),
    Listener("notices.tell_of_refused_key", KeyRefused, _refused),
    Listener("notices.tell_of_run", RunEnded, _ran),
    Listener("notices.tell_of_standby", StandbyInTrouble, _standby),
    Listener("notices.tell_of_paid_hours", PaidHoursEnd, _paid_hours),
    Listener("notices.tell_of_left_snapshots", LeftSnapshotsEnd, _left),
    Listener("notices.tell_of_harmed_repository", RepositoryHarmed, _harmed),
    Listener("notices.tell_of_budget", BudgetReached, _budget),
)
