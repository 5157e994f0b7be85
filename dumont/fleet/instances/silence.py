"""Tells of an agent that no longer calls, once, and that it is back, if its silence was told."""

from uuid import UUID

from dumont.fleet.instances import moves
from dumont.fleet.store import events
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work

SILENT, BACK = "agent_silent", "agent_back"


async def tell(work: Work, instance: FleetInstance, rental_id: UUID) -> None:
    """`instance` is locked, here and below: so no return comes between the silence and its telling."""
    if await events.last_of(work.tx, instance.id, (SILENT, BACK), rental_id=str(rental_id)) != SILENT:
        said = "The agent no longer calls; its cloud is asked what has become of the machine."
        await moves.note(work, instance, "warning", said, code=SILENT, rental_id=str(rental_id))


async def tell_that_it_is_over(work: Work, instance: FleetInstance, rental_id: UUID) -> None:
    if await events.last_of(work.tx, instance.id, (SILENT, BACK), rental_id=str(rental_id)) == SILENT:
        await moves.note(work, instance, "rental", "The agent calls again.", code=BACK, rental_id=str(rental_id))
