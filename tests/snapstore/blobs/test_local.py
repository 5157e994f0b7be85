"""What only folders suffer: writers that are killed, disks that are full, folders that are somebody else's."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from dumont.snapstore.blobs import Bytes, local
from dumont.snapstore.blobs.local import HALF, LocalBlobs
from dumont.snapstore.errors import Missing, NoRoom, SnapError, StoreRefused

WRITER = """
import sys
from dumont.snapstore.blobs.local import LocalBlobs

def parts():
    yield b"x" * 100_000
    sys.stdout.write("half\\n")
    sys.stdout.flush()
    sys.stdin.read()

class Slow(list):
    def __iter__(self):
        return parts()

import dumont.snapstore.blobs.local as local

def write(target, given):
    local.fcntl.flock(target, local.fcntl.LOCK_EX)
    for part in given:
        local.os.write(target, part)

local._write_whole = write
LocalBlobs(sys.argv[1]).put("packs/a", Slow())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "repository"


def halves(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{HALF}*"))


class TestAKilledWriter:
    def test_leaves_nothing_that_is_seen_and_the_next_one_clears_up(self, folder: Path) -> None:
        LocalBlobs(str(folder)).put("packs/a", [b"before"])
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert writer.stdout
        assert writer.stdout.readline() == b"half\n"
        blobs = LocalBlobs(str(folder))
        blobs.put("packs/b", [b"beside it"])
        assert len(halves(folder)) == 1, "what a living writer writes is left alone"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert blobs.get("packs/a") == b"before"
        assert {found.name for found in blobs.list("")} == {"packs/a", "packs/b"}
        LocalBlobs(str(folder)).put("packs/c", [b"later"])
        assert halves(folder) == []


class TestAFolder:
    def test_that_is_full_says_so_and_keeps_nothing(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def half(target: int, parts: Sequence[Bytes]) -> None:
            os.write(target, parts[0])
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(local, "_write_whole", half)
        blobs = LocalBlobs(str(folder))
        with pytest.raises(NoRoom):
            blobs.put("packs/a", [b"x" * 40_000, b"y" * 40_000])
        assert halves(folder) == []
        assert list(blobs.list("")) == []

    def test_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        blobs = LocalBlobs(str(tmp_path / "file"))
        with pytest.raises(StoreRefused):
            blobs.put("config", [b"{}"])
        with pytest.raises(Missing):
            blobs.get("config")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may do anything")
    def test_that_is_not_ours_is_refused(self, folder: Path) -> None:
        blobs = LocalBlobs(str(folder))
        blobs.put("config", [b"{}"])
        folder.chmod(0o500)
        try:
            with pytest.raises(StoreRefused):
                blobs.put("other", [b"{}"])
        finally:
            folder.chmod(0o700)

    def test_is_for_its_owner_alone(self, folder: Path) -> None:
        LocalBlobs(str(folder)).put("packs/aa/b", [b"data"])
        modes = {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]}
        assert modes == {0}

    def test_is_made_by_many_at_once(self, folder: Path) -> None:
        failed: list[SnapError] = []
        start = threading.Barrier(8)

        def put(number: int) -> None:
            start.wait()
            try:
                for each in range(5):
                    LocalBlobs(str(folder)).put(f"packs/{each}/{number}", [b"data"])
            except SnapError as error:
                failed.append(error)

        threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert len(list(LocalBlobs(str(folder)).list("packs"))) == 40
        assert halves(folder) == []
