"""Files and folders leave a snapshot: whole, by ranges, and by an address that is good once."""

import io
import os
import shutil
import tarfile
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from dumont.accounts.rules import tokens
from dumont.platform.db import Db
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.snapshots import content
from dumont.snapshots.folders import entry_at
from dumont.snapshots.housekeeping import tidy
from dumont.snapshots.trees import Tree
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.repository import create
from dumont.snapstore.totals import totals
from dumont.snapstore.track import Track
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.blobs import MemoryBlobs
from tests.fakes.clock import FakeClock
from tests.fakes.run import FakeRun

SHOWN_ODD = "odd \\xff \\\\ name"


class TestDownload:
    async def get(self, person: Person, snapshot: str, path: str) -> Any:
        answer = await person.asks("GET", f"/snapshots/{snapshot}/download", params={"path": path})
        assert answer.status_code == 200, answer.text
        return answer

    async def test_sends_a_file_as_it_was(self, ada: Person, snapshot: str) -> None:
        assert (await self.get(ada, snapshot, "same.bin")).content == build.BIG
        assert (await self.get(ada, snapshot, SHOWN_ODD)).content == b"odd\n"

    async def test_lets_no_browser_show_it(self, ada: Person, snapshot: str) -> None:
        headers = (await self.get(ada, snapshot, "src/train.py")).headers
        assert headers["content-disposition"] == "attachment; filename=\"train.py\"; filename*=UTF-8''train.py"
        assert headers["content-type"] == "application/octet-stream"
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        odd = (await self.get(ada, snapshot, SHOWN_ODD)).headers["content-disposition"]
        assert odd.isascii()
        assert "\\" not in odd

    async def test_sends_a_folder_as_a_tar(self, ada: Person, snapshot: str, folder: Path, tmp_path: Path) -> None:
        body = (await self.get(ada, snapshot, "")).content
        there = tmp_path / "there"
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            archive.extractall(there, filter="tar")
        assert (there / "big.bin").read_bytes() == build.BIG
        assert (there / "same.bin").stat().st_ino == (there / "big.bin").stat().st_ino
        assert (there / "link").readlink() == Path("src/train.py")
        assert build.things_in(there) == build.things_in(folder)

    async def test_of_a_link_is_refused_for_good(self, ada: Person, snapshot: str) -> None:
        answer = await ada.asks("GET", f"/snapshots/{snapshot}/download", params={"path": "link"})
        assert (answer.status_code, answer.json()["code"]) == (409, "no_content")

    async def test_of_a_part_is_named_by_its_own_folder(self, ada: Person, snapshot: str) -> None:
        answer = await self.get(ada, snapshot, "src/deep")
        with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
            assert archive.getnames() == ["deep", "deep/notes.txt"]

    async def test_says_so_where_the_store_has_lost_it(
        self, ada: Person, snapshot: str, parts: Parts, store: Path
    ) -> None:
        shutil.rmtree(store / await ada.id() / "packs")
        answer = await ada.asks("GET", f"/snapshots/{snapshot}/download", params={"path": "big.bin"})
        assert (answer.status_code, answer.json()["code"]) == (404, "object_missing")

    async def test_sends_a_part_of_a_file_and_says_of_which_content(self, ada: Person, snapshot: str) -> None:
        async def get(**headers: str) -> Any:
            path, params = f"/snapshots/{snapshot}/download", {"path": "big.bin"}
            return await ada.asks("GET", path, params=params, headers=headers)

        whole = await get()
        assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
        etag, size = whole.headers["etag"], len(build.BIG)
        assert (await self.get(ada, snapshot, "same.bin")).headers["etag"] == etag
        assert (await self.get(ada, snapshot, "src.txt")).headers["etag"] != etag
        for said, start, end in (("5-9", 5, 10), (f"{size - 3}-", size - 3, size), ("-7", size - 7, size)):
            part = await get(range=f"bytes={said}")
            assert (part.status_code, part.content) == (206, build.BIG[start:end])
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
            assert part.headers["content-length"] == str(end - start)
        for old, status in ((etag, 206), ('"other"', 200), ("Sun, 22 Nov 2026 10:00:00 GMT", 200)):
            assert (await get(range="bytes=5-9", **{"if-range": old})).status_code == status
        past = await get(range=f"bytes={size}-")
        assert (past.status_code, past.headers["content-range"]) == (416, f"bytes */{size}")


