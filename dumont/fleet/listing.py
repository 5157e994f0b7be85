"""Lists instances, and shows one with everything around it; whatever a page needs is asked for once."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dumont.basics.page import Page, cut, read_cursor
from dumont.fleet.instances import access, connecting, courses, environment, idle, keeping
from dumont.fleet.instances.connecting import Way
from dumont.fleet.money import receipts
from dumont.fleet.money.receipts import RaceShown
from dumont.fleet.rules.idle import IdleRule
from dumont.fleet.rules.upcoming import Known, Upcoming, upcoming
from dumont.fleet.store import owned
from dumont.fleet.store import showing as store
from dumont.fleet.store.owned import Filter
from dumont.fleet.store.showing import Minute, Money
from dumont.fleet.tables import FleetBeat, FleetCommand, FleetInstance, FleetOperation, FleetRental, FleetStandby
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.snapshots import sizes
from dumont.snapshots.sizes import Size

__all__ = ["Detail", "Filter", "Shown", "detail", "listed", "one"]
SPARK_MINUTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One row of the list."""

    instance: FleetInstance
    of_team: bool
    machine: FleetRental | None
    live: Sequence[FleetRental]
    money: Money
    beat: FleetBeat | None
    minutes: Sequence[Minute]
    size: Size | None
    storage_price_gb_month: Decimal
    operation: FleetOperation | None
    standby: FleetStandby | None
    next: Upcoming | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    shown: Shown
    rule: IdleRule
    env_names: Sequence[str]
    race: RaceShown | None
    rentals: Sequence[FleetRental]
    costs: Mapping[UUID, Money]
    commands: Sequence[FleetCommand]
    way: Way | None


@dataclass(slots=True)
class _Around:
    """What belongs to the instances of one page."""

    live: dict[UUID, list[FleetRental]] = field(default_factory=dict)
    last: Mapping[UUID, FleetRental] = field(default_factory=dict)
    money: Mapping[UUID, Money] = field(default_factory=dict)
    beats: Mapping[UUID, FleetBeat] = field(default_factory=dict)
    minutes: Mapping[UUID, list[Minute]] = field(default_factory=dict)
    sizes: Mapping[UUID, Size] = field(default_factory=dict)
    operations: Mapping[UUID, FleetOperation] = field(default_factory=dict)
    standbys: Mapping[UUID, FleetStandby] = field(default_factory=dict)
    scheduled: Mapping[UUID, Mapping[str, datetime]] = field(default_factory=dict)
    sealed: Set[UUID] = frozenset()


async def listed(work: Work, wanted: Filter, cursor: str | None, limit: int) -> Page[Shown]:
    """Those of the caller and his teams, or of one team alone."""
    whose = await access.mine(work, wanted.team_id)
    found = await owned.page(work.tx, whose, wanted, read_cursor(cursor), limit)
    page = cut(found, limit, lambda instance: (instance.created_at, instance.id))
    return Page(await _shown(work, page.items), page.next_cursor)


async def one(work: Work, instance_id: UUID) -> Shown:
    return (await _shown(work, [await access.instance(work, instance_id)]))[0]


async def detail(work: Work, vault: Vault, instance_id: UUID) -> Detail:
    shown = await one(work, instance_id)
    rentals = await store.rentals(work.tx, instance_id)
    return Detail(
        shown=shown,
        rule=idle.rule_of(shown.instance, work.settings),
        env_names=sorted(environment.of(vault, shown.instance)),
        race=await receipts.newest(work, shown.instance),
        rentals=rentals,
        costs=await store.money_of_rentals(work.tx, [rental.id for rental in rentals], work.now),
        commands=await store.commands(work.tx, instance_id),
        way=connecting.way_into(shown.instance, shown.live),
    )


async def _shown(work: Work, found: Sequence[FleetInstance]) -> list[Shown]:
    around = await _around(work, found) if found else _Around()
    return [_row(work, instance, around) for instance in found]


async def _around(work: Work, found: Sequence[FleetInstance]) -> _Around:
    ids, tx = [instance.id for instance in found], work.tx
    around = _Around()
    for rental in await store.live_rentals(tx, ids):
        around.live.setdefault(rental.instance_id, []).append(rental)
    without = [each.id for each in found if _machine_now(each, around.live.get(each.id, ())) is None]
    around.last = await store.last_machines(tx, without) if without else {}
    around.money = await store.money_of_instances(tx, ids, work.now)
    held = [rental.id for rentals in around.live.values() for rental in rentals]
    around.beats = await store.beats(tx, held) if held else {}
    around.minutes = await store.minutes(tx, ids, first_minute(work.now))
    around.sizes = await sizes.of(tx, [each.snapshot_id for each in found if each.snapshot_id])
    around.operations = await store.open_operations(tx, ids)
    around.standbys = await store.standbys(tx, ids)
    around.sealed = await keeping.sealed(tx, found)
    around.scheduled = await store.scheduled(tx, ids)
    return around


def _row(work: Work, instance: FleetInstance, around: _Around) -> Shown:
    live = around.live.get(instance.id, [])
    machine = _machine_now(instance, live) or around.last.get(instance.id)
    beat = around.beats.get(machine.id) if machine else None
    return Shown(
        instance=instance,
        of_team=instance.owner_id != instance.user_id,
        machine=machine,
        live=live,
        money=around.money.get(instance.id, Money()),
        beat=beat,
        minutes=around.minutes.get(instance.id, ()),
        size=around.sizes.get(instance.snapshot_id) if instance.snapshot_id else None,
        storage_price_gb_month=work.settings.snapshots_price_gb_month,
        operation=around.operations.get(instance.id),
        standby=around.standbys.get(instance.id),
        next=_next(work, instance, beat, around),
    )


def _machine_now(instance: FleetInstance, live: Sequence[FleetRental]) -> FleetRental | None:
    """The one whose work is in it: on a standby that is the standby."""
    by_id = {rental.id: rental for rental in live}
    serving = instance.standby_rental_id if instance.state == "on_standby" else instance.primary_rental_id
    return by_id.get(serving) if serving else None


def _next(work: Work, instance: FleetInstance, beat: FleetBeat | None, around: _Around) -> Upcoming | None:
    seen = idle.of(instance, beat, work.settings, sealed=instance.id in around.sealed)
    verdict = idle.verdict(seen, work.now)
    live = around.live.get(instance.id)
    holds = instance.state == "hibernated" and instance.released_at is None and bool(live)
    course = courses.open_of(instance)
    waits = course is not None and course.decided is not None and course.decided.action == "wait"
    known = Known(
        state=instance.state,
        sleeps_at=verdict.sleeps_at if instance.state == "running" else None,
        why_not=verdict.why,
        keep_awake_until=instance.keep_awake_until,
        hibernates=seen.rule.enabled,
        until_at=instance.until_at,
        until_action=instance.until_action,
        retry_at=instance.retry_at,
        releases_at=instance.state_since + timedelta(seconds=seen.rule.release_seconds) if holds else None,
        asks_at=course.decided.ask_at if course and course.decided and waits and instance.wish == "running" else None,
        scheduled=around.scheduled.get(instance.id, {}),
    )
    return upcoming(known, work.now)


def first_minute(now: datetime) -> datetime:
    """Of those that are shown: whole minutes, the last of which is not over."""
    return now.replace(second=0, microsecond=0) - timedelta(minutes=SPARK_MINUTES - 1)
