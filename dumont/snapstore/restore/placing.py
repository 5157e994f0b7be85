"""Takes fetched ranges apart and puts each piece where it belongs."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from dumont.snapstore import native
from dumont.snapstore.large_pages import room
from dumont.snapstore.native.placing import Columns, Hand, Part, Placing, Spread
from dumont.snapstore.restore import pipeline
from dumont.snapstore.restore.memory import OUT, PAGE
from dumont.snapstore.restore.plan import SMALL, Job
from dumont.snapstore.restore.shared import Shared
from dumont.snapstore.restore.writing import Writing


def placers(shared: Shared) -> Callable[[], pipeline.Placer]:
    """What makes one for each thread: by the compiled library, where there is one that knows files."""
    library = native.load()
    if library is None or not library.has_files:
        return lambda: Placer(shared)
    placing = library.placing(_columns(shared), shared.manifest.paths)
    return lambda: QuickPlacer(shared, placing)


class QuickPlacer:
    """Has the library unfold chunks in groups and write small files, and writes the parts of larger ones."""

    def __init__(self, shared: Shared, placing: Placing) -> None:
        self._shared = shared
        self._writing = Writing(shared)
        self._out = room(OUT)
        self._hand = Hand(placing, self._out)

    def place(self, job: Job, data: memoryview) -> None:
        shared, hand, first = self._shared, self._hand, 0
        stored = shared.frames.opened(job, data)
        hand.take(array("I", job.chunks))
        while first < len(hand.chunks):
            end = hand.unfold(data, job.start, first, stored=stored, key=shared.frames.naming_key)
            if any(hand.why[first:end]):
                self._mend(job, data, stored, range(first, end))
            for spread in hand.spread(shared.ground.root, first, end, owners=shared.metadata.owners):
                self._write(spread)
            first = end

    def _mend(self, job: Job, data: memoryview, stored: array[int] | None, numbers: range) -> None:
        """What the library could not do for want of a decoder, Python can; the others are lost, for now."""
        manifest, hand = self._shared.manifest, self._hand
        for number in numbers:
            if not hand.why[number]:
                continue
            chunk, place = hand.chunks[number], hand.places[number]
            at = manifest.chunk_offset[chunk] - job.start
            payload = data[at : at + (manifest.chunk_stored[chunk] if stored is None else stored[number])]
            into = self._out[place : place + manifest.chunk_raw[chunk]]
            if hand.why[number] == native.NOT_HERE and self._shared.frames.unfold(chunk, payload, into):
                hand.why[number] = native.GOOD
            else:
                self._shared.failed([chunk])

    def _write(self, spread: Spread) -> None:
        done, size, out = len(spread.entries), spread.size, self._out
        if spread.failed:
            done -= spread.failed
            for entry, place, wrong in zip(spread.entries, spread.places, spread.wrong):
                length = self._shared.sizes[entry]
                if wrong and self._writing.small(entry, out[place : place + length]):
                    done, size = done + 1, size + length
        if spread.entries:
            self._shared.wrote(done, size, spread.entries)
        for part in spread.parts:
            self._writing.part(part, out)


class Placer:
    """The same in plain Python, chunk by chunk."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._writing = Writing(shared)
        self._out = room(OUT)

    def place(self, job: Job, data: memoryview) -> None:
        manifest, shared = self._shared.manifest, self._shared
        stored = shared.frames.opened(job, data)
        for number, chunk in enumerate(job.chunks):
            at = manifest.chunk_offset[chunk] - job.start
            payload = data[at : at + (manifest.chunk_stored[chunk] if stored is None else stored[number])]
            place = shared.uses.begins(chunk) % PAGE  # what lies so in its page can pass the page cache
            if shared.frames.unfold(chunk, payload, self._out[place : place + manifest.chunk_raw[chunk]]):
                self.spread(chunk, place, self._out)
            else:
                shared.failed([chunk])

    def spread(self, chunk: int, place: int, out: memoryview) -> None:
        """Writes a chunk, which stands in `out` at this place, to all files that are made of it."""
        shared = self._shared
        for entry, at, offset, length in shared.uses.of(chunk):
            begin = place + offset
            if length == shared.sizes[entry] and length <= SMALL:
                whole = self._writing.small(entry, out[begin : begin + length])
                shared.wrote(int(whole), length if whole else 0, [entry])
            else:
                self._writing.part(Part(entry, at, begin, length), out)


def _columns(shared: Shared) -> Columns:
    manifest = shared.manifest
    by_hand = bytearray(len(manifest))
    for entry in manifest.xattrs:  # these come before the time that says that a file is whole
        by_hand[entry] = 1
    lists = shared.uses.lists
    return Columns(
        chunk_offset=manifest.chunk_offset,
        chunk_stored=manifest.chunk_stored,
        chunk_raw=manifest.chunk_raw,
        chunk_codec=manifest.chunk_codec,
        chunk_ids=manifest.chunk_ids,
        head=lists.head,
        following=lists.following,
        entry=lists.entry,
        within=manifest.piece_offset,
        at=lists.at,
        length=manifest.piece_length,
        size=shared.sizes,
        mode=manifest.mode,
        uid=manifest.uid,
        gid=manifest.gid,
        mtime=manifest.mtime,
        by_hand=by_hand,
    )
