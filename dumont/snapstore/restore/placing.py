"""Takes fetched ranges apart and puts each piece where it belongs."""

from __future__ import annotations

import errno
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dumont.snapstore.errors import Exists, NoRoom
from dumont.snapstore.large_pages import room
from dumont.snapstore.restore.memory import OUT, PAGE
from dumont.snapstore.restore.plan import Job, Small, Use
from dumont.snapstore.restore.shared import Shared

GROUP = 4 << 20
"""Decoded at once: less than the processor's last cache, so that what is written is still near."""
FULL = (errno.ENOSPC, errno.EDQUOT)


class Part(NamedTuple):
    """Bytes of a buffer, and where they go."""

    use: Use
    place: int


class Placer:
    """Of one thread: decodes into a buffer of its own, and writes from there."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._out = room(OUT)

    def place(self, job: Job, data: memoryview) -> None:
        for chunks, places in self._groups(job.chunks):
            bad = self._shared.frames.unfold(job, data, chunks, places, self._out)
            self._shared.failed(bad)
            good = [pair for pair in zip(chunks, places) if pair[0] not in bad] if bad else zip(chunks, places)
            self.spread(good, self._out)

    def spread(self, placed: Iterable[tuple[int, int]], out: memoryview) -> None:
        """Writes chunks, which stand in `out` at these places, to all files that are made of them."""
        small, large = Small([], array("Q"), array("Q")), []
        sizes, uses = self._shared.sizes, self._shared.uses
        for chunk, place in placed:
            others = uses.sorted_out(chunk, place, sizes, small)
            large += [Part(use, place + use.offset) for use in others]
        if small.entries:
            self._write_small(small, out)
        for part in _joined(large):
            self._write_part(part, out)

    def _groups(self, chunks: Sequence[int]) -> Iterator[tuple[list[int], list[int]]]:
        """As many as fit; each begins where its file's offset is in the page, so that it can pass the page cache."""
        raw_of, begins = self._shared.manifest.chunk_raw, self._shared.uses.begins
        found: list[int] = []
        places: list[int] = []
        end = 0
        for chunk in chunks:
            raw = raw_of[chunk]
            begin = begins(chunk)
            place = end + (begin - end) % PAGE
            if found and place + raw > GROUP:
                yield found, places
                found, places = [], []
                place = begin % PAGE
            found.append(chunk)
            places.append(place)
            end = place + raw
        if found:
            yield found, places

    def _write_small(self, small: Small, out: memoryview) -> None:
        done, size = len(small.entries), sum(small.sizes)
        wrong = self._shared.bundles.write(small, out)
        if any(wrong):
            for error, entry, place, length in zip(wrong, *small):
                use, data = Use(entry, 0, 0, length), out[place : place + length]
                if error and not self._guarded(entry, self._write_one, use, data):
                    done, size = done - 1, size - length
        self._shared.wrote(done, size, small.entries)

    def _write_one(self, use: Use, data: memoryview) -> bool:
        handle = self._shared.ground.create(self._shared.manifest.paths[use.entry])
        try:
            done = os.write(handle, data)
            while done < len(data):
                done += os.write(handle, data[done:])
            self._shared.metadata.of_handle(handle, use.entry)
        finally:
            os.close(handle)
        return True

    def _write_part(self, part: Part, out: memoryview) -> None:
        use, place = part
        data = out[place : place + use.length]
        whole = self._guarded(use.entry, self._write_large, use, data)
        self._shared.wrote(int(whole), len(data), [use.entry] if whole else [])

    def _write_large(self, use: Use, data: memoryview) -> bool:
        expected = self._shared.sizes[use.entry], self._shared.uses.left[use.entry]
        return self._shared.large.write(use.entry, use.at, data, expected)

    def _guarded(self, entry: int, act, use: Use, data: memoryview) -> bool:  # type: ignore[no-untyped-def]
        """What the target's disk refuses costs this one file, unless it is full."""
        if entry in self._shared.refused:
            return False
        try:
            return bool(act(use, data))
        except Exists as error:
            self._shared.refuse(entry, error.message)
        except OSError as error:
            if error.errno in FULL:
                raise NoRoom("The disk became full while we wrote to it.", "Make room, then run it again.") from error
            self._shared.refuse(entry, error.strerror or str(error))
        return False


def _joined(parts: list[Part]) -> Iterator[Part]:
    """Neighbours in the file that are neighbours in the buffer are written at once."""
    before: Part | None = None
    for part in parts:
        if before is not None:
            (entry, at, offset, length), place = before
            use = part.use
            if use.entry == entry and use.at == at + length and part.place == place + length:
                before = Part(Use(entry, at, offset, length + use.length), place)
                continue
            yield before
        before = part
    if before is not None:
        yield before
