"""Reads what has changed, and cuts it into chunks: small files joined, large ones where their content says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import NamedTuple

from dumont.snapstore import chunker, codec, hashing
from dumont.snapstore.chunker import Params
from dumont.snapstore.model import HOLE
from dumont.snapstore.scan import BLOCK, Note, Seen
from dumont.snapstore.track import Track

SMALL = 256 << 10
BUNDLE_LEAST, BUNDLE_MOST = 512 << 10, 4 << 20
BUNDLE_ENDS_BELOW = 64
BUFFER = 12 << 20
HEAD = 16 << 10
"""How much of a large file its kind is judged by."""


class Part(NamedTuple):
    """A piece of a file whose chunk is not numbered yet."""

    job: int
    offset: int
    length: int


@dataclass(frozen=True)
class Job:
    """A chunk to be sent, unless somebody has it."""

    number: int
    data: memoryview
    hint: int
    buffer: Buffer


@dataclass
class Read:
    """What was read of each entry; filled while jobs are taken."""

    parts: dict[int, list[Part]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)


class Buffer:
    """Room that is used again when all chunks in it have been coded."""

    def __init__(self, room: Room) -> None:
        self.data = memoryview(bytearray(BUFFER))
        self.filled = 0
        self.users = 0
        self._room = room

    def release(self) -> None:
        self._room.release(self)


class Room:
    """As many buffers as memory allows; who wants one more waits."""

    def __init__(self, most: int) -> None:
        self._free: list[Buffer] = []
        self._left = most
        self._changed = Condition()
        self._closed = False

    def take(self) -> Buffer:
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._left or self._closed)
            if not self._free:
                self._left -= 1
                return self._held(Buffer(self))
            return self._held(self._free.pop())

    def use(self, buffer: Buffer) -> None:
        with self._changed:
            buffer.users += 1

    def release(self, buffer: Buffer) -> None:
        with self._changed:
            buffer.users -= 1
            if not buffer.users:
                self._free.append(buffer)
                self._changed.notify()

    def open_up(self) -> None:
        """Nobody waits any more: something went wrong."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @staticmethod
    def _held(buffer: Buffer) -> Buffer:
        buffer.filled, buffer.users = 0, 1
        return buffer


