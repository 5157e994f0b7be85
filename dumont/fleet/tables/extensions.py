"""The table of machines that are paid ahead: how far, and what is being done so that they do not end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base


class FleetExtension(Base):
    """One for each rental at a cloud that takes machines away when what is paid for is used up."""

    __tablename__ = "fleet_extensions"
    __table_args__ = (
        CheckConstraint("(asked_end IS NULL) = (asked_at IS NULL)", name="asked"),
        CheckConstraint("(asked_end IS NULL) = (asked_hours IS NULL)", name="hours"),
        Index("ix_fleet_extensions_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    rental_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_rentals.id", ondelete="CASCADE"), primary_key=True)
    look_at: Mapped[datetime | None]
    """Null once its rental is over."""
    asked_end: Mapped[datetime | None]
    """The end for which more hours are being bought, committed before the call; null once it is known what came of it.
    For one end there is one call."""
    asked_hours: Mapped[int | None] = mapped_column(Integer)
    asked_at: Mapped[datetime | None]
    bought_hours: Mapped[int] = mapped_column(Integer, server_default="0")
    """Beside those of the order."""
    told_end: Mapped[datetime | None]
    """The end of which its owner was told that it can't be put off."""
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(Integer, server_default="0")
    """Grows with each claim: the fencing token."""
