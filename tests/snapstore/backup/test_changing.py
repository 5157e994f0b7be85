"""Trees that change under a snapshot's hands, each at a moment that the test chooses."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dumont.snapstore.backup import BackupReport, past_cache
from dumont.snapstore.backup.reading import AT_ONCE
from dumont.snapstore.check import check
from dumont.snapstore.errors import Cancelled
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import File, put_back, seen, taken, write

LARGE = 2 * AT_ONCE + 100_000


class AfterLooking(Track):
    """Does something when the tree has been looked at, and nothing of it is read."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def stage(self, name: str) -> None:
        if name == "send":
            self._act()
        super().stage(name)


class AmidReading(Track):
    """Does something when a first part of a large file is read."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self._done = False

    def add(self, files: int = 0, size: int = 0, moved: int = 0) -> None:
        if size == AT_ONCE and not self._done:
            self._done = True
            self._act()
        super().add(files, size, moved)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for number in range(4):
        write(root / "sub" / f"{number}", File(30_000, number))
    write(root / "large", File(300_000, 9))
    return root


@pytest.fixture
def repository() -> Repository:
    return create(MemoryBlobs())


def told(report: BackupReport) -> dict[bytes, str]:
    return {note.path: note.what.partition(":")[0] for note in report.notes}


CHANGED, LOST = "changed while it was read", "not read"


class TestAFileThat:
    @pytest.mark.parametrize("name", ["sub/1", "large"])
    def test_vanishes_is_told_and_left_out(self, way: str, root: Path, repository: Repository, name: str) -> None:
        report = taken(repository, root, AfterLooking((root / name).unlink))
        assert told(report) == {name.encode(): LOST}
        self._is_kept(repository, report, root)

    @pytest.mark.parametrize("name", ["sub/1", "large"])
    @pytest.mark.parametrize("size", [0, 10, 200_000, 600_000])
    def test_has_another_size_is_kept_as_it_is(
        self, way: str, root: Path, repository: Repository, name: str, size: int
    ) -> None:
        report = taken(repository, root, AfterLooking(lambda: write(root / name, File(size, 5, mtime=77))))
        assert told(report) == {name.encode(): CHANGED}
        self._is_kept(repository, report, root)
        second = taken(repository, root)
        assert (second.unchanged_files, second.read) == (4, size)

    @pytest.mark.parametrize("name", ["sub/1", "large"])
    def test_becomes_a_link_is_not_followed(self, way: str, root: Path, repository: Repository, name: str) -> None:
        outside = root.parent / "outside"
        outside.write_bytes(b"secret")

        def swap() -> None:
            (root / name).unlink()
            (root / name).symlink_to(outside)

        report = taken(repository, root, AfterLooking(swap))
        assert told(report) == {name.encode(): LOST}
        assert name.encode() not in put_back(repository, report.name, root.parent / "back")

    def test_lies_in_a_folder_that_becomes_a_link_is_not_followed(
        self, way: str, root: Path, repository: Repository
    ) -> None:
        outside = root.parent / "outside"
        outside.mkdir()
        for name in ("0", "1", "2", "3"):
            (outside / name).write_bytes(b"secret")
        write(root / "sub" / "large", File(300_000, 1))
        (outside / "large").write_bytes(b"secret")

        def swap() -> None:
            shutil.rmtree(root / "sub")
            (root / "sub").symlink_to(outside)

        report = taken(repository, root, AfterLooking(swap))
        assert set(told(report)) == {b"sub/0", b"sub/1", b"sub/2", b"sub/3", b"sub/large"}
        assert set(put_back(repository, report.name, root.parent / "back")) == {b"", b"large", b"sub"}

    @pytest.mark.parametrize("name", ["sub/1", "large"])
    def test_becomes_a_pipe_is_left_out_and_nobody_waits_for_it(
        self, way: str, root: Path, repository: Repository, name: str
    ) -> None:
        def swap() -> None:
            (root / name).unlink()
            os.mkfifo(root / name)

        report = taken(repository, root, AfterLooking(swap))
        assert told(report) == {name.encode(): LOST}

    @pytest.mark.parametrize("name", ["sub/1", "large"])
    def test_may_not_be_read_is_told(self, way: str, root: Path, repository: Repository, name: str) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        report = taken(repository, root, AfterLooking(lambda: (root / name).chmod(0)))
        assert told(report) == {name.encode(): LOST}

    @pytest.mark.parametrize("name", ["sub/1", "large"])
    def test_vanishes_under_one_of_its_names_is_kept_under_the_others(
        self, way: str, root: Path, repository: Repository, name: str
    ) -> None:
        os.link(root / name, root / "x")
        os.link(root / name, root / "y")
        report = taken(repository, root, AfterLooking((root / name).unlink))
        assert told(report) == {name.encode(): LOST}
        self._is_kept(repository, report, root)

    def test_is_read_again_where_it_changed_after_it_was_read(
        self, way: str, root: Path, repository: Repository
    ) -> None:
        """By who sets the time back; and at once, as clocks of file systems are slow."""

        def change() -> None:
            time = (root / "sub" / "1").stat().st_mtime_ns
            with (root / "sub" / "1").open("r+b") as file:
                file.write(b"other")
            os.utime(root / "sub" / "1", ns=(time, time))

        taken(repository, root, _AtTheEnd(change))
        second = taken(repository, root)
        assert (second.unchanged_files, second.read) == (4, 30_000)
        self._is_kept(repository, second, root)

    def _is_kept(self, repository: Repository, report: BackupReport, root: Path) -> None:
        back = put_back(repository, report.name, root.parent / f"back {report.name[:8]}")
        folders = {path for path, look in back.items() if look.kind == 0o040000}
        assert {path: look for path, look in back.items() if path not in folders} == {
            path: look for path, look in seen(root).items() if path not in folders
        }


class _AtTheEnd(AfterLooking):
    def stage(self, name: str) -> None:
        if name == "finish":
            self._act()
        Track.stage(self, name)


class TestALargeFileThat:
    """Where a part of it is read already. By the library only: without it this takes long, and is the same code."""

    @pytest.fixture
    def large(self, root: Path) -> Path:
        write(root / "large", File(LARGE, 3))
        return root / "large"

    def test_grows_is_kept_as_it_was(self, root: Path, large: Path, repository: Repository) -> None:
        before = large.read_bytes()

        def grow() -> None:
            with large.open("ab") as file:
                file.write(b"more")

        report = taken(repository, root, AmidReading(grow))
        assert told(report) == {b"large": CHANGED}
        assert put_back(repository, report.name, root.parent / "back")[b"large"].content == before
        assert taken(repository, root).read == LARGE + 4

    def test_shrinks_is_kept_as_far_as_it_goes(self, root: Path, large: Path, repository: Repository) -> None:
        before = large.read_bytes()
        report = taken(repository, root, AmidReading(lambda: os.truncate(large, AT_ONCE + 10)))
        assert told(report) == {b"large": CHANGED}
        kept = put_back(repository, report.name, root.parent / "back")[b"large"].content
        left = AT_ONCE + 10
        assert kept[:left] == before[:left]
        assert left <= len(kept) < len(before)  # the part behind is read in the same moment, whole, torn or not at all

    def test_can_not_be_read_costs_nobody_else_s_room(
        self, root: Path, large: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(9):
            write(root / f"bad-{number}", File(AT_ONCE, 50 + number))

        def read(file: past_cache.File, *_what: object) -> int:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(past_cache.File, "read", read)
        assert len(told(taken(repository, root))) == 10

    def test_vanishes_is_kept(self, root: Path, large: Path, repository: Repository) -> None:
        before = large.read_bytes()
        report = taken(repository, root, AmidReading(large.unlink))
        assert put_back(repository, report.name, root.parent / "back")[b"large"].content == before

    def test_is_not_wanted_any_more_is_not_read_to_its_end(
        self, root: Path, large: Path, repository: Repository
    ) -> None:
        track = AmidReading(lambda: track.cancel())  # noqa: PLW0108 -- it is not there yet
        with pytest.raises(Cancelled):
            taken(repository, root, track)
        assert not repository.names()
        taken(repository, root)
        assert check(repository, True, Track()).sound