class Reader:
    """One thread's: yields jobs, and notes in `read` which file is made of which."""

    def __init__(self, root: bytes, params: Params, room: Room, track: Track) -> None:
        self._root = root
        self._params = params
        self._room = room
        self._track = track
        self._jobs = 0
        self.read = Read()

    def jobs(self, entries: Sequence[Seen], small: Sequence[int], large: Sequence[int]) -> Iterator[Job]:
        yield from self._bundles(entries, small)
        for entry in large:
            yield from self._large(entry, entries[entry])

    def _bundles(self, entries: Sequence[Seen], small: Sequence[int]) -> Iterator[Job]:
        buffer, begin = self._room.take(), 0
        for entry in small:
            data = self._whole(entry, entries[entry])
            if data is None:
                continue
            if data:
                self.read.parts[entry] = [Part(self._jobs, buffer.filled - begin, len(data))]
                buffer.data[buffer.filled : buffer.filled + len(data)] = data
                buffer.filled += len(data)
            else:
                self.read.parts[entry] = []
            if _ends_bundle(buffer.filled - begin, entries[entry].path):
                yield self._job(buffer, begin, buffer.filled, 0)
                begin = buffer.filled
                if BUFFER - begin < BUNDLE_MOST + SMALL:
                    buffer.release()
                    buffer, begin = self._room.take(), 0
        if buffer.filled > begin:
            yield self._job(buffer, begin, buffer.filled, 0)
        buffer.release()

    def _whole(self, entry: int, seen: Seen) -> bytes | None:
        try:
            data = _small(os.path.join(self._root, seen.path))
        except OSError as error:
            self._lose(entry, seen, error)
            return None
        if len(data) != seen.size:
            self.read.notes.append(Note(seen.path, "changed while it was read: kept as it was then"))
        self._track.add(files=1, size=len(data))
        return data[:SMALL]

    def _large(self, entry: int, seen: Seen) -> Iterator[Job]:
        try:
            file = os.open(os.path.join(self._root, seen.path), FLAGS)
        except OSError as error:
            self._lose(entry, seen, error)
            return
        parts = self.read.parts[entry] = []
        try:
            for begin, end in _filled(file, seen):
                if begin > sum(part.length for part in parts):
                    parts.append(Part(HOLE, 0, begin - sum(part.length for part in parts)))
                yield from self._stretch(file, (begin, end), seen.path, parts)
            size = sum(part.length for part in parts)
            if size < seen.size and _is_sparse(seen):
                parts.append(Part(HOLE, 0, seen.size - size))
            elif size != seen.size:
                self.read.notes.append(Note(seen.path, "changed while it was read: kept as it was then"))
        except OSError as error:
            self.read.parts.pop(entry, None)
            self._lose(entry, seen, error)
        finally:
            os.close(file)
        self._track.add(files=1)

    def _stretch(self, file: int, where: tuple[int, int], path: bytes, parts: list[Part]) -> Iterator[Job]:
        """Cut; what one buffer does not end goes into the next."""
        (begin, end), hint = where, None
        buffer = self._room.take()
        while True:
            wanted = min(BUFFER - buffer.filled, end - begin)
            got = _read(file, buffer.data[buffer.filled : buffer.filled + wanted], begin)
            if hint is None:
                hint = codec.float_hint(path, bytes(buffer.data[:HEAD]))
            begin, buffer.filled = begin + got, buffer.filled + got
            final = begin >= end or got < wanted
            place = 0
            for cut in chunker.cuts(buffer.data[: buffer.filled], final, self._params):
                parts.append(Part(self._jobs, 0, cut - place))
                yield self._job(buffer, place, cut, hint)
                place = cut
            self._track.add(size=got)
            rest = bytes(buffer.data[place : buffer.filled])
            buffer.release()
            if final:
                return
            buffer = self._room.take()
            buffer.data[: len(rest)] = rest
            buffer.filled = len(rest)

    def _job(self, buffer: Buffer, begin: int, end: int, hint: int) -> Job:
        self._room.use(buffer)
        self._jobs += 1
        return Job(self._jobs - 1, buffer.data[begin:end], hint, buffer)

    def _lose(self, entry: int, seen: Seen, error: OSError) -> None:
        self.read.gone.add(entry)
        self.read.notes.append(Note(seen.path, f"not read: {error.strerror}"))


FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


def is_small(seen: Seen) -> bool:
    return seen.size <= SMALL


def _small(path: bytes) -> bytes:
    """All of it, or a byte more than a small file has."""
    file = os.open(path, FLAGS)
    try:
        return os.read(file, SMALL + 1)
    finally:
        os.close(file)


def _ends_bundle(filled: int, path: bytes) -> bool:
    return filled >= BUNDLE_MOST or (filled >= BUNDLE_LEAST and hashing.digest(path)[0] < BUNDLE_ENDS_BELOW)


def _read(file: int, room: memoryview, place: int) -> int:
    """As much as there is, up to the room."""
    done = 0
    while done < len(room):
        got = os.preadv(file, [room[done:]], place + done)
        if not got:
            break
        done += got
    return done


def _is_sparse(seen: Seen) -> bool:
    return seen.blocks * BLOCK < seen.size


def _filled(file: int, seen: Seen) -> Iterator[tuple[int, int]]:
    """The stretches that hold data."""
    if not _is_sparse(seen) or not hasattr(os, "SEEK_DATA"):
        yield 0, seen.size
        return
    place = 0
    while place < seen.size:
        try:
            begin = os.lseek(file, place, os.SEEK_DATA)
        except OSError:
            return
        place = min(os.lseek(file, begin, os.SEEK_HOLE), seen.size)
        if begin < place:
            yield begin, place
