"""The database: one PostgreSQL dialect, by URL or embedded."""

from dumont.platform.db.engine import Db, raw
from dumont.platform.db.tables import Base

__all__ = ["Base", "Db", "raw"]
