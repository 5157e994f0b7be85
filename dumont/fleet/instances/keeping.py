"""Where the workspace of an instance is kept, if not in our own store: a restic repository of its owner's."""

from collections.abc import Iterable
from uuid import UUID

from dumont.fleet.rules.wanted import ResticPlace, Wanted
from dumont.fleet.tables import FleetInstance
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import Work
from dumont.snapshots import on_behalf, restic
from dumont.snapshots.restic import Place


def shown(place: Place, restore_from: str | None = None) -> ResticPlace:
    """What of it is no secret; raises `Invalid`."""
    restic.refuse_unfit(place.address, place.region, restore_from or "")
    return ResticPlace(address=place.address, region=place.region, restore_from=restore_from)


async def refuse_closed(place: Place | None, settings: Settings) -> None:
    """Before anything is rented for it, or saved into it; raises `Invalid`. Waits for somebody's store: to be called
    while no connection of the database is held."""
    if place is not None:
        await restic.refuse_closed(place, private=settings.snapshots_private_addresses)


async def sealed(tx: Tx, found: Iterable[FleetInstance]) -> set[UUID]:
    """Those of which no snapshot can be made: their owner's repository is encrypted, and only he has the passphrase."""
    in_ours = {each.id: each.owner_id for each in found if each.restic_id is None}
    encrypted = await on_behalf.encrypted(tx, in_ours.values())
    return {identity for identity, owner in in_ours.items() if owner in encrypted}


async def change(work: Work, vault: Vault, instance: FleetInstance, place: Place | None) -> None:
    """From the next snapshot on. Each that is there is put back from where it lies. A machine that it has is made ready
    for restic at once, so that what lacks there is not found out by the first save."""
    wanted = Wanted.model_validate(instance.wanted)
    began = wanted.restic.restore_from if wanted.restic is not None else None
    kept = shown(place, began) if place is not None else None
    owner = (instance.owner_id, instance.team_id is not None, instance.id)
    instance.restic_id = await restic.keep(work, vault, owner, place) if place is not None else None
    if place is not None:
        instance.setup_command_id = None
    instance.wanted = wanted.model_copy(update={"restic": kept}).model_dump(mode="json")
