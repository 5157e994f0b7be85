"""Files that changed and kept their size and time are found out, where it is known which snapshot lies there."""

import os
import random
from pathlib import Path

import pytest

from dumont.snapstore import repository
from dumont.snapstore.errors import Exists
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreOptions, RestoreReport, restore, state
from dumont.snapstore.restore.options import Overwrite
from dumont.snapstore.witness import beside, read_witness
from tests.build import snapstore as build
from tests.build.snapstore import Node, hard_link
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.restore.trees import drawn, mixed, seen

Tree = dict[bytes, Node | bytes]
LARGE = random.Random(8).randbytes(1_000_000)
CHUNK = 64 << 10
HIDDEN = {b"code/conf": b"lr=0.2", b"large": LARGE[:CHUNK] + bytes(CHUNK) + LARGE[2 * CHUNK :], b"turned": LARGE[::-1]}
"""Of the size and time that they had."""


def before() -> Tree:
    return {**mixed(), b"code/conf": b"lr=0.1", b"large": LARGE, b"turned": LARGE, b"twin": hard_link(b"large")}


def after() -> Tree:
    return {**before(), **HIDDEN}


class Standby:
    """A folder that holds the state before, and is told so."""

    def __init__(self, folder: Path) -> None:
        blobs = MemoryBlobs()
        self.repository: Repository = repository.create(blobs)
        self.tree, self.state = folder / "tree", str(folder / "state")
        self.first = build.snapshot(self.repository, before())
        self.put(self.first)
        self.objects, self.earlier = blobs.objects, {name for name in blobs.objects if name.startswith("packs/")}

    def put(self, name: str, overwrite: Overwrite = Overwrite.REPLACE) -> RestoreReport:
        options = RestoreOptions(state=self.state, overwrite=overwrite, delete=overwrite is Overwrite.REPLACE)
        return restore(self.repository, name, str(self.tree), options)

    def new_packs(self) -> list[str]:
        return [name for name in self.objects if name.startswith("packs/") and name not in self.earlier]

    def is_after(self) -> bool:
        return seen(self.tree) == drawn(after())


@pytest.fixture
def standby(tmp_path: Path) -> Standby:
    return Standby(tmp_path)


class TestHiddenChange:
    def test_is_put_back_with_the_rest(self, standby: Standby, way: None) -> None:
        report = standby.put(build.snapshot(standby.repository, after()))
        assert standby.is_after()
        assert report.skipped["already there"] > 50
        assert report.fetched < len(LARGE) + 4 * CHUNK

    def test_is_what_the_next_snapshot_believes_to_lie_here(self, standby: Standby) -> None:
        name = build.snapshot(standby.repository, after())
        standby.put(name)
        root = os.path.realpath(standby.tree)
        witness = read_witness(beside(standby.state), standby.repository.config.repository, root)
        paths = standby.repository.load(name).paths
        for path in HIDDEN:
            now = (standby.tree / os.fsdecode(path)).stat()
            entry = paths.index(path)
            assert witness
            assert (witness.ctime[entry], witness.inode[entry]) == (now.st_ctime_ns, now.st_ino)

    def test_is_found_by_content_where_the_former_snapshot_is_gone(self, standby: Standby) -> None:
        standby.repository.forget([standby.first])
        report = standby.put(build.snapshot(standby.repository, after()))
        assert standby.is_after()
        assert "no use" in report.notes[0]
        assert report.fetched < len(LARGE) + 4 * CHUNK

    def test_is_something_else_to_who_keeps_or_refuses(self, standby: Standby) -> None:
        name = build.snapshot(standby.repository, after())
        with pytest.raises(Exists, match="differ"):
            standby.put(name, Overwrite.REFUSE)
        assert standby.put(name, Overwrite.KEEP).skipped["something else is there"] >= len(HIDDEN)
        assert seen(standby.tree) == drawn(before())
        standby.put(name)
        assert standby.is_after()

    def test_is_not_forgotten_while_it_can_not_be_had(self, standby: Standby) -> None:
        name = build.snapshot(standby.repository, after())
        lost = {pack: standby.objects.pop(pack) for pack in standby.new_packs()}
        assert not standby.put(name).complete
        standby.objects.update(lost)
        standby.put(name)
        assert standby.is_after()
        lies = state.remembered(standby.state)
        assert lies
        assert lies.snapshot == name


class TestSameContent:
    def test_is_not_fetched_for_being_cut_in_other_pieces(self, standby: Standby, way: None) -> None:
        inode = (standby.tree / "large").stat().st_ino
        report = standby.put(build.snapshot(standby.repository, before(), chunk=CHUNK // 2))
        assert report.fetched == 0
        assert seen(standby.tree) == drawn(before())
        assert (standby.tree / "large").stat().st_ino == inode
