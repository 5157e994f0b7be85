"""Damage costs the files that it touches and no others; a run that was stopped anywhere is gone on with."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dumont.snapstore import index, native
from dumont.snapstore.errors import Cancelled, Missing, StoreAway
from dumont.snapstore.model import Frame
from dumont.snapstore.pack import PackBuilder, put_pack, read_table
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track
from tests.build import snapstore as build
from tests.snapstore.restore.trees import Look, drawn, mixed, seen

CUT = {"chunk": 16 << 10, "pack": 100 << 10}
TREE = mixed(files=40)


@pytest.fixture
def repository() -> Repository:
    return build.fresh()


def packs(repository: Repository) -> list[str]:
    return sorted(name for name in repository.blobs.objects if name.startswith("packs/"))


def flipped(data: bytes) -> bytes:
    return bytes([*data[:50], data[50] ^ 1]) + data[51:]


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def but(tree: dict[bytes, Look], damaged: list[str]) -> dict[bytes, Look]:
    return {path: look for path, look in tree.items() if path.decode(errors="surrogateescape") not in damaged}


class TestPack:
    @pytest.mark.parametrize("harm", [flipped, cut_off, None])
    @pytest.mark.parametrize("number", range(5))
    def test_that_is_harmed_costs_only_its_own_files(
        self, tmp_path: Path, repository: Repository, number: int, harm: Callable[[bytes], bytes] | None
    ) -> None:
        name = build.snapshot(repository, TREE, **CUT)
        pack = packs(repository)[number]
        whole = repository.blobs.objects.pop(pack)
        if harm:
            repository.blobs.objects[pack] = harm(whole)
        report = restore(repository, name, str(tmp_path))
        assert 0 < len(report.damaged) < 40
        assert not report.complete
        assert seen(tmp_path) == but(drawn(TREE), report.damaged)
        repository.blobs.objects[pack] = whole
        assert restore(repository, name, str(tmp_path)).complete
        assert seen(tmp_path) == drawn(TREE)

    def test_that_is_gone_is_made_good_by_another(self, tmp_path: Path, repository: Repository) -> None:
        """As after a prune that packed anew."""
        name = build.snapshot(repository, TREE, **CUT)
        for pack in packs(repository)[::2]:
            packed_again(repository, pack)
        report = restore(repository, name, str(tmp_path))
        assert report.complete
        assert seen(tmp_path) == drawn(TREE)

    def test_that_comes_wrong_once_is_fetched_again(self, tmp_path: Path, repository: Repository) -> None:
        name = build.snapshot(repository, TREE, **CUT)
        seen_before: set[str] = set()

        def before(act: str, pack: str) -> None:
            if act == "get" and pack.startswith("packs/") and pack not in seen_before:
                seen_before.add(pack)
                raise Missing("not yet")

        repository.blobs.before = before
        assert restore(repository, name, str(tmp_path)).complete
        assert seen(tmp_path) == drawn(TREE)


class TestStop:
    def test_anywhere_leaves_no_file_that_only_looks_whole(self, tmp_path: Path, repository: Repository) -> None:
        name = build.snapshot(repository, TREE, **CUT)
        wanted = drawn(TREE)
        for step in range(1, 60):
            track = StoppedAt(step)
            try:
                restore(repository, name, str(tmp_path / str(step)), RestoreOptions(workers=2, direct=True), track)
            except Cancelled:
                if (tmp_path / str(step)).exists():
                    assert_whole(seen(tmp_path / str(step)), wanted)
                continue
            break
        else:
            pytest.fail("it never came to its end")
        assert step > 20
        for stopped in range(1, step, 4):
            restore(repository, name, str(tmp_path / str(stopped)))
            assert seen(tmp_path / str(stopped)) == wanted

    def test_of_the_store_is_told_and_gone_on_with(self, tmp_path: Path, repository: Repository) -> None:
        name = build.snapshot(repository, TREE, **CUT)
        left = set(packs(repository))

        def before(_act: str, pack: str) -> None:
            left.discard(pack)
            if not left:
                raise StoreAway("gone")

        repository.blobs.before = before
        threads = threading.active_count()
        with pytest.raises(StoreAway):
            restore(repository, name, str(tmp_path), RestoreOptions(workers=1))
        assert threading.active_count() == threads
        repository.blobs.before = None
        repository.blobs.acts.clear()
        assert restore(repository, name, str(tmp_path)).skipped["already there"] > 5
        assert seen(tmp_path) == drawn(TREE)


class TestWithout:
    @pytest.mark.parametrize("passphrase", [None, "open sesame"])
    def test_the_compiled_library_it_comes_back_identical(
        self, tmp_path: Path, repository: Repository, passphrase: str | None
    ) -> None:
        sealed = build.fresh(passphrase)
        name = build.snapshot(sealed, TREE, **CUT)
        with plain():
            restore(sealed, name, str(tmp_path))
        assert seen(tmp_path) == drawn(TREE)

    def test_the_page_cache_it_comes_back_identical(self, tmp_path: Path, repository: Repository) -> None:
        tree = {**TREE, b"huge": build.Node(content=bytes(range(251)) * 30_000)}
        restore(repository, build.snapshot(repository, tree, chunk=500_001), str(tmp_path), RestoreOptions(direct=True))
        assert seen(tmp_path) == drawn(tree)


class StoppedAt(Track):
    """Somebody stops it at this step."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self._step = step

    def check(self) -> None:
        self._step -= 1
        if self._step <= 0:
            raise Cancelled("Stopped.")


def assert_whole(found: dict[bytes, Look], wanted: dict[bytes, Look]) -> None:
    """Whatever has the size and the time of a file of the snapshot is that file."""
    for path, (kind, mode, mtime, content) in found.items():
        if kind == "file" and (mtime, len(content)) == (wanted[path][2], len(wanted[path][3])):
            assert (kind, mode, content) == (wanted[path][0], wanted[path][1], wanted[path][3])


def packed_again(repository: Repository, pack: str) -> None:
    """Its frames in another order, in another pack, which an index tells of."""
    blobs = repository.blobs
    found = blobs.find(pack)
    assert found is not None
    table = read_table(blobs, repository.sealer, found)
    built = PackBuilder(repository.sealer)
    for frame, at in reversed(list(zip(table.frames, table.offsets(), strict=True))):
        built.add(Frame(*frame), blobs.get(pack, at, frame.stored))
    built.add(Frame(bytes(32), 1, 5, 4), b"x")
    made, parts = built.finish()
    put_pack(blobs, made, parts)
    index.put_index(blobs, repository.sealer, [made])
    blobs.delete(pack)


@contextlib.contextmanager
def plain() -> Iterator[None]:
    """As on a machine where nothing was compiled."""
    before, native._loaded[:] = list(native._loaded), [None]
    try:
        yield
    finally:
        native._loaded[:] = before
