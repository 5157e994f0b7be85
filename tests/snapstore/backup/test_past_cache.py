"""Reading past the system's cache gives the same bytes, from any place, up to any end."""

import os
import random
from pathlib import Path

import pytest

from dumont.snapstore.backup import past_cache
from dumont.snapstore.backup.reading import AT_ONCE
from dumont.snapstore.backup.room import Room
from dumont.snapstore.repository import create
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import File, put_back, seen, taken, write

PAGE = past_cache.PAGE


@pytest.fixture(params=["past it", "through it"])
def _cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing, or everything, were in it: what the system keeps is nobody's choice."""
    monkeypatch.setattr(past_cache, "WORTH", 1)
    monkeypatch.setattr(past_cache, "_is_cached", lambda _number: request.param == "through it")


@pytest.mark.usefixtures("_cache")
class TestAFile:
    @pytest.mark.parametrize("size", [1, PAGE - 1, PAGE, 5 * PAGE + 77, 64 * PAGE])
    def test_is_read_as_it_is(self, tmp_path: Path, size: int) -> None:
        data = random.Random(size).randbytes(size)
        (tmp_path / "file").write_bytes(data)
        file = past_cache.opened(os.open(tmp_path / "file", os.O_RDONLY), 1)
        room = Room(1, 66 * PAGE).take().data
        try:
            for place, wanted in [(0, size), (0, size + PAGE), (PAGE, 3 * PAGE), (77, 100), (0, 10), (size, PAGE)]:
                got = file.read(room, wanted, place)
                assert bytes(room[:got]) == data[place : place + wanted]
        finally:
            file.close()

    def test_is_cut_and_comes_back_the_same(self, tmp_path: Path) -> None:
        root = tmp_path / "tree"
        root.mkdir()
        for number, size in enumerate([AT_ONCE, AT_ONCE + PAGE, 2 * AT_ONCE + 77]):
            write(root / f"{number}", File(size, number, holes=number == 1))
        repository = create(MemoryBlobs())
        assert put_back(repository, taken(repository, root).name, tmp_path / "back") == seen(root)
