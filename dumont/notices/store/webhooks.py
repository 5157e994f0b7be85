"""SQL of webhooks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, delete, func, literal, select

from dumont.notices.tables import Webhook
from dumont.platform.db import Tx


async def of_user(tx: Tx, user_id: UUID) -> Sequence[Webhook]:
    query = select(Webhook).where(Webhook.user_id == user_id).order_by(Webhook.created_at.desc(), Webhook.id.desc())
    return (await tx.execute(query)).scalars().all()


async def count(tx: Tx, user_id: UUID) -> int:
    return (await tx.execute(select(func.count()).where(Webhook.user_id == user_id))).scalar_one()


async def mine(tx: Tx, webhook_id: UUID, user_id: UUID) -> Webhook | None:
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.user_id == user_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def one(tx: Tx, webhook_id: UUID) -> Webhook | None:
    return (await tx.execute(select(Webhook).where(Webhook.id == webhook_id))).scalar_one_or_none()


async def listening(tx: Tx, people: Sequence[UUID], topic: str) -> Sequence[UUID]:
    wanted = Webhook.user_id.in_(people) & Webhook.enabled & (literal(topic) == any_(Webhook.topics))
    return (await tx.execute(select(Webhook.id).where(wanted))).scalars().all()


async def remove(tx: Tx, webhook_id: UUID, user_id: UUID) -> str | None:
    """The name it had."""
    gone = delete(Webhook).where(Webhook.id == webhook_id, Webhook.user_id == user_id).returning(Webhook.name)
    return (await tx.execute(gone)).scalar_one_or_none()


async def all_of_them(tx: Tx) -> Sequence[Webhook]:
    return (await tx.execute(select(Webhook).with_for_update())).scalars().all()
