"""The tables of notices: where somebody wants to be told, and what became of each message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base


class Webhook(Base):
    __tablename__ = "notices_webhooks"
    __table_args__ = (
        CheckConstraint("form IN ('json', 'slack')", name="form"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("cardinality(topics) > 0", name="topics"),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    url_sealed: Mapped[str]
    """Whoever knows the address of a chat's webhook may write there."""
    host: Mapped[str]
    ending: Mapped[str]
    secret_sealed: Mapped[str]
    form: Mapped[str]
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    enabled: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Delivery(Base):
    """One message to one webhook, and its tries."""

    __tablename__ = "notices_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "cause"),
        CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
        Index(None, "webhook_id", "created_at"),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("notices_webhooks.id", ondelete="CASCADE"))
    cause: Mapped[UUID]
    """The job that heard of the event: heard twice, it is told once."""
    topic: Mapped[str]
    text: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None]
    milliseconds: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
