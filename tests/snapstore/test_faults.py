"""Stopped at every act of a store in turn, and every object spoiled in every way: nothing complete is ever lost."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dumont.snapstore import prune as pruning
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.check import check
from dumont.snapstore.errors import Damaged, Missing, Unreadable
from dumont.snapstore.repository import Repository, create, open_repository
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.thinning import Limits
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs


class Killed(BaseException):
    """As by a signal: nothing that is put behind it happens."""


class Life:
    """Of one process: it may do so many acts, and the last one either happens or doesn't."""

    def __init__(self, acts: int) -> None:
        self.left = acts

    def __call__(self, _what: str, _name: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


def noise(seed: int, size: int) -> bytes:
    """What can't be made smaller."""
    return random.Random(seed).randbytes(size)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for number in range(4):
        (root / "sub" / f"large-{number}").write_bytes(noise(number, 300_000))
    for number in range(5):
        (root / f"small-{number}").write_bytes(noise(100 + number, 3000))
    return root


def seen(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def taken(blobs: MemoryBlobs, tree: Path, label: str = "") -> str:
    options = BackupOptions(label, pack_bytes=64 << 10, uploads=1, coders=1)
    return backup(open_repository(blobs), str(tree).encode(), options, Track()).name


def put_back(repository: Repository, name: str, target: Path) -> dict[str, bytes]:
    report = restore(repository, name, str(target), RestoreOptions(direct=False), Track())
    assert report.complete
    return seen(target)


class TestASnapshotKilled:
    """At each act in turn, by a store that lets the process do so many and no more."""

    def test_loses_nothing_and_sends_nothing_twice(self, tree: Path, tmp_path: Path) -> None:
        acts = self._acts_of_one(tree)
        assert acts > 12
        for count in range(acts):
            blobs = MemoryBlobs()
            create(blobs)
            first = taken(blobs, tree, "first")
            (tree / "sub" / "large-9").write_bytes(noise(9, 400_000))
            with_first = set(blobs.objects)
            blobs.before = Life(count)
            with pytest.raises(Killed):
                taken(blobs, tree, "second")
            blobs.before = None
            packs = {name for name in blobs.objects if name.startswith("packs/")} - with_first
            blobs.acts.clear()
            second = taken(blobs, tree, "second")
            again = [name for what, name in blobs.acts if what == "put" and name in packs]
            assert not again, f"killed at {count}"
            assert check(open_repository(blobs), True, Track()).sound, f"killed at {count}"
            (tree / "sub" / "large-9").unlink()
            assert open_repository(blobs).load(first).tree_bytes() + 400_000 == (
                open_repository(blobs).load(second).tree_bytes()
            )

    def _acts_of_one(self, tree: Path) -> int:
        blobs = MemoryBlobs()
        create(blobs)
        taken(blobs, tree, "first")
        (tree / "sub" / "large-9").write_bytes(noise(9, 400_000))
        blobs.acts.clear()
        taken(blobs, tree, "second")
        (tree / "sub" / "large-9").unlink()
        return len([act for act in blobs.acts if act[0] != "close"]) - 1  # but for the last, after which it is complete


class TestAPruneKilled:
    def test_leaves_every_snapshot_whole_and_is_finished_by_the_next(self, tree: Path) -> None:
        acts = 1
        for count in range(200):
            blobs = MemoryBlobs()
            repository = create(blobs)
            kept = taken(blobs, tree, "kept")
            (tree / "sub" / "large-9").write_bytes(noise(9, 400_000))
            lost = taken(blobs, tree, "lost")
            (tree / "sub" / "large-9").unlink()
            repository.forget([lost])
            acts = self._prune_killed(blobs, count)
            assert check(repository, True, Track()).sound, f"killed at {count}"
            assert repository.names() == [kept]
            blobs.now += 2 * pruning.GRACE
            pruning.prune(repository, Track(), grace=0)
            named = {pack.hex() for pack in repository.load(kept).pack_names}
            left = {name.rpartition("/")[2] for name in blobs.objects if name.startswith("packs/")}
            assert left == named, f"killed at {count}"
            assert not [name for name in blobs.objects if name.startswith("doomed/")]
            if acts:
                break
        assert acts
        assert count > 15

    def _prune_killed(self, blobs: MemoryBlobs, count: int) -> bool:
        """Whether it lived to its end."""
        blobs.before = Life(count)
        try:
            pruning.prune(open_repository(blobs), Track(), grace=0)
        except Killed:
            return False
        finally:
            blobs.before = None
        return True


class TestIndexesMended:
    """One of them damaged, one gone with its packs left, one of a snapshot that was forgotten: stopped at each act."""

    def test_at_any_act_are_never_fewer_than_needed_and_one_in_the_end(self, tree: Path, tmp_path: Path) -> None:
        whole, (spoiled, kept) = seen(tree), self._spoiled(tree)
        blobs = spoiled
        for count in range(200):
            blobs = MemoryBlobs()
            blobs.objects, blobs.times = dict(spoiled.objects), dict(spoiled.times)
            done = TestAPruneKilled()._prune_killed(blobs, count)
            repository = open_repository(blobs)
            problems = [problem.object for problem in check(repository, True, Track()).problems]
            assert all(name.startswith("index/") for name in problems), f"killed at {count}"
            blobs.now += 2 * pruning.GRACE
            pruning.prune(repository, Track(), grace=0)
            report = check(repository, True, Track())
            assert (report.problems, report.orphans) == ([], 0), f"killed at {count}"
            assert len([name for name in blobs.objects if name.startswith("index/")]) == 1
            assert sorted(repository.names()) == sorted(kept)
            if done:
                break
        assert count > 15
        assert put_back(open_repository(blobs), kept[0], tmp_path / "back") == whole
        acts = len(blobs.acts)
        taken(blobs, tree, "again")
        assert not [name for what, name in blobs.acts[acts:] if what == "put" and name.startswith("packs/")]

    def _spoiled(self, tree: Path) -> tuple[MemoryBlobs, list[str]]:
        blobs = MemoryBlobs()
        repository = create(blobs)
        first = taken(blobs, tree, "first")
        known = {name for name in blobs.objects if name.startswith("index/")}
        (tree / "sub" / "large-8").write_bytes(noise(8, 400_000))
        second = taken(blobs, tree, "second")
        (tree / "sub" / "large-8").unlink()
        gone = {name for name in blobs.objects if name.startswith("index/")} - known
        (tree / "sub" / "large-9").write_bytes(noise(9, 400_000))
        repository.forget([taken(blobs, tree, "forgotten")])
        (tree / "sub" / "large-9").unlink()
        for name in known:
            blobs.objects[name] = SPOILED["cut in half"](blobs.objects[name]) or b""
        for name in gone:
            del blobs.objects[name]
        return blobs, [first, second]


class TestAThinPack:
    """Little of it is needed, by a snapshot that stays. Whoever dies at whatever act, that one is never harmed."""

    ANY = Limits(least=0)

    def test_marked_by_one_who_is_killed_is_gone_in_the_end(self, tree: Path) -> None:
        start, kept = self._start(tree)
        for count in range(200):
            blobs = copied(start)
            blobs.before = Life(count)
            done = self._prune(blobs)
            blobs.before = None
            repository = open_repository(blobs)
            assert check(repository, True, Track()).sound, f"killed at {count}"
            assert repository.names() == [kept]
            blobs.now += 2 * pruning.GRACE
            assert self._prune(blobs)
            self._ends_well(blobs, tree, kept)
            if done:
                break
        assert count > 15

    def test_is_counted_on_by_no_new_snapshot_that_is_killed(self, tree: Path) -> None:
        start, kept = self._start(tree)
        assert self._prune(start)
        for count in range(200):
            blobs = copied(start)
            blobs.before = Life(count)
            try:
                taken(blobs, tree, "new")
                done = True
            except Killed:
                done = False
            blobs.before = None
            assert check(open_repository(blobs), True, Track()).sound, f"killed at {count}"
            blobs.now += 2 * pruning.GRACE
            self._ends_well(blobs, tree, kept)
            if done:
                break
        assert count > 12

    def test_marked_at_any_act_of_a_writer_leaves_a_sound_repository(self, tree: Path) -> None:
        start, kept = self._start(tree)
        for count in range(1, 40, 3):
            blobs = copied(start)
            blobs.before = Once(count, lambda blobs=blobs: self._prune_beside(blobs))
            name = taken(blobs, tree, "new")
            blobs.before = None
            assert check(open_repository(blobs), True, Track()).sound, f"pruned at {count}"
            assert sorted(open_repository(blobs).names()) == sorted([kept, name])

    def _start(self, tree: Path) -> tuple[MemoryBlobs, str]:
        blobs = MemoryBlobs()
        repository = create(blobs)
        everything = self._whole(blobs, tree)
        for number in range(1, 4):
            (tree / "sub" / f"large-{number}").unlink()
        kept = self._whole(blobs, tree)
        repository.forget([everything])
        assert len(repository.load(kept).pack_names) == 1
        return blobs, kept

    def _whole(self, blobs: MemoryBlobs, tree: Path) -> str:
        """In one pack."""
        return backup(open_repository(blobs), str(tree).encode(), BackupOptions(), Track()).name

    def _prune(self, blobs: MemoryBlobs) -> bool:
        """Whether it lived to its end."""
        try:
            pruning.prune(open_repository(blobs), Track(), grace=0, limits=self.ANY)
        except Killed:
            return False
        return True

    def _prune_beside(self, blobs: MemoryBlobs) -> None:
        """By one who takes the writer for dead, whatever its sign says."""
        signs = [name for name in blobs.objects if name.startswith("writers/")]
        times = {name: blobs.times[name] for name in signs}
        blobs.times.update(dict.fromkeys(signs, blobs.now - 2 * pruning.WRITER_LIVES))
        self._prune(blobs)
        blobs.times.update(times)

    def _ends_well(self, blobs: MemoryBlobs, tree: Path, kept: str) -> None:
        """The next snapshot doesn't need it; with the last that does it is deleted, and its mark."""
        repository = open_repository(blobs)
        thin = {pack.hex() for pack in repository.load(kept).pack_names}
        last = taken(blobs, tree, "last")
        assert thin.isdisjoint(pack.hex() for pack in repository.load(last).pack_names)
        repository.forget([name for name in repository.names() if name != last])
        for _ in range(2):
            assert self._prune(blobs)
        assert check(repository, True, Track()).sound
        named = {pack.hex() for pack in repository.load(last).pack_names}
        assert {name.rpartition("/")[2] for name in blobs.objects if name.startswith("packs/")} == named
        assert not [name for name in blobs.objects if name.startswith("doomed/")]


def copied(blobs: MemoryBlobs) -> MemoryBlobs:
    other = MemoryBlobs()
    other.objects, other.times, other.now = dict(blobs.objects), dict(blobs.times), blobs.now
    return other


class TestTwoWritersAndAPrune:
    def test_at_once_leave_a_sound_repository(self, tree: Path, tmp_path: Path) -> None:
        """The prune runs whole at every act of a writer in turn; beside it another writer has begun."""
        other = tmp_path / "other"
        other.mkdir()
        (other / "sub").mkdir()
        (other / "sub" / "large-0").write_bytes(noise(0, 300_000))
        for count in range(3, 60, 4):
            blobs = MemoryBlobs()
            repository = create(blobs)
            repository.forget([taken(blobs, tree, "gone")])
            at = Once(count, lambda blobs=blobs: self._prune_and_write(blobs, other))
            blobs.before = at
            name = taken(blobs, tree, "new")
            blobs.before = None
            assert check(repository, True, Track()).sound, f"pruned at {count}"
            assert name in repository.names()

    def _prune_and_write(self, blobs: MemoryBlobs, other: Path) -> None:
        blobs.now += 2 * pruning.GRACE
        for name in [name for name in blobs.objects if name.startswith("writers/")]:
            blobs.times[name] = blobs.now  # they are alive, and have said so
        pruning.prune(open_repository(blobs), Track(), grace=0)
        taken(blobs, other, "other")


class Once:
    def __init__(self, act: int, do: Callable[[], None]) -> None:
        self._left, self._do, self._busy = act, do, False

    def __call__(self, _what: str, _name: str) -> None:
        if self._busy:
            return
        self._left -= 1
        if not self._left:
            self._busy = True
            self._do()
            self._busy = False


SPOILED: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _data: None,
    "empty": lambda _data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "without its last byte": lambda data: data[:-1],
    "a bit turned at its begin": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "a bit turned in its middle": lambda data: (
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :]
    ),
    "a bit turned at its end": lambda data: data[:-1] + bytes([data[-1] ^ 128]),
    "longer": lambda data: data + b"more",
}


