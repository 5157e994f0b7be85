"""Moving a database: all of it arrives, or nothing has changed."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from dumont.basics.errors import Conflict, Failure, Invalid, Unavailable
from dumont.platform.db import transfer
from dumont.platform.db.embedded import EmbeddedPostgres, find_binaries
from dumont.platform.db.engine import asyncpg_url
from tests.conftest import DatabaseMaker

FILL = """
    CREATE TABLE odd ("a b" text, price numeric(20, 6), at timestamptz DEFAULT now());
    CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE SEQUENCE counter;
    SELECT setval('counter', 41);
    INSERT INTO odd VALUES (E'tab\\there \\\\. end', 1.5), ('COPY odd FROM stdin;', NULL), (E'\\restrict', 3);
    INSERT INTO odd VALUES (E'line\\nSET transaction_timeout = 0;\\n', 2), ('ü', 0);
    INSERT INTO parted SELECT n, '2026-06-01' FROM generate_series(1, 500) n
"""


@pytest.fixture
async def source(make_database: DatabaseMaker) -> str:
    url = await make_database.make()
    await run(url, FILL)
    return url


@pytest.fixture
async def target(make_database: DatabaseMaker) -> str:
    """Migrated, and otherwise empty."""
    return await make_database.make()


@pytest.fixture
async def file(source: str) -> bytes:
    into = io.BytesIO()
    await transfer.export(source, into, key_ids=["k1"])
    return into.getvalue()


async def run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(asyncpg_url(url))
    await connection.execute(statement)
    await connection.close()


async def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%\\_2%' ORDER BY 1"
        )
        return {
            name: [tuple(row) for row in await connection.fetch(f'SELECT * FROM "{name}" t ORDER BY t::text')]
            for (name,) in names
        }
    finally:
        await connection.close()


@pytest.fixture
def oldest() -> Iterator[str]:
    """A server of the oldest version that is supported, where the machine has its programs."""
    bin_dir = Path("/usr/lib/postgresql/15/bin")
    if not (bin_dir / "initdb").exists():
        pytest.skip("no PostgreSQL 15 on this machine")
    with TemporaryDirectory(prefix="dumont-oldest-") as folder:
        Path(folder).chmod(0o711)  # as root the server runs as somebody else, who must pass through
        with EmbeddedPostgres(Path(folder) / "data", bin_dir=bin_dir) as server:
            yield server.url


class TestExport:
    async def test_tells_what_it_holds_before_it_does(self, source: str) -> None:
        into = io.BytesIO()
        header = await transfer.export(source, into, key_ids=["k1"])
        lines = gzip.decompress(into.getvalue()).splitlines()
        told = json.loads(lines[1].removeprefix(b"-- "))
        assert told["rows"]["public.odd"] == 5
        assert told["rows"]["public.parted_1"] == 500
        assert told["key_ids"] == ["k1"]
        assert header.schema == told["schema"]
        assert lines[-1] == b"-- dumont export ends"

    async def test_refuses_an_empty_database(self, make_database: DatabaseMaker) -> None:
        url = await make_database.make()
        await run(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        with pytest.raises(Invalid, match="nothing to export"):
            await transfer.export(url, io.BytesIO())

    async def test_refuses_what_a_newer_release_has_migrated(self, source: str) -> None:
        await run(source, "UPDATE alembic_version SET version_num = '9999_future'")
        with pytest.raises(Conflict, match="newer release"):
            await transfer.export(source, io.BytesIO())

    async def test_says_that_the_database_is_away_without_its_password(self) -> None:
        with pytest.raises(Unavailable) as raised:
            await transfer.export("postgresql://u:tell-nobody@127.0.0.1:9/x", io.BytesIO())
        assert "tell-nobody" not in raised.value.message

    async def test_says_what_pg_dump_complains_of(self, source: str, tmp_path: Path) -> None:
        for name in ("initdb", "postgres", "pg_dump"):
            script = "echo 18.6" if name == "postgres" else "echo 'pg_dump: error: it is broken' >&2; exit 3"
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        with pytest.raises(Unavailable, match="it is broken"):
            await transfer.export(source, io.BytesIO(), bin_dir=tmp_path)


class TestRestore:
    async def test_brings_everything_over(self, source: str, target: str, file: bytes) -> None:
        await transfer.restore(target, io.BytesIO(file))
        assert await content(target) == await content(source)
        connection = await asyncpg.connect(asyncpg_url(target))
        assert await connection.fetchval("SELECT nextval('counter')") == 42
        await connection.close()

    async def test_refuses_a_target_that_holds_data(self, target: str, file: bytes) -> None:
        await run(target, "CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
        with pytest.raises(Conflict, match=r"public\.mine") as raised:
            await transfer.restore(target, io.BytesIO(file))
        assert raised.value.code == "target_not_empty"
        assert (await content(target))["mine"] == [(1,)]

    async def test_replaces_all_of_it_when_forced(self, source: str, target: str, file: bytes) -> None:
        await run(target, "CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
        await transfer.restore(target, io.BytesIO(file), force=True)
        assert await content(target) == await content(source)

    async def test_refuses_a_target_that_a_server_uses(self, target: str, file: bytes) -> None:
        server = await asyncpg.connect(asyncpg_url(target), server_settings={"application_name": "dumont web"})
        with pytest.raises(Conflict, match="dumont web"):
            await transfer.restore(target, io.BytesIO(file), force=True)
        await server.close()

    async def test_goes_to_an_older_server_and_back(self, source: str, target: str, file: bytes, oldest: str) -> None:
        assert find_binaries().major > 15
        await transfer.restore(oldest, io.BytesIO(file))
        assert await content(oldest) == await content(source)
        back = io.BytesIO()
        await transfer.export(oldest, back)
        await transfer.restore(target, io.BytesIO(back.getvalue()))
        assert await content(target) == await content(source)

    @pytest.mark.parametrize("share", [0.02, 0.5, 0.97, 0.999])
    async def test_leaves_nothing_of_a_file_that_was_cut_off(self, target: str, file: bytes, share: float) -> None:
        await self.refused(target, file[: int(len(file) * share)])

    async def test_leaves_nothing_of_a_file_without_its_end(self, target: str, file: bytes) -> None:
        lines = gzip.decompress(file).splitlines(keepends=True)
        await self.refused(target, gzip.compress(b"".join(lines[:-1])))

    async def test_leaves_nothing_when_rows_are_missing(self, target: str, file: bytes) -> None:
        text = gzip.decompress(file)
        cut = text.replace(b"500\t2026-06-01\n", b"", 1)
        assert cut != text
        await self.refused(target, gzip.compress(cut, mtime=0), match="rows are missing in public.parted_1")

    async def test_leaves_nothing_when_a_statement_fails(self, target: str, file: bytes) -> None:
        text = gzip.decompress(file).replace(b"CREATE SEQUENCE", b"CREATE NONSENSE", 1)
        await self.refused(target, gzip.compress(text, mtime=0), match="NONSENSE")

    @pytest.mark.parametrize(
        "given",
        [b"", b"no gzip", gzip.compress(b"SELECT 1;\n", mtime=0), gzip.compress(b"-- dumont export 1\n{}\n", mtime=0)],
    )
    async def test_refuses_what_is_no_export(self, target: str, given: bytes) -> None:
        await self.refused(target, given, match="not an export")

    async def test_refuses_an_export_of_a_newer_release(self, target: str, file: bytes) -> None:
        text = gzip.decompress(file).replace(b'"schema": "0', b'"schema": "9', 1)
        await self.refused(target, gzip.compress(text, mtime=0), match="newer release")

    async def refused(self, target: str, given: bytes, *, match: str = "can't be used|not an export") -> None:
        before = await content(target)
        with pytest.raises(Failure, match=match):
            await transfer.restore(target, io.BytesIO(given))
        assert await content(target) == before
