"""Brings a database to the newest schema: forward only, one process at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dumont.basics.errors import Unavailable
from dumont.platform.db.engine import DatabaseAway, sqlalchemy_url, tell_plainly_when_away

LOCK = 0x64756D6F6E74  # "dumont": two processes that start together migrate one after the other


@dataclass(frozen=True, slots=True)
class Status:
    current: str | None
    newest: str
    pending: tuple[str, ...]
    unknown: bool
    """The database is ahead: a newer release has migrated it."""


async def upgrade(url: str) -> Status:
    return await _run(url, _upgrade)


async def status(url: str) -> Status:
    return await _run(url, _status)


def demand_newest(found: Status) -> None:
    """A database ahead of this code is fine: migrations are safe under the code before them."""
    if found.pending:
        raise Unavailable(
            f"The database is {len(found.pending)} migrations behind this release.",
            code="database_behind",
            hint="Run `dumont db upgrade`.",
        )


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    """The migrations lie beside the package in a checkout, inside it when installed."""
    package = Path(__file__).parents[2]
    places = [package / "migrations", package.parent / "migrations"]
    folder = next((place for place in places if (place / "env.py").exists()), None)
    if folder is None:
        raise Unavailable("The migrations are missing from this installation.", hint="Install dumont again.")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


async def _run(url: str, act: Callable[[Connection], Status]) -> Status:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    tell_plainly_when_away(engine)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    except DatabaseAway as away:
        reason = str(away.__cause__).rstrip(".")
        raise DatabaseAway(f"The database does not answer: {reason}.", hint="Is DATABASE_URL right?") from away
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> Status:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = _status(connection)
    if before.unknown or not before.pending:
        return before
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return _status(connection)


def _status(connection: Connection) -> Status:
    directory = scripts()
    ordered = [script.revision for script in reversed(list(directory.walk_revisions()))]
    current = MigrationContext.configure(connection).get_current_revision()
    known = current is None or current in ordered
    pending = ordered[ordered.index(current) + 1 :] if current in ordered else ordered if current is None else []
    return Status(current, ordered[-1], tuple(pending), unknown=not known)
