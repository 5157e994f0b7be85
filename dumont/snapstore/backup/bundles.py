"""Small files, joined into chunks that end where names say, so that they are equal again behind a change."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress

from dumont.snapstore import hashing, native
from dumont.snapstore.backup.reading import SMALL, Course, Job, Part

LEAST, MOST = 512 << 10, 4 << 20
ENDS_BELOW = 64
MOST_FILES = 2048
"""In one call: so that it can be stopped, and progress is seen."""


def bundles(course: Course, entries: Sequence[int]) -> Iterator[Job]:
    if not entries:
        return
    bundle = _Bundle(course)
    for batch in _batches(course, entries, bundle):
        read = _read(course, batch, bundle.buffer.data[bundle.filled :])
        total = 0
        for entry, (size, mtime) in zip(batch, read):
            total += max(0, size)
            if size < 0 and size != -errno.EFBIG:
                course.lose(entry, -size)
            elif size > SMALL or size < 0:
                course.grown.append(entry)
                yield from bundle.leave_out(max(0, size))
            else:
                course.found(entry, size, mtime)
                yield from bundle.add(entry, size)
        course.track.add(files=len(batch), size=total)
    yield from bundle.end()
    bundle.buffer.release()


class _Bundle:
    """The one that is being filled."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._begin = 0
        self.filled = 0
        self.buffer = course.room.take()

    def add(self, entry: int, size: int) -> Iterator[Job]:
        held = self.filled - self._begin
        self._course.read.parts[entry] = (Part(self._course.jobs, held, size),) if size else ()
        self.filled, held = self.filled + size, held + size
        if held >= MOST or (held >= LEAST and hashing.digest(self._course.tree.paths[entry])[0] < ENDS_BELOW):
            yield from self.end()

    def leave_out(self, size: int) -> Iterator[Job]:
        """What lies there is of no bundle; so the one before it ends."""
        if size:
            yield from self.end()
            self.filled = self._begin = self.filled + size

    def end(self) -> Iterator[Job]:
        if self.filled > self._begin:
            yield self._course.job(self.buffer, self._begin, self.filled)
        self._begin = self.filled

    def move(self) -> None:
        """Into an empty buffer, with what has no end yet."""
        before, rest = self.buffer, self.filled - self._begin
        self.buffer = self._course.room.take()
        self.buffer.data[:rest] = before.data[self._begin : self.filled]
        before.release()
        self._begin, self.filled = 0, rest


def _batches(course: Course, entries: Sequence[int], bundle: _Bundle) -> Iterator[list[int]]:
    """As many as fit behind what is in the buffer already."""
    sizes, wanted = course.tree.size, 0
    batch: list[int] = []
    for entry in entries:
        if bundle.filled + wanted + sizes[entry] > course.room.size or len(batch) == MOST_FILES:
            yield batch
            batch, wanted = [], 0
            if bundle.filled + MOST > course.room.size:
                bundle.move()
        batch.append(entry)
        wanted += sizes[entry]
    yield batch


def _read(course: Course, batch: Sequence[int], room: memoryview) -> Iterable[tuple[int, int]]:
    """For each its size, or minus an errno, and its time."""
    paths, library = [course.tree.paths[entry] for entry in batch], native.load()
    if library is None or not library.has_files:
        return list(_plainly(course, paths, room))
    read = library.read_files(course.folders.root, paths, room)
    course.read.bare.update(compress(batch, read.bare))
    return zip(read.sizes, read.mtimes)


def _plainly(course: Course, paths: Sequence[bytes], room: memoryview) -> Iterator[tuple[int, int]]:
    for path in paths:
        try:
            size, mtime = _read_one(course, path, room)
            room = room[max(0, size) :]
            yield size, mtime
        except OSError as error:
            yield -(error.errno or errno.EIO), 0


def _read_one(course: Course, path: bytes, room: memoryview) -> tuple[int, int]:
    file = course.folders.open(path)
    try:
        seen = os.fstat(file)
        if not stat.S_ISREG(seen.st_mode):
            return -errno.EINVAL, 0
        if seen.st_size > len(room):
            return -errno.EFBIG, 0
        done = 0
        while done < seen.st_size:
            got = os.readv(file, [room[done : seen.st_size]])
            if not got:
                break
            done += got
        return done, seen.st_mtime_ns
    finally:
        os.close(file)
