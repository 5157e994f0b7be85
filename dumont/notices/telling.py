"""Writes down what is to be told to whom, and has it sent: in the transaction that learned of it."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from dumont.accounts import teams
from dumont.basics import ids
from dumont.basics.page import Page, cut, read_cursor
from dumont.notices import keeping
from dumont.notices.rules.wording import Message, of_test
from dumont.notices.store import deliveries, webhooks
from dumont.notices.tables import Delivery
from dumont.platform.jobs import Jobs
from dumont.platform.work import Work

DELIVER = "notices.deliver"


class ToDeliver(BaseModel):
    delivery_id: UUID
    webhook_id: UUID


async def tell(work: Work, jobs: Jobs, owner_id: UUID, message: Message, *, cause: UUID) -> int:
    """The owner's webhooks, or those of all who are in the team. Told twice of one cause, it does nothing."""
    people = [owner_id, *await teams.people_of(work.tx, owner_id)]
    return await _send(work, jobs, await webhooks.listening(work.tx, people, message.topic), message, cause)


async def test(work: Work, jobs: Jobs, webhook_id: UUID) -> Delivery:
    webhook = await keeping.one(work, webhook_id)
    cause = ids.new(work.now, work.random)
    await _send(work, jobs, [webhook.id], of_test(webhook.name), cause)
    return (await deliveries.page(work.tx, webhook.id, None, 1))[0]


async def past(work: Work, webhook_id: UUID, cursor: str | None, limit: int) -> Page[Delivery]:
    webhook = await keeping.one(work, webhook_id)
    found = await deliveries.page(work.tx, webhook.id, read_cursor(cursor), limit)
    return cut(found, limit, lambda delivery: (delivery.created_at, delivery.id))


async def _send(work: Work, jobs: Jobs, to: Sequence[UUID], message: Message, cause: UUID) -> int:
    rows = [_row(work, webhook_id, message, cause) for webhook_id in to]
    added = await deliveries.add(work.tx, rows)
    for delivery_id, webhook_id in added:
        await jobs.enqueue(work, DELIVER, ToDeliver(delivery_id=delivery_id, webhook_id=webhook_id))
    return len(added)


def _row(work: Work, webhook_id: UUID, message: Message, cause: UUID) -> dict[str, object]:
    identity = ids.new(work.now, work.random)
    told = {"id": str(identity), "event": message.topic, "at": work.now.isoformat(), "text": message.text}
    return {
        "id": identity,
        "webhook_id": webhook_id,
        "cause": cause,
        "topic": message.topic,
        "text": message.text,
        "body": {**told, "data": dict(message.data)},
        "state": "waiting",
        "tries": 0,
        "created_at": work.now,
    }
