"""Processes that make, restore and prune snapshots, killed as they enter each system call that changes something.

Between two calls nothing changes that anybody outside could see, so these are all the moments there are.
With DUMONT_EVERY_POINT=1 also at calls after which nothing looks different, such as fsync and chmod.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.check import check
from dumont.snapstore.plain.command import main
from dumont.snapstore.prune import doom, prune
from dumont.snapstore.repository import Repository, create, open_repository
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track
from tests.snapstore.strace import PROGRAM, PUT_AND_DELETED, Point, Strace, strace

__all__ = ["strace"]
pytestmark = pytest.mark.slow
DAYS = 3 * 86_400
CARELESS = """
import os, sys
from dumont.snapstore.blobs import local
from dumont.snapstore.plain.command import main

def put(self, name, parts):
    path = self._path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb", buffering=0) as file:
        for part in parts:
            file.write(part)

local.LocalBlobs.put = put
sys.exit(main())
"""


class Bench:
    """A repository with a snapshot in it, and a tree that has changed since."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tree = folder, folder / "tree"
        self.model, self.place, self.target = folder / "model", folder / "place", folder / "target"
        self.env = {"XDG_STATE_HOME": str(folder / "states")}
        (self.tree / "sub").mkdir(parents=True)
        (self.tree / "first").write_bytes(Random(1).randbytes(300_000))
        (self.tree / "sub" / "words").write_text("words\n" * 200)
        (self.tree / "link").symlink_to("first")
        os.link(self.tree / "first", self.tree / "sub" / "same")
        os.utime(self.tree / "first", (1e9, 1e9))
        self.first = taken(create(LocalBlobs(str(self.model))), self.tree)
        self.before = seen(self.tree)
        (self.tree / "second").write_bytes(Random(2).randbytes(300_000))

    def anew(self) -> Repository:
        for gone in (self.place, self.target, self.folder / "states"):
            shutil.rmtree(gone, ignore_errors=True)
        shutil.copytree(self.model, self.place)
        return self.opened()

    def opened(self) -> Repository:
        return open_repository(LocalBlobs(str(self.place)))

    def assert_restores(self, name: str, tree: dict[str, object]) -> None:
        shutil.rmtree(self.target, ignore_errors=True)
        assert restore(self.opened(), name, str(self.target), RestoreOptions(direct=False), Track()).complete
        assert seen(self.target) == tree


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def taken(repository: Repository, tree: Path) -> str:
    return backup(repository, os.fsencode(tree), BackupOptions(), Track()).name


