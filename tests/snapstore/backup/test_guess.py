"""Ends of chunks that are guessed from the snapshot before are those that a search would have found."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dumont.snapstore import chunker
from dumont.snapstore.repository import Repository, create
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import taken

SIZE = 6_500_000
BEFORE = random.Random(4).randbytes(SIZE)
NEW = random.Random(5).randbytes(70_000)
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "appended": lambda data: data + NEW,
    "overwritten": lambda data: data[:2_000_000] + NEW + data[2_070_000:],
    "inserted": lambda data: data[:3_000_001] + NEW[:777] + data[3_000_001:],
    "prepended": lambda data: NEW[:5] + data,
    "cut off": lambda data: data[:-1],
    "shorter by half": lambda data: data[: SIZE // 2],
    "twice": lambda data: data + data,
    "all zero": lambda data: bytes(len(data)),
    "grown over one buffer": lambda data: data + bytes(9_000_000),
}


def chunks(repository: Repository, root: Path) -> Sequence[tuple[bytes, int]]:
    manifest = repository.load(taken(repository, root).name)
    entry, starts = manifest.paths.index(b"file"), manifest.first_pieces()
    return [(manifest.id_of(piece.chunk), piece.length) for piece in manifest.pieces_of(entry, starts)]


@pytest.mark.parametrize("change", CHANGES)
class TestGuess:
    def test_cuts_as_a_search_does(self, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
        file, repository = tmp_path / "tree" / "file", create(MemoryBlobs())
        file.parent.mkdir()
        file.write_bytes(BEFORE)
        before = chunks(repository, file.parent)
        file.write_bytes(CHANGES[change](BEFORE))
        searched, cuts = [], chunker.cuts

        def counted(data: memoryview, *how: object, **more: bool) -> list[int]:
            searched.append(cuts(data, *how, **more))  # type: ignore[arg-type]
            return searched[-1]

        monkeypatch.setattr(chunker, "cuts", counted)
        guessed, known = chunks(repository, file.parent), len([ends for ends in searched if ends])
        assert guessed == chunks(create(MemoryBlobs()), file.parent)
        shared = len({one for one, _length in before} & {one for one, _length in guessed})
        assert known <= len(guessed) - shared + 3  # what is as it was is hardly searched
