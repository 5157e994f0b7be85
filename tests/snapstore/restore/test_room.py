"""A disk that can't hold the snapshot is told of before anything is written, with both figures."""

import os
from pathlib import Path

import pytest

from dumont.snapstore.errors import NoRoom
from dumont.snapstore.restore import room
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.room import Free
from dumont.snapstore.restore.survey import Old, Standing
from tests.build import snapstore as build

TREE: dict[bytes, build.Node | bytes] = {
    b"large": build.Node(content=bytes(range(256)) * 400_000, holes={0: 1 << 40}),
    b"one": b"1",
    b"two": b"2",
}


def check(disk: Free, standing: Standing | None = None) -> None:
    made = build.manifest(build.fresh(), TREE, chunk=8 << 20)
    room.check(disk, Chosen(made), standing or Standing(), made.first_pieces())


class TestRoom:
    def test_is_enough(self) -> None:
        check(Free(130 << 20, None))
        check(Free(130 << 20, 4))

    def test_is_short_of_bytes(self) -> None:
        with pytest.raises(NoRoom, match=r"needs 119 MB more, and the disk has 50 MB"):
            check(Free(50_000_000, None))

    def test_is_short_of_files(self) -> None:
        with pytest.raises(NoRoom, match="needs 4 more files, and the disk has room for 3"):
            check(Free(130 << 20, 3))

    def test_counts_what_is_there_already(self) -> None:
        check(Free(20 << 20, 0), Standing(there={1}, present=4))
        check(Free(20 << 20, 0), Standing(old={1: Old(1, 1, 1, 1, 110 << 20, 1)}, present=4))
        with pytest.raises(NoRoom):  # another name keeps the old one's blocks
            check(Free(20 << 20, 0), Standing(old={1: Old(1, 1, 1, 2, 110 << 20, 1)}, present=4))

    def test_of_the_disk_is_seen(self, tmp_path: Path) -> None:
        handle = os.open(tmp_path, os.O_RDONLY)
        assert room.free(handle).size > 0
        os.close(handle)
