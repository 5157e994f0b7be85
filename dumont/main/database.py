"""Where the database is: the one that the settings name, or the embedded one, which the last user stops."""

from collections.abc import Iterator
from contextlib import contextmanager

from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.settings import Settings, runtime_dir


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of a database that takes connections."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with EmbeddedPostgres(
        settings.home / "postgres", bin_dir=settings.postgres_bin, runtime_dir=runtime_dir()
    ) as embedded:
        yield embedded.url


async def bring_up_to_date(settings: Settings, url: str) -> migrate.Status:
    """An embedded database is migrated at every start; a shared one by `dumont db upgrade`, when its owner decides."""
    if settings.embedded:
        return await migrate.upgrade(url)
    status = await migrate.status(url)
    migrate.demand_newest(status)
    return status