def seen(root: Path) -> dict[str, object]:
    """Content, modes and times."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        known = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(root))] = (
            what,
            known.st_mode,
            path.is_symlink() or known.st_mtime_ns,
            known.st_nlink,
        )
    return found


def each(points: list[Point], act: Callable[[Point], bool]) -> int:
    """How many of them killed it."""
    killed = sum(act(point) for point in points)
    assert killed > len(points) // 2
    return killed


class TestASnapshotKilled:
    def test_loses_none_shows_none_half_and_is_gone_on_with(self, bench: Bench, strace: Strace) -> None:
        bench.anew()
        words = ("create", bench.tree, "-r", bench.place, "-q")
        assert each(strace.points(words, bench.env), lambda point: self._survived(bench, strace, point, PROGRAM)) > 8

    def test_that_writes_carelessly_is_found_out(self, bench: Bench, strace: Strace) -> None:
        """The control: objects written in place."""
        careless = (*PROGRAM[:2], "-c", CARELESS)
        bench.anew()
        points = strace.points(("create", bench.tree, "-r", bench.place, "-q"), bench.env, careless)
        with pytest.raises(AssertionError, match=r"\[\] == \[Problem|damaged|Problem"):
            each(points, lambda point: self._survived(bench, strace, point, careless))

    def _survived(self, bench: Bench, strace: Strace, point: Point, program: tuple[str, ...]) -> bool:
        bench.anew()
        killed = strace.killed(point, ("create", bench.tree, "-r", bench.place, "-q"), bench.env, program)
        repository = bench.opened()
        after = [name for name in repository.names() if name != bench.first]
        assert len(after) in (0, 1), point
        assert check(repository, True, Track()).problems == [], point
        bench.assert_restores(bench.first, bench.before)
        for name in after:
            bench.assert_restores(name, seen(bench.tree))
        packs = packs_of(bench.place)
        report = backup(repository, os.fsencode(bench.tree), BackupOptions(), Track())
        assert packs_of(bench.place).items() >= packs.items(), f"{point}: something was sent twice"
        bench.assert_restores(report.name, seen(bench.tree))
        return killed


class TestARestoreKilled:
    def test_leaves_no_file_that_only_looks_whole_and_is_gone_on_with(
        self, bench: Bench, strace: Strace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", bench.env["XDG_STATE_HOME"])
        bench.anew()
        words = ("restore", bench.first, bench.target, "-r", bench.place, "-q")
        points = strace.points(words, bench.env)
        wanted = seen(bench.target)
        assert wanted == bench.before

        def survived(point: Point) -> bool:
            bench.anew()
            killed = strace.killed(point, words, bench.env)
            half = seen(bench.target) if bench.target.exists() else {}
            for path, (what, _mode, moment, _links) in half.items():  # type: ignore[misc]
                same = isinstance(what, bytes) and moment == wanted[path][2]  # type: ignore[index]
                assert not same or what == wanted[path][0], (point, path)  # type: ignore[index]
            assert main(list(map(str, words))) == 0
            assert seen(bench.target) == wanted, point
            assert seen(bench.place) == seen(bench.model)
            return killed

        assert each(points, survived) > 8


class TestAPruneKilled:
    def test_keeps_what_is_needed_and_is_ended_by_the_next(self, bench: Bench, strace: Strace) -> None:
        self._to_be_pruned(bench)
        words = ("prune", "-r", bench.place, "-q", "--grace-hours", "1")
        bench.anew()
        age(bench.place)
        points = strace.points(words, bench.env, calls=PUT_AND_DELETED)

        def survived(point: Point) -> bool:
            bench.anew()
            age(bench.place)
            killed = strace.killed(point, words, bench.env)
            repository = bench.opened()
            problems = [problem.object for problem in check(repository, True, Track()).problems]
            assert not [name for name in problems if not name.startswith("index/")], point
            bench.assert_restores(bench.first, bench.before)
            for _ in range(2):
                age(bench.place)
                prune(repository, Track())
            assert check(repository, True, Track()).sound, point
            needed = {pack.hex() for pack in repository.load(bench.first).pack_names}
            assert {found.name[-64:] for found in repository.blobs.list("packs/")} == needed, point
            bench.assert_restores(bench.first, bench.before)
            return killed

        assert each(points, survived) > 8

    def _to_be_pruned(self, bench: Bench) -> None:
        """One is doomed, one only forgotten, and an index is damaged."""
        repository = open_repository(LocalBlobs(str(bench.model)))
        repository.forget([taken(repository, bench.tree)])
        doom(repository, Track())
        (bench.tree / "third").write_bytes(Random(3).randbytes(300_000))
        repository.forget([taken(repository, bench.tree)])
        index = min((bench.model / "index").iterdir())
        index.write_bytes(index.read_bytes()[:-1])


class TestPowerFailure:
    """What the disk has, when we say that it is there: by the order of our calls, as no test can pull the plug."""

    def test_finds_each_object_on_the_disk_before_it_has_a_name(self, bench: Bench, strace: Strace) -> None:
        bench.anew()
        shutil.rmtree(bench.place)
        words = ("create", bench.tree, "-r", bench.place, "-q", "--init")
        threads = strace.order(words, bench.env, ("writev", "fsync", "renameat", "mkdir"))
        calls = [call for thread in threads for call in thread]
        assert (calls.count("renameat"), calls.count("mkdir")) == (5, 6)
        for thread in threads:
            for place, call in enumerate(thread):
                if call == "renameat":
                    assert thread[place - 2 : place + 2] == ["writev", "fsync", "renameat", "fsync"]
                assert call != "mkdir" or "fsync" in thread[place:]

    def test_finds_a_whole_restore_where_that_was_asked_for(self, bench: Bench, strace: Strace) -> None:
        bench.anew()
        words = ("restore", bench.first, bench.target, "-r", bench.place, "-q")
        assert strace.order(words, bench.env, ("syncfs",)) == []
        threads = strace.order((*words, "--rescan", "--sync"), bench.env, ("syncfs", "utimensat", "rename"))
        (calls,) = [thread for thread in threads if "syncfs" in thread]
        assert "utimensat" not in calls[calls.index("syncfs") :]
        assert calls[-2:] == ["rename", "rename"], "what it remembers of the restore is written behind that"


def packs_of(place: Path) -> dict[str, int]:
    """Which file each is: one that is sent again is another."""
    return {path.name: path.stat().st_ino for path in (place / "packs").rglob("*") if len(path.name) == 64}


def age(folder: Path) -> None:
    moment = time.time() - DAYS
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))
