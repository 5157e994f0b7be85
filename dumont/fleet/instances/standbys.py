"""Says whether an instance has a second machine, and which: by its own wish, its owner's default, or the settings."""

from uuid import UUID

from dumont.basics.errors import Invalid
from dumont.fleet.instances import courses, restores
from dumont.fleet.rules.states import StandbyKind
from dumont.fleet.rules.wanted import StandbyWish, Wanted
from dumont.fleet.store import instances
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetInstance, FleetStandby, FleetStandbyDefault
from dumont.platform.work import Work
from dumont.providers import registry

NOBODY = UUID(int=0)


def check(wish: StandbyWish, field: str = "provider") -> None:
    """Whether there can be a second machine where it is wanted."""
    if wish.provider is None:
        return
    if wish.provider not in registry.NAMES:
        raise Invalid.field(field, "is none of ours", hint=f"There are {', '.join(registry.NAMES)}.")
    kind = registry.kind(wish.provider)
    if kind.why_not is not None:
        raise Invalid.field(field, kind.why_not)


async def of_kind(work: Work, instance: FleetInstance, wish: StandbyWish) -> StandbyWish:
    """Whoever says no kind keeps the one that it has, or gets the usual one."""
    if "kind" in wish.model_fields_set:
        return wish
    return _like(wish, await store.one(work.tx, instance.id) or await store.default_of(work.tx, instance.owner_id))


async def of_change(work: Work, instance: FleetInstance, wish: StandbyWish) -> StandbyWish:
    """Of an instance that is changed: who does not say whether there is one leaves that as it is."""
    known = await store.one(work.tx, instance.id)
    if known is not None and "enabled" not in wish.model_fields_set:
        wish = wish.model_copy(update={"enabled": known.enabled})
    return await of_kind(work, instance, wish)


async def settle(
    work: Work, instance: FleetInstance, wish: StandbyWish, known: FleetStandby | None
) -> FleetStandby | None:
    """The row, made if there is to be one and is none; the controller does the rest. `instance` is locked."""
    if known is not None:
        if known.enabled and wish.enabled:
            await _follow(work, instance, known, wish)
        return known
    default = await store.default_of(work.tx, instance.owner_id)
    usual = _is_usual(default, due=courses.open_of(instance) is not None)
    if not wish.enabled and not usual:
        return None
    return await _made(work, instance, wish, default)


async def of_usual_kind(work: Work, owner_id: UUID, wish: StandbyWish) -> StandbyWish:
    """Of what is launched, where its wish says no kind."""
    if not wish.enabled or "kind" in wish.model_fields_set:
        return wish
    return _like(wish, await store.default_of(work.tx, owner_id))


async def planned(work: Work, owner_id: UUID, wanted: Wanted) -> FleetStandby | None:
    """As `settle` would make it for what is launched with this wish; it is written nowhere."""
    default, wish = await store.default_of(work.tx, owner_id), wanted.standby
    usual = _is_usual(default, due=wanted.deadline is not None)
    if not wish.enabled and (not usual or "enabled" in wish.model_fields_set):
        return None
    return _row(work, NOBODY, wish, default)


async def decline(work: Work, instance: FleetInstance, wish: StandbyWish) -> None:
    """A row that is off, where there is none yet: what is usual is not for one whose owner has said no."""
    if "enabled" in wish.model_fields_set and not wish.enabled:
        row = await _made(work, instance, wish, None)
        row.enabled, row.state = False, "off"
        await work.tx.flush()


def _like(wish: StandbyWish, known: FleetStandby | FleetStandbyDefault | None) -> StandbyWish:
    return wish if known is None else wish.model_copy(update={"kind": known.kind})


def _is_usual(default: FleetStandbyDefault | None, *, due: bool) -> bool:
    """Work that is due at a deadline gets none that it has not asked for."""
    return default is not None and default.enabled and not due


async def _made(
    work: Work, instance: FleetInstance, wish: StandbyWish, default: FleetStandbyDefault | None
) -> FleetStandby:
    made = _row(work, instance.id, wish, default)
    work.tx.add(made)
    await work.tx.flush()
    return made


def _row(work: Work, instance_id: UUID, wish: StandbyWish, default: FleetStandbyDefault | None) -> FleetStandby:
    kind = wish.kind if wish.enabled or default is None else default.kind
    return FleetStandby(
        instance_id=instance_id,
        enabled=True,
        kind=kind,
        provider=wish.provider or (default.provider if default else work.settings.fleet_standby_provider),
        machine_type=type_of(work, wish, kind, default),
        sync_seconds=wish.sync_seconds
        or (default.sync_seconds if default else work.settings.fleet_standby_sync_seconds),
        state="starting",
        tries=0,
        changed_at=work.now,
    )


async def change(work: Work, instance: FleetInstance, wish: StandbyWish) -> FleetStandby | None:
    """Another wish than before. Another kind, provider or type takes another machine; the old one is given up."""
    row = await store.one(work.tx, instance.id)
    if row is None:
        await decline(work, instance, wish)
        row = await settle(work, instance, wish, await store.one(work.tx, instance.id))
    else:
        row.enabled = wish.enabled
        row.sync_seconds = wish.sync_seconds or row.sync_seconds
        if wish.enabled:
            await _follow(work, instance, row, wish)
        row.tries, row.sync_at, row.changed_at = 0, None, work.now
    instance.look_at = min(instance.look_at, work.now)
    await work.tx.flush()
    await instances.wake(work.tx)
    return row


async def _follow(work: Work, instance: FleetInstance, row: FleetStandby, wish: StandbyWish) -> None:
    """To another machine where another one is asked for. The one on which all the work is now is left only after the
    instance runs elsewhere again, when it is asked here once more."""
    asked = (wish.kind, wish.provider or row.provider, type_of(work, wish, wish.kind, row))
    if row.state == "serving" or asked == (row.kind, row.provider, row.machine_type):
        return
    row.kind, row.provider, row.machine_type = asked
    await restores.leave(work, row)
    row.rental_id = row.setup_command_id = None
    row.synced_at = row.synced_snapshot_id = None
    row.state = "starting"
    instance.standby_rental_id = None


async def give_keys_anew(work: Work, instance: FleetInstance) -> None:
    row = await store.one(work.tx, instance.id)
    if row is not None:
        row.setup_command_id = None


def type_of(work: Work, wish: StandbyWish, kind: StandbyKind, before: FleetStandby | FleetStandbyDefault | None) -> str:
    """A type is one of its provider and kind; for another the cheapest machine is taken."""
    if wish.machine_type is not None:
        return wish.machine_type
    usual = work.settings.fleet_standby_provider
    provider = wish.provider or (before.provider if before else usual)
    if before is not None and (before.provider, before.kind) == (provider, kind):
        return before.machine_type
    return work.settings.fleet_standby_type if (provider, kind) == (usual, "cpu") else ""
