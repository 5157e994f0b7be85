"""Second machines as their owner sees them: what is usual, which instances have one and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dumont import accounts
from dumont.fleet.instances import access, courses, standbys, wishing
from dumont.fleet.rules.wanted import StandbyWish, Wanted
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetFailover, FleetInstance, FleetStandby, FleetStandbyDefault
from dumont.platform.work import Work

FAILOVERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Usual:
    """Of instances that say nothing else."""

    enabled: bool
    kind: str
    provider: str
    machine_type: str
    sync_seconds: int


@dataclass(frozen=True, slots=True)
class One:
    instance: FleetInstance
    standby: FleetStandby | None
    failovers: Sequence[FleetFailover] = ()


async def usual(work: Work, team_id: UUID | None) -> Usual:
    row = await store.default_of(work.tx, await access.owner_id(work, team_id))
    if row is not None:
        return Usual(row.enabled, row.kind, row.provider, row.machine_type, row.sync_seconds)
    settings = work.settings
    provider, kind = settings.fleet_standby_provider, settings.fleet_standby_type
    return Usual(False, "cpu", provider, kind, settings.fleet_standby_sync_seconds)


async def put_usual(work: Work, team_id: UUID | None, wish: StandbyWish) -> Usual:
    owner = await access.payer_id(work, team_id, "the usual standby of its instances")
    before = await usual(work, team_id)
    standbys.check(wish)
    row = FleetStandbyDefault(
        owner_id=owner,
        enabled=wish.enabled,
        kind=wish.kind,
        provider=wish.provider or before.provider,
        machine_type=standbys.type_of(work, wish, wish.kind, await store.default_of(work.tx, owner)),
        sync_seconds=wish.sync_seconds or before.sync_seconds,
        changed_at=work.now,
    )
    await work.tx.merge(row)
    details = wish.model_dump(mode="json")
    await accounts.audit.record(work, "standby.changed", ("standby", owner), "Changed standbys", details=details)
    return await usual(work, team_id)


async def all_of_mine(work: Work) -> list[One]:
    """Instances that have one, or had one."""
    whose = await access.mine(work)
    return [One(instance, row) for instance, row in await store.page(work.tx, whose.owners)]


async def one(work: Work, instance_id: UUID) -> One:
    instance = await access.instance(work, instance_id)
    failovers = await store.failovers(work.tx, instance.id, FAILOVERS_SHOWN)
    return One(instance, await store.one(work.tx, instance.id), failovers)


async def change(work: Work, instance_id: UUID, wish: StandbyWish) -> One:
    instance = await access.instance(work, instance_id, to_change=True)
    standbys.check(wish)
    wishing.refuse_gone(instance)
    wish = await standbys.of_kind(work, instance, wish)
    wanted = Wanted.model_validate(instance.wanted).model_copy(update={"standby": wish})
    courses.check(wanted)
    instance.wanted = wanted.model_dump(mode="json")
    await standbys.change(work, instance, wish)
    details, of = wish.model_dump(mode="json"), ("instance", instance.id)
    summary = f"Changed the standby of {instance.name}"
    await accounts.audit.record(work, "instance.standby_changed", of, summary, details=details)
    return await one(work, instance_id)