class TestAPart:
    def test_reads_only_the_chunks_that_it_needs(self, tmp_path: Path) -> None:
        """Of a file with a hole and chunks of chance; each range is what the file has there."""
        blobs, file = Counting(), tmp_path / "tree" / "file"
        file.parent.mkdir()
        data = Random(1).randbytes(9 << 20) + bytes(6 << 20) + Random(2).randbytes(3 << 20)
        file.write_bytes(data)
        repository = create(blobs)
        manifest = repository.load(backup(repository, os.fsencode(file.parent), BackupOptions(), Track()).name)
        tree = Tree(repository, manifest, totals(manifest), 0)
        entry = entry_at(manifest, "file")
        for start, end in ((0, 1), (5_000_000, 5_000_100), (8 << 20, 16 << 20), (len(data) - 1, len(data))):
            blobs.read = 0
            found = content.opened(tree, entry, content.Wanted(f"bytes={start}-{end - 1}"))
            assert b"".join(found.chunks) == data[start:end]
            assert blobs.read < end - start + 2 * max(manifest.chunk_stored)


class Counting(MemoryBlobs):
    read = 0

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        found = super().get(name, start, length)
        self.read += len(found)
        return found


class TestAnAddress:
    async def lent(self, person: Person, snapshot: str, path: str) -> str:
        found = await person.does("POST", f"/snapshots/{snapshot}/download", {"path": path})
        return str(found["url"]).removeprefix("/api/v1")

    async def test_is_good_once_without_a_token(self, ada: Person, api: httpx.AsyncClient, snapshot: str) -> None:
        url = await self.lent(ada, snapshot, "big.bin")
        first = await api.get(url)
        assert (first.status_code, first.content) == (200, build.BIG)
        assert first.headers["cache-control"] == "private, no-store"
        again = await api.get(url)
        assert (again.status_code, again.json()["code"]) == (403, "address_over")
        folder = await api.get(await self.lent(ada, snapshot, ""))
        assert folder.headers["content-type"] == "application/x-tar"

    async def test_is_over_after_a_minute_and_then_forgotten(
        self, ada: Person, api: httpx.AsyncClient, snapshot: str, parts: Parts, clock: FakeClock, db: Db
    ) -> None:
        url = await self.lent(ada, snapshot, "big.bin")
        async with db.begin() as tx:
            (row,) = (await tx.execute(text("SELECT * FROM snapshot_downloads"))).mappings()
        ticket = url.partition("ticket=")[2]
        assert ticket.encode() not in bytes(row["hash"]), "known by its hash alone"
        assert row["hash"] == tokens.digest(ticket)
        clock.advance(seconds=61)
        assert (await api.get(url)).status_code == 403
        await tidy(FakeRun(parts), NoArgs())
        async with db.begin() as tx:
            assert (await tx.execute(text("SELECT count(*) FROM snapshot_downloads"))).scalar_one() == 0

    async def test_is_lent_for_what_there_is_and_to_whom_it_belongs(
        self, ada: Person, eve: Person, snapshot: str
    ) -> None:
        wishes = ((ada, "nowhere", "no_such_file"), (ada, "link", "no_content"), (eve, "", "not_found"))
        for person, path, code in wishes:
            answer = await person.asks("POST", f"/snapshots/{snapshot}/download", {"path": path})
            assert answer.json()["code"] == code
        nowhere = await ada.asks("POST", f"/snapshots/{uuid4()}/download", {"path": ""})
        assert nowhere.status_code == 404

    async def test_stands_in_no_log(
        self, ada: Person, api: httpx.AsyncClient, snapshot: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        url = await self.lent(ada, snapshot, "src.txt")
        await api.get(url)
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
        assert any("downloads" in each for each in ours)
        assert url.partition("ticket=")[2] not in " ".join(ours)
