"""Says whether an instance has a second machine, and which: by its own wish, its owner's default, or the settings."""

from dumont.basics.errors import Invalid
from dumont.fleet.instances import restores
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.store import instances
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetInstance, FleetStandby, FleetStandbyDefault
from dumont.platform.work import Work
from dumont.providers import registry


def check(wish: StandbyWish, field: str = "provider") -> None:
    """Whether there can be a second machine where it is wanted."""
    if wish.provider is None:
        return
    if wish.provider not in registry.NAMES:
        raise Invalid.field(field, "is none of ours", hint=f"There are {', '.join(registry.NAMES)}.")
    kind = registry.kind(wish.provider)
    if kind.why_not is not None:
        raise Invalid.field(field, kind.why_not)


async def settle(
    work: Work, instance: FleetInstance, wish: StandbyWish, known: FleetStandby | None
) -> FleetStandby | None:
    """The row, made if there is to be one and is none; the controller does the rest. `instance` is locked."""
    if known is not None:
        if known.enabled and wish.enabled:
            await _follow(work, instance, known, wish)
        return known
    default = await store.default_of(work.tx, instance.owner_id)
    if not wish.enabled and not (default is not None and default.enabled):
        return None
    return await _made(work, instance, wish, default)


async def decline(work: Work, instance: FleetInstance, wish: StandbyWish) -> None:
    """A row that is off, where there is none yet: what is usual is not for one whose owner has said no."""
    if "enabled" in wish.model_fields_set and not wish.enabled:
        row = await _made(work, instance, wish, None)
        row.enabled, row.state = False, "off"
        await work.tx.flush()


async def _made(
    work: Work, instance: FleetInstance, wish: StandbyWish, default: FleetStandbyDefault | None
) -> FleetStandby:
    made = FleetStandby(
        instance_id=instance.id,
        enabled=True,
        kind=wish.kind if wish.enabled or default is None else default.kind,
        provider=wish.provider or (default.provider if default else work.settings.fleet_standby_provider),
        machine_type=_type(work, wish, default.machine_type if default else None),
        sync_seconds=wish.sync_seconds
        or (default.sync_seconds if default else work.settings.fleet_standby_sync_seconds),
        state="starting",
        tries=0,
        changed_at=work.now,
    )
    work.tx.add(made)
    await work.tx.flush()
    return made


async def change(work: Work, instance: FleetInstance, wish: StandbyWish) -> FleetStandby | None:
    """Another wish than before. Another kind, provider or type takes another machine; the old one is given up."""
    row = await store.one(work.tx, instance.id)
    if row is None:
        await decline(work, instance, wish)
        return await settle(work, instance, wish, await store.one(work.tx, instance.id))
    row.enabled = wish.enabled
    row.sync_seconds = wish.sync_seconds or row.sync_seconds
    await _follow(work, instance, row, wish)
    row.tries, row.sync_at, row.changed_at = 0, None, work.now
    instance.look_at = min(instance.look_at, work.now)
    await work.tx.flush()
    await instances.wake(work.tx)
    return row


async def _follow(work: Work, instance: FleetInstance, row: FleetStandby, wish: StandbyWish) -> None:
    """To another machine where another one is asked for. The one on which all the work is now is left only after the
    instance runs elsewhere again, when it is asked here once more."""
    asked = (wish.kind, wish.provider or row.provider, _type(work, wish, row.machine_type))
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


def _type(work: Work, wish: StandbyWish, known: str | None) -> str:
    """The usual type is one of the usual provider; elsewhere the cheapest is taken."""
    if wish.machine_type is not None:
        return wish.machine_type
    if known is not None and wish.provider is None:
        return known
    usual = wish.provider in (None, work.settings.fleet_standby_provider)
    return work.settings.fleet_standby_type if usual and wish.kind == "cpu" else ""
