"""What lies somewhere with the right size and time is believed only where its inode vouches for it, and else read."""

import os
import random
import shutil
from pathlib import Path

import pytest

from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.errors import Exists
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import Overwrite, RestoreOptions, RestoreReport, proof, restore
from dumont.snapstore.track import Track
from tests.build import snapstore as build
from tests.build.snapstore import Node
from tests.snapstore.restore.trees import damage, drawn, mixed, seen

LARGE = random.Random(5).randbytes(1_000_000)
CHUNK = 64 << 10
HIDDEN = ("models/large", "code/file 3")
TREE: dict[bytes, Node | bytes] = {**mixed(), b"models/large": LARGE, b"models/twin": build.hard_link(b"models/large")}


class Place:
    """A snapshot, a tree that looks like it, and a folder for another."""

    def __init__(self, folder: Path) -> None:
        self.repository: Repository = build.fresh()
        self.name = build.snapshot(self.repository, TREE)
        self.alike, self.target, self.state = folder / "alike", folder / "target", str(folder / "state")
        self.back(self.alike)

    def back(self, target: Path, **asked: object) -> RestoreReport:
        return restore(self.repository, self.name, str(target), RestoreOptions(**asked))  # type: ignore[arg-type]

    def hide(self, *paths: str) -> None:
        for path in paths or HIDDEN:
            damage(self.alike / path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class TestBorrowed:
    @pytest.mark.parametrize("links", [False, True])
    def test_is_read_before_it_is_believed(self, place: Place, way: None, *, links: bool) -> None:
        place.hide()
        before = seen(place.alike)
        report = place.back(place.target, borrow=[str(place.alike)], borrow_links=links)
        assert seen(place.target) == drawn(TREE)
        assert seen(place.alike) == before
        assert report.skipped["borrowed"] > 30
        assert 0 < report.fetched < len(LARGE) + 4 * CHUNK

    def test_is_not_left_where_nothing_may_be_replaced(self, place: Place, way: None) -> None:
        place.hide()
        place.back(place.target, borrow=[str(place.alike)], overwrite=Overwrite.KEEP)
        assert seen(place.target) == drawn(TREE)

    def test_of_a_sealed_repository(self, tmp_path: Path, way: None) -> None:
        repository = build.fresh("secret")
        name = build.snapshot(repository, TREE)
        restore(repository, name, str(tmp_path / "image"))
        report = restore(repository, name, str(tmp_path / "tree"), RestoreOptions(borrow=[str(tmp_path / "image")]))
        assert (report.fetched, seen(tmp_path / "tree")) == (0, drawn(TREE))

    def test_is_taken_only_with_all_that_proves_it(self, place: Place, way: None) -> None:
        """Small files share chunks: what has to be fetched brings its neighbours along."""
        (place.alike / "code/file 3").unlink()
        report = place.back(place.target, borrow=[str(place.alike)])
        assert seen(place.target) == drawn(TREE)
        assert 0 < report.fetched < 3 * CHUNK


class TestStanding:
    def test_is_read_where_nobody_knows_what_it_is(self, place: Place, way: None) -> None:
        place.hide()
        report = place.back(place.alike)
        assert seen(place.alike) == drawn(TREE)
        assert 0 < report.fetched < 4 * CHUNK

    def test_is_left_alone_where_all_is_well(self, place: Place, way: None) -> None:
        inode = (place.alike / "code/file 3").stat().st_ino
        report = place.back(place.alike)
        assert (report.fetched, report.files) == (0, 0)
        assert (place.alike / "code/file 3").stat().st_ino == inode

    def test_is_read_where_it_was_written_to_since_it_was_put_back(self, place: Place, way: None) -> None:
        place.back(place.target, state=place.state)
        for path in HIDDEN:
            damage(place.target / path)
        place.back(place.target, state=place.state)
        assert seen(place.target) == drawn(TREE)

    def test_is_patched_only_as_what_it_is(self, place: Place, way: None) -> None:
        """A large file of another time, of which nobody but its time says what it was."""
        place.back(place.target, state=place.state)
        damage(place.target / "models/large")
        newer = {**TREE, b"models/large": Node(content=LARGE + b"more", mtime=build.MTIME + 9)}
        place.name = build.snapshot(place.repository, newer)
        report = place.back(place.target, state=place.state)
        assert seen(place.target) == drawn(newer)
        assert report.fetched < 4 * CHUNK

    def test_does_not_make_a_read_file_look_used(self, place: Place, way: None) -> None:
        before = {path: (place.alike / path).stat().st_atime_ns for path in HIDDEN}
        place.back(place.alike)
        assert {path: (place.alike / path).stat().st_atime_ns for path in HIDDEN} == before

    def test_is_something_else_to_who_refuses_or_keeps(self, place: Place, way: None) -> None:
        assert place.back(place.alike, overwrite=Overwrite.REFUSE).files == 0
        place.hide()
        with pytest.raises(Exists, match="differ"):
            place.back(place.alike, overwrite=Overwrite.REFUSE)
        assert place.back(place.alike, overwrite=Overwrite.KEEP).skipped["something else is there"] >= 2

    def test_is_told_where_it_can_not_be_known(self, place: Place, way: None) -> None:
        """Of files that share a chunk with what is absent."""
        (place.alike / "code/file 3").unlink()
        report = place.back(place.alike, overwrite=Overwrite.REFUSE, state=place.state)
        assert seen(place.alike) == drawn(TREE)
        assert report.skipped["already there, by size and time alone"] > 1
        damage(place.alike / "code/file 4")
        place.back(place.alike, state=place.state)
        assert seen(place.alike) == drawn(TREE)


class TestVouched:
    @pytest.fixture
    def read(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """How many files were to be proven, each time."""
        found: list[int] = []
        honest = proof.Proof.of

        def of(self: proof.Proof, entries: set[int], beside: set[int]) -> proof.Proven:
            found.append(len(entries))
            return honest(self, entries, beside)

        monkeypatch.setattr(proof.Proof, "of", of)
        return found

    def test_is_what_an_earlier_restore_put_there(self, place: Place, read: list[int], way: None) -> None:
        place.back(place.target, state=place.state)
        newer = {**TREE, b"models/large": Node(content=LARGE + b"more", mtime=build.MTIME + 9)}
        place.back(place.target, state=place.state)
        place.name = build.snapshot(place.repository, newer)
        place.back(place.target, state=place.state)
        assert seen(place.target) == drawn(newer)
        assert sum(read) == 0

    def test_is_what_the_snapshot_was_made_of(self, tmp_path: Path, read: list[int], way: None) -> None:
        repository = build.fresh()
        (tmp_path / "work").mkdir()
        (tmp_path / "work/small").write_bytes(b"content")
        (tmp_path / "work/large").write_bytes(LARGE)
        name = backup(repository, os.fsencode(tmp_path / "work"), BackupOptions(), Track()).name
        restore(repository, name, str(tmp_path / "work"))
        assert sum(read) == 0
        shutil.copytree(tmp_path / "work", tmp_path / "copy")
        restore(repository, name, str(tmp_path / "copy"))
        assert sum(read) == 2
