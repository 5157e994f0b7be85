"""Writes all of a database into one stream, as of one moment."""

import asyncio
import gzip
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, BinaryIO

import asyncpg

import dumont
from dumont.basics.errors import Conflict, Invalid, Unavailable
from dumont.platform.db import migrate
from dumont.platform.db.transfer.header import END, Header
from dumont.platform.db.transfer.programs import Place, connect, last_words, major_of, pg_dump, place

OPTIONS = ("--format=plain", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications")
CHUNK_BYTES = 1 << 20
Watcher = Callable[[int], None]
"""Is told how many bytes more have gone through."""

TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1
"""


async def export(
    url: str,
    into: BinaryIO,
    *,
    key_ids: Sequence[str] = (),
    bin_dir: Path | None = None,
    watch: Watcher = lambda _: None,
) -> Header:
    schema = await _schema_of(url)
    connection = await connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            header = Header(dumont.__version__, schema, tuple(key_ids), await count_rows(connection))
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            dump = pg_dump(bin_dir, await major_of(connection))
            words = [dump, *OPTIONS, f"--snapshot={snapshot}", "--dbname"]
            await asyncio.to_thread(_pour, words, place(url), header, into, watch)
    finally:
        await connection.close()
    return header


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    names = [row[0] for row in await connection.fetch(TABLES)]
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608 - quoted by the server


async def _schema_of(url: str) -> str:
    status = await migrate.status(url)
    if status.current is None:
        raise Invalid("This database is empty: there is nothing to export.", code="nothing_to_export")
    if status.unknown:
        raise Conflict(
            f"This database was migrated by a newer release ({status.current}).", hint="Export it with that release."
        )
    return status.current


def _pour(words: list[str], source: Place, header: Header, into: BinaryIO, watch: Watcher) -> None:
    with tempfile.TemporaryFile() as complaints, gzip.GzipFile(fileobj=into, mode="wb", mtime=0) as packed:
        packed.write(header.written())
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program with our own arguments
            [*words, source.address], env=source.environment, stdout=subprocess.PIPE, stderr=complaints
        ) as dump:
            try:
                _copy(dump.stdout, packed, watch)
            except BaseException:
                dump.kill()
                raise
        complaints.seek(0)
        if dump.returncode:
            raise Unavailable(f"The export failed: {last_words(complaints.read())}", code="export_failed")
        packed.write(END)


def _copy(source: IO[bytes] | None, into: gzip.GzipFile, watch: Watcher) -> None:
    while source is not None and (chunk := source.read(CHUNK_BYTES)):
        into.write(chunk)
        watch(len(chunk))
