"""Puts an export into a database, in one transaction that commits only if every row has arrived."""

import asyncio
import gzip
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import asyncpg

from dumont.basics.errors import Conflict, Invalid, Unavailable
from dumont.platform.db import migrate
from dumont.platform.db.transfer.export import Watcher, count_rows
from dumont.platform.db.transfer.header import END, HINT, Header, read_header
from dumont.platform.db.transfer.programs import Place, connect, last_words, major_of, place, psql, users_of

OPTIONS = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--dbname")
START = b"BEGIN;\nDROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"
NOT_BEFORE_17 = b"SET transaction_timeout = 0;\n"
NOT_DATA = frozenset({"public.alembic_version"})


async def restore(
    url: str,
    source: BinaryIO,
    *,
    force: bool = False,
    bin_dir: Path | None = None,
    watch: Watcher = lambda _: None,
) -> Header:
    """`force` takes a target that holds data, and replaces all of it."""
    lines = gzip.GzipFile(fileobj=source, mode="rb")
    header = read_header(lines)
    _check_release(header)
    connection = await connect(url)
    try:
        major = await major_of(connection)
        await _check_target(connection, force=force)
    finally:
        await connection.close()
    words = [psql(bin_dir), *OPTIONS]
    await asyncio.to_thread(_pour, words, place(url), _script(header, lines, major, watch))
    return header


def _check_release(header: Header) -> None:
    known = {script.revision for script in migrate.scripts().walk_revisions()}
    if header.schema not in known:
        raise Conflict(
            f"This export was made by a newer release ({header.release}, schema {header.schema}).",
            code="export_too_new",
            hint=f"Install dumont {header.release} or newer, then import it.",
        )


async def _check_target(connection: asyncpg.Connection, *, force: bool) -> None:
    users = await users_of(connection)
    if users:
        raise Conflict(
            f"The target is in use by {users}.", code="target_in_use", hint="Stop `dumont up`, web and worker first."
        )
    filled = {name: rows for name, rows in (await count_rows(connection)).items() if rows and name not in NOT_DATA}
    if filled and not force:
        most = max(filled, key=lambda name: filled[name])
        raise Conflict(
            f"The target is not empty: {len(filled)} tables hold rows, {most} alone {filled[most]}.",
            code="target_not_empty",
            hint="Take an empty database, or add --force to delete everything in this one.",
        )


def _script(header: Header, lines: Iterable[bytes], major: int, watch: Watcher) -> Iterator[bytes]:
    """Ends with COMMIT only if the export was whole; a session that ends without it leaves nothing behind."""
    yield START
    last = b""
    try:
        for line in lines:
            watch(len(line))
            last = line
            if line != NOT_BEFORE_17 or major >= 17:
                yield line
    except (OSError, EOFError):
        raise _damaged("it is damaged") from None
    if last != END:
        raise _damaged("its end is missing")
    yield _counted(header)
    yield b"COMMIT;\n"


def _counted(header: Header) -> bytes:
    checks = "\n".join(
        f"  IF (SELECT count(*) FROM {name}) <> {rows} THEN RAISE EXCEPTION 'rows are missing in {name}'; END IF;"  # noqa: S608
        for name, rows in header.rows.items()
    )
    return f"DO $counted$ BEGIN\n{checks}\nEND $counted$;\n".encode()


def _pour(words: list[str], target: Place, script: Iterator[bytes]) -> None:
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program with our own arguments
            [*words, target.address], env=target.environment, stdin=subprocess.PIPE, stderr=complaints
        ) as process:
            _feed(process, script)
        complaints.seek(0)
        if process.returncode:
            raise Unavailable(
                f"The import failed, nothing was changed: {last_words(complaints.read())}", code="import_failed"
            )


def _feed(process: "subprocess.Popen[bytes]", script: Iterator[bytes]) -> None:
    """Killed before its input ends, psql can't commit; what is left in our buffer goes nowhere."""
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        for line in script:
            process.stdin.write(line)
        process.stdin.flush()
    except BrokenPipeError:
        process.wait()  # it has stopped by itself, and says why
    except BaseException:
        process.kill()
        raise
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _damaged(how: str) -> Invalid:
    return Invalid(f"This export can't be used: {how}. Nothing was changed.", code="export_damaged", hint=HINT)
