"""Where the chunks of a changed file ended before: mostly they end there still, and to hash them tells it at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dumont.snapstore.model import HOLE, Manifest


class Past(NamedTuple):
    """The snapshot before, as far as it tells of files that have changed since."""

    manifest: Manifest
    starts: array[int]
    entry_of: Mapping[bytes, int]
    id_of: Callable[[memoryview], bytes]

    def guess(self, path: bytes, most: int) -> Guess | None:
        """None where nothing is known, or chunks may have ended for another reason than their content: at a hole, or as
        somebody cut them who doesn't cut as we do. The last one, which the file's end ended, is never guessed."""
        entry, old = self.entry_of.get(path), self.manifest
        if entry is None or self.starts[entry + 1] - self.starts[entry] < 2:
            return None
        begin, last = self.starts[entry], self.starts[entry + 1] - 1
        chunks, lengths = old.piece_chunk[begin:last], old.piece_length[begin:last]
        if HOLE in old.piece_chunk[begin : last + 1] or any(old.piece_offset[begin:last]) or max(lengths) > most:
            return None
        if any(old.chunk_raw[chunk] != length for chunk, length in zip(chunks, lengths)):
            return None
        return Guess(lengths, [old.id_of(chunk) for chunk in chunks], self.id_of)


class Guess:
    """Of one file. Behind a change it waits until a chunk is as long as one of before, which hardly two are."""

    def __init__(self, lengths: Sequence[int], ids: Sequence[bytes], id_of: Callable[[memoryview], bytes]) -> None:
        self._lengths = lengths
        self._ids = ids
        self._id_of = id_of
        self._next = 0
        self._behind = {length: number + 1 for number, length in enumerate(lengths)}

    @property
    def wanted(self) -> int:
        """How many bytes it takes to tell of the next one; 0: it has no idea."""
        return self._lengths[self._next] if self._next < len(self._lengths) else 0

    def chunk(self, data: memoryview) -> bytes | None:
        """The id of the chunk that is as long as was wanted, if it is the one of before."""
        made = self._id_of(data)
        if made == self._ids[self._next]:
            self._next += 1
            return made
        self._next = len(self._lengths)
        return None

    def found(self, length: int) -> None:
        """A chunk that was searched for."""
        self._next = self._behind.get(length, len(self._lengths))
