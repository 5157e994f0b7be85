"""Wakes an instance for somebody who asks: if his budget allows the machine that it had last."""

from uuid import UUID

from dumont.fleet.instances import access, wishing
from dumont.fleet.money import budgets
from dumont.fleet.store import showing as store
from dumont.fleet.tables import FleetOperation
from dumont.platform.work import Work


async def wake(work: Work, instance_id: UUID) -> FleetOperation:
    instance = await access.instance(work, instance_id, to_change=True)
    if instance.state in ("hibernated", "interrupted", "failed"):
        last = (await store.last_machines(work.tx, [instance.id])).get(instance.id)
        if last is not None:
            await budgets.refuse_unaffordable(work, instance.owner_id, last.price_hour + last.disk_hour)
    return await wishing.wake_up(work, instance, wishing.ASKED)
