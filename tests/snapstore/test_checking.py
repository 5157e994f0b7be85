"""Checking a part of all packs, and beside somebody who writes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs import Found
from dumont.snapstore.check import Part, check
from dumont.snapstore.repository import Repository, create, open_repository
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs


def taken(repository: Repository, tree: Path) -> None:
    backup(repository, str(tree).encode(), BackupOptions(), Track())


class TestCheck:
    def test_reads_each_byte_once_in_all_parts_together(self, tmp_path: Path) -> None:
        blobs = MemoryBlobs()
        repository = create(blobs)
        for number in range(5):
            (tmp_path / "own").write_bytes(Random(number).randbytes(30_000))
            taken(repository, tmp_path)
        report = check(repository, True, Track())
        parts = [check(repository, True, Track(), Part(number, 3)) for number in range(3)]
        assert sum(each.bytes_read for each in parts) == report.bytes_read > max(each.bytes_read for each in parts)
        name = next(name for name in blobs.objects if name.startswith("packs/"))
        whole = bytes(blobs.objects[name])
        blobs.objects[name] = whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]
        assert [Part(number, 3).has(name) for number in range(3)] == [
            not check(repository, True, Track(), Part(number, 3)).sound for number in range(3)
        ]

    def test_misses_nothing_of_a_snapshot_that_is_ended_meanwhile(self, tmp_path: Path) -> None:
        """Its packs are younger than the list of packs, which was asked for before that of snapshots."""

        class Meanwhile(MemoryBlobs):
            writes = False

            def list(self, prefix: str) -> Iterator[Found]:
                if self.writes and prefix == "snapshots/":
                    self.writes = False
                    (tmp_path / "own").write_bytes(Random(5).randbytes(30_000))
                    taken(open_repository(self), tmp_path)
                return iter(list(super().list(prefix)))

        blobs = Meanwhile()
        repository = create(blobs)
        taken(repository, tmp_path)
        blobs.writes = True
        report = check(repository, False, Track())
        assert (report.snapshots, report.problems) == (2, [])
