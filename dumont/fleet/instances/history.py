"""What has happened to an instance, and what was done with it, page by page."""

from uuid import UUID

from dumont.basics.page import Page, cut, read_cursor
from dumont.fleet.instances import access
from dumont.fleet.store import owned
from dumont.fleet.tables import FleetEvent, FleetOperation
from dumont.platform.work import Work


async def events(work: Work, instance_id: UUID, cursor: str | None, limit: int) -> Page[FleetEvent]:
    instance = await access.instance(work, instance_id)
    found = await owned.events(work.tx, instance.id, read_cursor(cursor), limit)
    return cut(found, limit, lambda event: (event.at, event.id))


async def operations(work: Work, instance_id: UUID, cursor: str | None, limit: int) -> Page[FleetOperation]:
    instance = await access.instance(work, instance_id)
    found = await owned.operations(work.tx, instance.id, read_cursor(cursor), limit)
    return cut(found, limit, lambda operation: (operation.created_at, operation.id))


async def operation(work: Work, operation_id: UUID) -> FleetOperation:
    return await access.operation(work, operation_id)
