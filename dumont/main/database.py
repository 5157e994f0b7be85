"""Where the database is: the one that the settings name, or the embedded one, which the last user stops."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Event, Thread

import structlog

from dumont.basics.errors import Failure, Invalid
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.settings import Settings, runtime_dir

log = structlog.get_logger()

LOOK_SECONDS = 1.0
SIMULATED, DEMO = "simulated", "demo"


def keep_apart(settings: Settings) -> None:
    """What is real from a demo's: else keys of simulated clouds would be tried at real ones, or the other way round."""
    home, mark = settings.home, settings.home / SIMULATED
    if not settings.demo:
        if mark.exists():
            raise Invalid.field(
                "home",
                f"is a demo's ({home}): only the processes that `dumont up --demo` starts know its simulated clouds",
                hint=f"Use `dumont up --demo --home {home}`, or another home.",
            )
        return
    if (home / "postgres").exists() and not mark.exists() and home.name != DEMO:
        raise Invalid.field("home", f"holds what is real ({home})", hint="Give the demo a folder of its own.")
    home.mkdir(parents=True, exist_ok=True)
    mark.touch()


@contextmanager
def database(settings: Settings, *, watched: bool = False) -> Iterator[str]:
    """The URL of a database that takes connections. `watched` is for long use: it brings a dead embedded one back."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with (
        EmbeddedPostgres(
            settings.home / "postgres", bin_dir=settings.postgres_bin, runtime_dir=runtime_dir()
        ) as embedded,
        _watched(embedded) if watched else nullcontext(),
    ):
        yield embedded.url


@contextmanager
def _watched(embedded: EmbeddedPostgres) -> Iterator[None]:
    """By a thread, because bringing it up blocks."""
    enough = Event()
    watcher = Thread(target=_look_after, args=(embedded, enough), name="database-watcher", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        enough.set()
        watcher.join()


def _look_after(embedded: EmbeddedPostgres, enough: Event) -> None:
    while not enough.wait(LOOK_SECONDS):
        try:
            embedded.start()
            embedded.trim_log()
        except OSError as error:
            log.warning("embedded_database_not_looked_after", error=error.strerror)
        except Failure as failure:
            log.error("embedded_database_away", error=failure.message)


async def bring_up_to_date(settings: Settings, url: str) -> migrate.Status:
    """An embedded database is migrated at every start; a shared one by `dumont db upgrade`, when its owner decides."""
    if settings.embedded:
        return await migrate.upgrade(url)
    status = await migrate.status(url)
    migrate.demand_newest(status)
    return status
