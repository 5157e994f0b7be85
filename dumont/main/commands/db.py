"""`dumont db`: bring the database up to date, look at it, move it."""

import asyncio
import dataclasses
import json as json_format
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from dumont.basics.errors import Conflict, Invalid

if TYPE_CHECKING:
    from dumont.platform.settings import Settings

app = typer.Typer(help="The database: upgrade, status, export, import.", no_args_is_help=True)
Home = Annotated[Path | None, typer.Option(help="Folder of the embedded database.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Delete everything that the target holds.")]
Target = Annotated[str, typer.Argument(help="File to write; `-` is standard output.", metavar="FILE")]
Source = Annotated[str, typer.Argument(help="File to read; `-` is standard input.", metavar="FILE")]


@app.callback()
def _noun() -> None:
    """The database that the settings name, or else the embedded one."""


@app.command("status", epilog="\b\nExamples:\n  dumont db status\n  dumont db status --json")
def status(json: Json = False, home: Home = None) -> None:
    """Tell which schema the database has, and which migrations are still to come."""
    from dumont.main.database import database
    from dumont.platform.db import migrate

    settings = _settings(home)
    with database(settings) as url:
        found = asyncio.run(migrate.status(url))
    if json:
        print(json_format.dumps(dataclasses.asdict(found), indent=2))
        return
    print(f"database  {_name(settings)}")
    print(f"schema    {found.current or 'none yet'}")
    print(f"newest    {found.newest}")
    print(f"pending   {', '.join(found.pending) or 'nothing'}")
    if found.unknown:
        _say("A newer release has migrated this database: run that release.")


@app.command("upgrade", epilog="\b\nExamples:\n  DATABASE_URL=postgresql://... dumont db upgrade")
def upgrade(home: Home = None) -> None:
    """Bring the database to the newest schema. Safe to repeat, and while older servers run."""
    from dumont.main.database import database
    from dumont.platform.db import migrate

    with database(_settings(home)) as url:
        before = asyncio.run(migrate.status(url))
        after = asyncio.run(migrate.upgrade(url))
    if after.unknown:
        raise Conflict("A newer release has migrated this database.", hint="Run that release.")
    _say(f"Applied {', '.join(before.pending)}." if before.pending else f"Up to date: {after.current}.")


@app.command(
    "export",
    epilog="\b\nExamples:\n  dumont db export dumont.sql.gz\n"
    "  dumont db export - | ssh server 'DATABASE_URL=postgresql://... dumont db import -'",
)
def export(file: Target, home: Home = None) -> None:
    """Write the whole database into one file, as of this moment; the server may run on meanwhile."""
    from dumont.main.database import database
    from dumont.main.wiring import encryption_keys
    from dumont.platform.db import transfer

    settings = _settings(home)
    ids = [key.id for key in encryption_keys(settings)]
    with database(settings) as url, _writing(file) as into, _bar("Exporting") as watch:
        header = asyncio.run(transfer.export(url, into, key_ids=ids, bin_dir=settings.postgres_bin, watch=watch))
    _say(f"Exported {_counted(header.rows)}, schema {header.schema}.")
    _say(f"Stored secrets in it open only with the encryption keys of this server ({', '.join(ids)}): carry those too.")


@app.command(
    "import",
    epilog="\b\nExamples:\n  DATABASE_URL=postgresql://... dumont db import dumont.sql.gz\n"
    "  dumont db import dumont.sql.gz --home /srv/dumont",
)
def import_(file: Source, force: Force = False, home: Home = None) -> None:
    """Put an export into the database of the settings: all of it, or nothing. Refuses a target that holds data."""
    from dumont.main.database import database
    from dumont.main.wiring import encryption_keys
    from dumont.platform.db import migrate, transfer

    settings = _settings(home)
    with database(settings) as url:
        with _reading(file) as source, _bar("Importing") as watch:
            header = asyncio.run(transfer.restore(url, source, force=force, bin_dir=settings.postgres_bin, watch=watch))
        after = asyncio.run(migrate.upgrade(url))
    _say(f"Imported {_counted(header.rows)} into {_name(settings)}, schema {after.current}.")
    missing = set(header.key_ids) - {key.id for key in encryption_keys(settings)}
    if missing:
        _say(f"Stored secrets stay closed until DUMONT_ENCRYPTION_KEYS has key {', '.join(sorted(missing))} as well.")


def _settings(home: Path | None) -> "Settings":
    from dumont.platform.settings import load

    return load(overrides={"home": home} if home else None).settings


def _name(settings: "Settings") -> str:
    """Where it is, without the password."""
    if settings.database_url is None:
        return f"embedded, in {settings.home}"
    from sqlalchemy.engine import make_url

    return make_url(settings.database_url.get_secret_value()).render_as_string(hide_password=True)


def _counted(rows: Mapping[str, int]) -> str:
    return f"{sum(rows.values())} rows of {len(rows)} tables"


@contextmanager
def _writing(file: str) -> Iterator[BinaryIO]:
    """A file appears whole, readable by its owner alone: it holds everybody's password hashes."""
    if file == "-":
        if sys.stdout.isatty():
            raise Invalid("An export is not for a terminal.", hint="Name a file, or pipe it on.")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = Path(f"{file}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as into:
            yield into
            into.flush()
            os.fsync(into.fileno())
        part.replace(file)
    except OSError as error:
        raise Invalid(f"{file} can't be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _reading(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with _open(Path(file)) as source:
        yield source


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Invalid(f"{path} can't be read: {error.strerror}.") from None


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int], None]]:
    """Bytes that have gone through, to people who look on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda bytes_more: progress.advance(task, bytes_more)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
