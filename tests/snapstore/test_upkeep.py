"""Checking, pruning, comparing and counting, on snapshots that the real writer made."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from dumont.snapstore import prune as pruning
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.check import check
from dumont.snapstore.diff import diff
from dumont.snapstore.errors import Damaged
from dumont.snapstore.index import learn
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.stats import stats
from dumont.snapstore.thinning import Limits
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.restore.trees import damage

DAY = 24 * 3600.0
ANY = Limits(least=0)


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def repository(blobs: MemoryBlobs) -> Repository:
    return create(blobs)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A few files of different content, of which none can be made smaller."""
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for number in range(6):
        (root / "sub" / f"{number}").write_bytes(bytes((number * 7 + place * place) % 251 for place in range(5000)))
    (root / "link").symlink_to("sub/0")
    return root


def taken(repository: Repository, tree: Path, label: str = "") -> str:
    return backup(repository, str(tree).encode(), BackupOptions(label=label), Track()).name


def named(repository: Repository, name: str) -> set[str]:
    return {pack.hex() for pack in repository.load(name).pack_names}


def pack_of(blobs: MemoryBlobs) -> str:
    return next(name for name in blobs.objects if name.startswith("packs/"))


class TestCheck:
    def test_finds_nothing_where_nothing_is_wrong(self, repository: Repository, tree: Path) -> None:
        taken(repository, tree)
        report = check(repository, True, Track())
        assert report.sound
        assert (report.snapshots, report.packs) == (1, 1)

    def test_names_the_files_of_a_missing_pack(self, repository: Repository, blobs: MemoryBlobs, tree: Path) -> None:
        name = taken(repository, tree)
        pack = pack_of(blobs)
        del blobs.objects[pack]
        (problem,) = check(repository, False, Track()).problems
        assert (problem.object, problem.what) == (pack, "is missing")
        assert problem.files == {name: [f"sub/{number}".encode() for number in range(6)]}

    def test_sees_a_short_pack_without_reading_it(self, repository: Repository, blobs: MemoryBlobs, tree: Path) -> None:
        taken(repository, tree)
        pack = pack_of(blobs)
        blobs.objects[pack] = blobs.objects[pack][:-1]
        (problem,) = check(repository, False, Track()).problems
        assert "instead of" in problem.what
        assert len(next(iter(problem.files.values()))) == 6

    def test_sees_a_turned_bit_by_reading_only(self, repository: Repository, blobs: MemoryBlobs, tree: Path) -> None:
        taken(repository, tree)
        pack = pack_of(blobs)
        data = bytearray(blobs.objects[pack])
        data[100] ^= 1
        blobs.objects[pack] = bytes(data)
        assert check(repository, False, Track()).sound
        (problem,) = check(repository, True, Track()).problems
        assert "damaged" in problem.what
        assert problem.files

    @pytest.mark.parametrize("place", [0, -1, -20])
    def test_sees_a_turned_bit_around_the_chunks(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path, place: int
    ) -> None:
        taken(repository, tree)
        data = bytearray(blobs.objects[pack_of(blobs)])
        data[place] ^= 1
        blobs.objects[pack_of(blobs)] = bytes(data)
        (problem,) = check(repository, True, Track()).problems
        assert (problem.what, problem.files) == ("is damaged around its chunks, which are whole", {})

    def test_tells_of_damaged_snapshots_and_indexes(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        taken(repository, tree)
        spoiled = [name for name in blobs.objects if name.startswith(("snapshots/", "index/"))]
        for name in spoiled:
            blobs.objects[name] = blobs.objects[name][:-1] + b"?"
        assert sorted(problem.object for problem in check(repository, False, Track()).problems) == sorted(spoiled)

    def test_does_not_mourn_a_chunk_that_lies_elsewhere(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        taken(repository, tree, "a")
        saved = dict(blobs.objects)
        for name in [name for name in blobs.objects if name.startswith(("packs/", "index/"))]:
            del blobs.objects[name]
        (tree / "sub" / "new").write_bytes(b"another bundle is another pack")
        taken(repository, tree, "b")
        blobs.objects.update(saved)
        for name in [name for name in saved if name.startswith("packs/")]:
            del blobs.objects[name]
        lost = [problem for problem in check(repository, False, Track()).problems if problem.files]
        assert len(lost) <= 1


class TestPrune:
    def test_takes_nothing_that_a_snapshot_needs(self, repository: Repository, blobs: MemoryBlobs, tree: Path) -> None:
        taken(repository, tree)
        before = set(blobs.objects)
        assert pruning.prune(repository, Track(), grace=0).deleted == 0
        assert set(blobs.objects) == before

    def test_takes_what_nobody_needs_when_the_grace_is_over(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        repository.forget([taken(repository, tree)])
        first = pruning.prune(repository, Track())
        assert (first.doomed, first.deleted, first.waiting) == (1, 0, 1)
        blobs.now += DAY - 1
        assert pruning.prune(repository, Track()).deleted == 0
        blobs.now += 1
        second = pruning.prune(repository, Track())
        assert (second.deleted, second.deleted_bytes) == (1, first.doomed_bytes)
        assert set(blobs.objects) <= {"config"}

    def test_spares_what_came_to_be_needed_in_the_grace(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        name = taken(repository, tree)
        manifest = blobs.objects["snapshots/" + name]
        repository.forget([name])
        pruning.prune(repository, Track())
        blobs.objects["snapshots/" + name], blobs.times["snapshots/" + name] = manifest, blobs.now
        blobs.now += 2 * DAY
        assert pruning.prune(repository, Track()).deleted == 0
        assert check(repository, True, Track()).sound

    def test_waits_for_who_wrote_when_it_was_doomed(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        repository.forget([taken(repository, tree)])
        blobs.put("writers/" + "a" * 32, [b"{}"])
        blobs.now += 2 * DAY
        blobs.put("writers/" + "a" * 32, [b"{}"])
        assert pruning.doom(repository, Track()).doomed == 1
        blobs.now += DAY
        blobs.put("writers/" + "a" * 32, [b"{}"])
        assert pruning.sweep(repository, Track()).waiting == 1
        blobs.delete("writers/" + "a" * 32)
        assert pruning.sweep(repository, Track()).deleted == 1

    def test_tells_of_what_it_spares_beside_a_writer(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        repository.forget([taken(repository, tree)])
        blobs.put("writers/" + "a" * 32, [b"{}"])
        beside = pruning.prune(repository, Track(), grace=0)
        assert (beside.doomed, beside.deleted, beside.spared) == (0, 0, 1)
        blobs.now += 3600
        assert pruning.prune(repository, Track(), grace=0).deleted == 1

    def test_leaves_everything_where_one_manifest_cannot_be_read(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        name = taken(repository, tree)
        blobs.objects["snapshots/" + name] += b"?"
        with pytest.raises(Damaged) as refused:
            pruning.prune(repository, Track(), grace=0)
        assert f"forget {name}" in refused.value.hint
        assert pack_of(blobs)

    @pytest.mark.parametrize("leap", [-40 * DAY, -1.0])
    def test_takes_nothing_early_when_the_clock_goes_back(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path, leap: float
    ) -> None:
        first = taken(repository, tree)
        blobs.now += leap
        second = taken(repository, tree)
        repository.forget([first])
        pruning.prune(repository, Track())
        (tree / "sub" / "0").write_bytes(b"another")
        repository.forget([second])
        third = taken(repository, tree)
        pruning.prune(repository, Track())
        blobs.now += leap
        assert pruning.prune(repository, Track()).deleted == 0
        assert repository.names() == [third]
        assert check(repository, True, Track()).sound

    def test_makes_a_writer_send_again_what_is_doomed(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        repository.forget([taken(repository, tree)])
        pruning.prune(repository, Track())
        report = backup(repository, str(tree).encode(), BackupOptions(), Track())
        assert report.packs == 1
        blobs.now += 2 * DAY
        pruning.prune(repository, Track())
        assert check(repository, True, Track()).sound

    def test_puts_new_indexes_for_damaged_and_for_absent_ones(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        taken(repository, tree)
        (index,) = [name for name in blobs.objects if name.startswith("index/")]
        blobs.objects[index] += b"?"
        assert pruning.prune(repository, Track())[-2:] == (1, 1)
        assert check(repository, False, Track()).sound
        (index,) = [name for name in blobs.objects if name.startswith("index/")]
        del blobs.objects[index]
        assert pruning.prune(repository, Track())[-2:] == (0, 1)
        assert index in blobs.objects
        assert pruning.prune(repository, Track())[-2:] == (0, 0)

    def test_leaves_in_the_index_what_a_cut_pack_began_with(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        """Of its table nothing is left but what the index says."""
        taken(repository, tree)
        pack = pack_of(blobs)
        blobs.objects[pack] = blobs.objects[pack][:-60]
        pruning.prune(repository, Track())
        (problem,) = check(repository, True, Track()).problems
        assert "instead of" in problem.what
        assert learn(blobs, repository.sealer).lacking

    def test_tells_a_writer_of_the_new_index_where_it_reads_the_old_ones(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        taken(repository, tree)
        (tree / "more").write_bytes(bytes(range(250)))
        taken(repository, tree)
        blobs.before = _Beside(lambda: pruning.prune(repository, Track()))
        learned = learn(blobs, repository.sealer, with_orphans=False)
        assert len(learned.known.packs) == 2


class _Beside:
    """Does it once, between the list of indexes and the reading of the first."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._do: Callable[[], object] | None = do

    def __call__(self, what: str, name: str) -> None:
        if what == "get" and name.startswith("index/") and self._do:
            do, self._do = self._do, None
            do()


class TestDiff:
    def test_tells_each_kind_of_difference(self, repository: Repository, tree: Path) -> None:
        before = taken(repository, tree)
        (tree / "new").write_bytes(b"12")
        (tree / "sub" / "0").unlink()
        (tree / "sub" / "1").write_bytes(b"other")
        (tree / "sub" / "2").chmod(0o600)
        (tree / "link").unlink()
        (tree / "link").symlink_to("sub/3")
        after = taken(repository, tree)
        first, second = map(repository.load, (before, after))
        differences = diff(first, second, (repository, repository))
        found = {one.path: (one.what, one.before, one.after) for one in differences}
        assert found == {
            b"link": ("changed", 0, 0),
            b"new": ("added", 0, 2),
            b"sub/0": ("removed", 5000, 0),
            b"sub/1": ("changed", 5000, 5),
            b"sub/2": ("attributes", 5000, 5000),
        }

    def test_goes_by_content_and_not_by_time(self, repository: Repository, tree: Path) -> None:
        (tree / "large").write_bytes(bytes(600_000))
        before = taken(repository, tree)
        for path in ("sub/1", "large"):  # other bytes, and the size and time that it had
            damage(tree / path)
        for path in ("sub/2", "sub/3"):
            (tree / path).touch()
        after = taken(repository, tree)
        first, second = map(repository.load, (before, after))
        found = {one.path: one.what for one in diff(first, second, (repository, repository))}
        same_bytes = {b"sub/2": "attributes", b"sub/3": "attributes"}
        assert found == {b"sub/1": "changed", b"large": "changed", **same_bytes}
        assert {one.path for one in diff(first, second)} == found.keys()

    def test_believes_no_content_that_can_not_be_read(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path
    ) -> None:
        before = taken(repository, tree)
        (tree / "sub" / "2").touch()
        after = taken(repository, tree)
        for name in [name for name in blobs.objects if name.startswith("packs/")]:
            del blobs.objects[name]
        (found,) = diff(*map(repository.load, (before, after)), (repository, repository))
        assert (found.path, found.what) == (b"sub/2", "changed")

    def test_of_another_repository_goes_by_size_and_time(self, repository: Repository, tree: Path) -> None:
        (tree / "large").write_bytes(bytes(600_000))
        other = create(MemoryBlobs(), "secret")
        first, second = repository.load(taken(repository, tree)), other.load(taken(other, tree))
        assert not list(diff(first, second, (repository, other)))


class TestStats:
    def test_count_what_each_alone_keeps(self, repository: Repository, tree: Path) -> None:
        first, second = taken(repository, tree), taken(repository, tree)
        assert first != second
        (tree / "more").write_bytes(bytes(range(250)))
        third = taken(repository, tree)
        found = stats(repository, Track())
        assert (found.snapshots, found.tree_bytes) == (3, 3 * 30000 + 250)
        assert (found.alone[first], found.alone[second]) == (0, 0)
        assert found.alone[third] > 0
        assert found.dead_bytes == 0
        assert 2.9 < found.dedup_ratio < 3.1


class TestThinPacks:
    """Of a pack of four large files only the first is needed by then."""

    @pytest.fixture
    def kept(self, repository: Repository, tree: Path) -> str:
        for number in range(4):
            (tree / f"large-{number}").write_bytes(Random(number).randbytes(300_000))
        first = taken(repository, tree)
        for number in range(1, 4):
            (tree / f"large-{number}").unlink()
        second = taken(repository, tree)
        repository.forget([first])
        return second

    def test_go_when_the_snapshots_before_have_gone(
        self, repository: Repository, blobs: MemoryBlobs, tree: Path, kept: str
    ) -> None:
        (thin,) = named(repository, kept)
        report = pruning.prune(repository, Track(), limits=ANY)
        assert (report.thinned, report.doomed) == (1, 0)
        assert 900_000 < report.thinned_bytes < 1_000_000
        newer = taken(repository, tree)
        assert thin not in named(repository, newer)
        blobs.now += 2 * DAY
        again = pruning.prune(repository, Track(), limits=ANY)
        assert (again.thinned, again.doomed, again.deleted) == (0, 0, 0)
        assert check(repository, True, Track()).sound
        repository.forget([kept])
        assert pruning.prune(repository, Track(), limits=ANY).doomed == 1
        blobs.now += DAY - 1
        assert pruning.prune(repository, Track(), limits=ANY).deleted == 0  # the grace is as long as any pack's
        blobs.now += 1
        assert pruning.prune(repository, Track(), limits=ANY).deleted == 1
        pruning.prune(repository, Track(), limits=ANY)
        assert not [name for name in blobs.objects if name.startswith("doomed/")]
        assert {pack.rpartition("/")[2] for pack in blobs.objects if "packs/" in pack} == named(repository, newer)
        assert check(repository, True, Track()).sound

    def test_are_left_alone_beside_a_writer_and_where_little_would_be_gained(
        self, repository: Repository, blobs: MemoryBlobs, kept: str
    ) -> None:
        for limits in (Limits(), ANY._replace(share=0.2), ANY._replace(most=1000)):
            assert pruning.prune(repository, Track(), limits=limits).thinned == 0
        blobs.put("writers/" + "a" * 32, [b"{}"])
        assert pruning.prune(repository, Track(), limits=ANY).thinned == 0
        blobs.delete("writers/" + "a" * 32)
        assert pruning.prune(repository, Track(), limits=ANY).thinned == 1

    def test_are_needed_and_stay_for_one_who_does_not_know_the_word(
        self, repository: Repository, blobs: MemoryBlobs, kept: str
    ) -> None:
        pruning.prune(repository, Track(), limits=ANY)
        for name in [name for name in blobs.objects if name.startswith("doomed/")]:
            blobs.objects[name] = blobs.objects[name].replace(b'"thin"', b'"other"')
        assert pruning.prune(repository, Track(), grace=0).deleted == 0
        assert check(repository, True, Track()).sound