class TestAnObjectSpoiled:
    """Each object of a repository in turn: what it touches is told, everything else comes back."""

    @pytest.mark.parametrize("how", SPOILED)
    def test_costs_no_more_than_what_lay_in_it(self, tree: Path, tmp_path: Path, how: str) -> None:
        blobs = MemoryBlobs()
        repository = create(blobs)
        name = taken(blobs, tree)
        whole, sound = seen(tree), dict(blobs.objects)
        for number, (spoiled, data) in enumerate(sorted(sound.items())):
            if spoiled == "config":
                continue
            blobs.objects = dict(sound)
            other = SPOILED[how](data)
            if other is None:
                del blobs.objects[spoiled]
            else:
                blobs.objects[spoiled] = other
            self._judge(repository, name, tmp_path / f"{number}", whole, spoiled)

    @pytest.mark.parametrize("how", ["missing", "cut in half", "longer"])
    def test_is_sent_again_by_the_next_snapshot(self, tree: Path, tmp_path: Path, how: str) -> None:
        blobs = MemoryBlobs()
        repository = create(blobs)
        taken(blobs, tree)
        pack = next(name for name in sorted(blobs.objects) if name.startswith("packs/"))
        other = SPOILED[how](blobs.objects.pop(pack))
        if other is not None:
            blobs.objects[pack] = other
        name = taken(blobs, tree)
        report = restore(repository, name, str(tmp_path / "back"), RestoreOptions(direct=False), Track())
        assert report.complete
        assert seen(tmp_path / "back") == seen(tree)

    def _judge(self, repository: Repository, name: str, target: Path, whole: dict[str, bytes], spoiled: str) -> None:
        if spoiled.startswith("snapshots/"):
            with pytest.raises((Damaged, Missing, Unreadable)):
                restore(repository, name, str(target), RestoreOptions(direct=False), Track())
            assert not target.exists() or not any(target.iterdir())
            return
        report = restore(repository, name, str(target), RestoreOptions(direct=False), Track())
        back, damaged = seen(target), set(report.damaged)
        assert back == {path: data for path, data in whole.items() if path not in damaged}
        assert spoiled.startswith("packs/") or not damaged
        assert len(damaged) < len(whole)
