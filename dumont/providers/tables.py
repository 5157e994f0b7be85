"""The tables of the clouds: turns at each account, and clouds where nothing may be ended."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base


class ProviderLimit(Base):
    """One row for each kind of call of an account; for its windows too, which are only ever held."""

    __tablename__ = "provider_limits"

    account: Mapped[str] = mapped_column(primary_key=True)
    """A digest: names the account, tells nothing of its key."""
    name: Mapped[str] = mapped_column(primary_key=True)
    due: Mapped[datetime]
    """The theoretical arrival time: when the next call would come if all came evenly."""
    granted: Mapped[datetime]
    """When the call may begin that was let in last."""
    free_at: Mapped[datetime]
    """When the next may begin."""
    held_until: Mapped[datetime | None]


class ProviderFreeze(Base):
    __tablename__ = "provider_freezes"

    provider: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    since: Mapped[datetime]
