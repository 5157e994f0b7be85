"""The database: one PostgreSQL dialect, by URL or embedded."""

from sqlalchemy.ext.asyncio import AsyncSession as Tx

from dumont.platform.db.engine import Db, raw, when_committed
from dumont.platform.db.tables import Base

__all__ = ["Base", "Db", "Tx", "raw", "when_committed"]
