"""The first snapshot behind a restore reads what has changed since it, and nothing else."""

import os
from pathlib import Path

import pytest

from dumont.snapstore.backup import BackupReport
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track
from dumont.snapstore.witness import beside
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import File, put_back, seen, taken, write


@pytest.fixture
def repository() -> Repository:
    return create(MemoryBlobs())


class Woken:
    """A tree that was put back elsewhere."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository = repository
        root = folder / "before"
        (root / "sub").mkdir(parents=True)
        for number in range(4):
            write(root / "sub" / f"{number}", File(30_000, number))
        write(root / "large", File(300_000, 9))
        (root / "link").symlink_to("large")
        self.slept = taken(repository, root, label="machine").name
        self.root, self.state = folder / "after", str(folder / "state")
        put_back(repository, self.slept, self.root, self.state)

    def taken(self) -> BackupReport:
        return taken(self._repository, self.root, label="machine", witness=beside(self.state))


@pytest.fixture
def woken(way: str, repository: Repository, tmp_path: Path) -> Woken:
    return Woken(repository, tmp_path)


class TestTheFirstSnapshotBehindARestore:
    def test_reads_nothing_where_nothing_has_changed(self, woken: Woken) -> None:
        report = woken.taken()
        assert (report.unchanged_files, report.read, report.parent) == (5, 0, woken.slept)

    def test_notices_what_has_changed(self, woken: Woken, repository: Repository, tmp_path: Path) -> None:
        """By its content alone, with the size and the time that it had; by being another file; by its name."""
        time = (woken.root / "sub" / "0").stat().st_mtime_ns
        with (woken.root / "sub" / "0").open("r+b") as file:
            file.write(b"other")
        os.utime(woken.root / "sub" / "0", ns=(time, time))
        (woken.root / "sub" / "1").unlink()
        write(woken.root / "sub" / "1", File(30_000, 55))
        (woken.root / "sub" / "2").rename(woken.root / "sub" / "moved")
        report = woken.taken()
        assert (report.unchanged_files, report.read) == (2, 90_000)
        assert put_back(repository, report.name, tmp_path / "back") == seen(woken.root)

    def test_is_what_the_next_goes_on_from(self, woken: Woken) -> None:
        write(woken.root / "sub" / "0", File(30_000, 55))
        first = woken.taken()
        second = woken.taken()
        assert (second.parent, second.unchanged_files, second.read) == (first.name, 5, 0)

    def test_notices_a_change_made_before_the_restore_ended(
        self, way: str, repository: Repository, tmp_path: Path
    ) -> None:
        """By whoever could not wait: the time is another than the snapshot's."""
        woken = Woken(repository, tmp_path)
        (woken.root / "sub" / "3").write_bytes(b"x" * 30_000)
        put_back(repository, woken.slept, tmp_path / "elsewhere", woken.state)
        report = woken.taken()
        assert report.unchanged_files == 0

    def test_reads_nothing_behind_a_restore_that_found_most_of_it_there(
        self, woken: Woken, repository: Repository
    ) -> None:
        write(woken.root / "sub" / "0", File(20_000, 55))
        (woken.root / "sub" / "1").chmod(0o600)
        put_back(repository, woken.slept, woken.root, woken.state)
        report = woken.taken()
        assert (report.unchanged_files, report.read, report.parent) == (5, 0, woken.slept)

    def test_notices_what_was_changed_while_the_others_were_put_back(
        self, way: str, woken: Woken, repository: Repository
    ) -> None:
        """With the size and time that it had: by its time of change, if what was left alone was seen before."""
        if way == "plain":
            pytest.skip("without the library all is looked at behind the restore")
        place = woken.root / "sub" / "2"
        time = place.stat().st_mtime_ns

        class Meanwhile(Track):
            def stage(self, name: str) -> None:
                if name == "content":
                    place.write_bytes(b"x" * 30_000)
                    os.utime(place, ns=(time, time))
                super().stage(name)

        (woken.root / "sub" / "0").unlink()
        options = RestoreOptions(direct=False, state=woken.state)
        assert restore(repository, woken.slept, str(woken.root), options, Meanwhile()).complete
        report = woken.taken()
        assert (report.unchanged_files, report.read) == (4, 30_000)

    @pytest.mark.parametrize("harm", [b"", b"DWITN1\n{}\nx", b"\xff" * 300])
    def test_reads_everything_where_nobody_saw_it(self, woken: Woken, harm: bytes) -> None:
        path = Path(beside(woken.state))
        path.write_bytes(harm or path.read_bytes()[:-20])
        report = woken.taken()
        assert (report.unchanged_files, report.read) == (0, 420_000)
