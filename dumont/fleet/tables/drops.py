"""The table of drops: what machines were lent for the time when nobody can be asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dumont.fleet.rules.states import DropState
from dumont.fleet.tables.instances import one_of
from dumont.platform.db import Base


class FleetDrop(Base):
    """One place in the store, for one snapshot that a machine may take by itself; its addresses are renewed."""

    __tablename__ = "fleet_drops"
    __table_args__ = (
        CheckConstraint(one_of("state", DropState), name="state"),
        Index("uq_fleet_drops_lent", "rental_id", unique=True, postgresql_where=text("state = 'lent'")),
        Index("ix_fleet_drops_look_at", "look_at", postgresql_where=text("state IN ('lent', 'moving')")),
        Index(None, "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rental_id: Mapped[UUID] = mapped_column(ForeignKey("fleet_rentals.id", ondelete="CASCADE"))
    instance_id: Mapped[UUID]
    state: Mapped[DropState] = mapped_column(Text)
    parent_id: Mapped[UUID | None]
    """The snapshot that it goes on from, as it was lent."""
    created_at: Mapped[datetime]
    lent_at: Mapped[datetime]
    renew_at: Mapped[datetime]
    look_at: Mapped[datetime]
    """When the store is asked next whether it was used, if its machine is silent."""
    looked_at: Mapped[datetime | None]
    snapshot_id: Mapped[UUID | None]
    """What came of it."""
