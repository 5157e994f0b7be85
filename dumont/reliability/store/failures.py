"""What reading raises when the database is away, too slow or not what was expected."""

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from dumont.platform.db import glance

FAILURES: tuple[type[Exception], ...] = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    *glance.AWAY,
)
