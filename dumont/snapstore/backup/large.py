"""Large files, cut where their content says; what is a hole stays one, and is not read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from concurrent.futures import Future, wait
from typing import NamedTuple

from dumont.snapstore import chunker, codec
from dumont.snapstore.backup import past_cache
from dumont.snapstore.backup.reading import AT_ONCE, PAGE, Course, Job, Part, hole
from dumont.snapstore.backup.room import Buffer

HEAD = 16 << 10
"""How much of a file its kind is judged by."""
BLOCK = 512


def large(course: Course, entry: int) -> Iterator[Job]:
    try:
        file = past_cache.opened(course.folders.open(course.tree.paths[entry]), AT_ONCE)
    except OSError as error:
        course.lose(entry, error.errno or errno.EIO)
        return
    try:
        yield from _Large(course, entry, file).jobs()
    except OSError as error:
        course.lose(entry, error.errno or errno.EIO)
    finally:
        file.close()
    course.track.add(files=1)


class _Coming(NamedTuple):
    """What is being read."""

    buffer: Buffer
    wanted: int
    read: Future[int]


class _Large:
    def __init__(self, course: Course, entry: int, file: past_cache.File) -> None:
        self._course = course
        self._entry = entry
        self._file = file
        self._seen = os.fstat(file.number)
        self._parts: list[Part] = []
        self._place = 0
        """How far the parts go."""
        self._hint: int | None = None
        past, path = course.past, course.tree.paths[entry]
        self._guess = past.guess(path, course.params.max) if past else None

    def jobs(self) -> Iterator[Job]:
        if not stat.S_ISREG(self._seen.st_mode):
            self._course.lose(self._entry, errno.EINVAL)
            return
        for begin, end in _filled(self._file.number, self._seen):
            self._skip_to(begin)
            yield from self._stretch(begin, end)
        now = os.fstat(self._file.number)
        if _is_sparse(self._seen):
            self._skip_to(min(now.st_size, self._seen.st_size))
        steady = (now.st_mtime_ns, now.st_size, self._place) == (
            self._seen.st_mtime_ns,
            self._seen.st_size,
            self._seen.st_size,
        )
        self._course.read.parts[self._entry] = self._parts
        self._course.found(self._entry, self._place, self._seen.st_mtime_ns, steady=steady)

    def _skip_to(self, place: int) -> None:
        if place > self._place:
            self._parts.append(hole(place - self._place))
            self._place = place

    def _stretch(self, begin: int, end: int) -> Iterator[Job]:
        """What one buffer does not end goes before what is read into the next, which comes while this one is cut."""
        course, lead, rest = self._course, course_lead(self._course), 0
        coming = self._coming(lead, begin, end)
        try:
            while True:
                buffer, wanted, got = coming.buffer, coming.wanted, _came(coming)
                begin += got
                self._judge(buffer.data[lead : lead + min(got, HEAD)])
                final, place = begin >= end or got < wanted, lead - rest
                if not final:
                    coming = self._coming(lead, begin, end)
                for end_of, known in self._ends(buffer.data[: lead + got], place, final):
                    yield self._chunk(course.job(buffer, place, end_of, self._hint or 0, known))
                    place = end_of
                course.track.add(size=got)
                if not final:
                    left = buffer.data[place : lead + got]
                    rest = len(left)
                    coming.buffer.data[lead - rest : lead] = left
                buffer.release()
                if final:
                    return
        finally:
            wait([coming.read])  # or it would read from what is somebody else's file by then

    def _coming(self, lead: int, begin: int, end: int) -> _Coming:
        wanted, buffer = min(AT_ONCE, end - begin), self._course.room.take()
        return _Coming(buffer, wanted, self._course.ahead.submit(self._file.read, buffer.data[lead:], wanted, begin))

    def _ends(self, data: memoryview, begin: int, final: bool) -> Iterator[tuple[int, bytes | None]]:
        """Of chunks from there on, and their ids where they are as before."""
        params, guess = self._course.params, self._guess
        if guess is None:
            yield from ((begin + cut, None) for cut in chunker.cuts(data[begin:], final, params))
            return
        while True:
            wanted = guess.wanted
            if wanted > len(data) - begin and not final:
                return
            known = guess.chunk(data[begin : begin + wanted]) if 0 < wanted <= len(data) - begin else None
            if known is None:
                cut = chunker.cuts(data[begin:], final, params, first=True)
                if not cut:
                    return
                wanted = cut[0]
                guess.found(wanted)
            begin += wanted
            yield begin, known

    def _chunk(self, job: Job) -> Job:
        self._parts.append(Part(job.number, 0, len(job.data)))
        self._place += len(job.data)
        return job

    def _judge(self, head: memoryview) -> None:
        if self._hint is None:
            self._hint = codec.float_hint(self._course.tree.paths[self._entry], bytes(head))


def _came(coming: _Coming) -> int:
    try:
        return coming.read.result()
    except OSError:  # it costs this file, and none of the room for others
        coming.buffer.release()
        raise


def course_lead(course: Course) -> int:
    """Room for what has no end yet, so that behind it a page begins."""
    return -(-course.params.max // PAGE) * PAGE


def _is_sparse(seen: os.stat_result) -> bool:
    return getattr(seen, "st_blocks", seen.st_size) * BLOCK < seen.st_size


def _filled(file: int, seen: os.stat_result) -> Iterator[tuple[int, int]]:
    """The stretches that hold data."""
    place = 0
    if not _is_sparse(seen) or not hasattr(os, "SEEK_DATA"):
        if seen.st_size:
            yield 0, seen.st_size
        return
    while place < seen.st_size:
        try:
            begin = os.lseek(file, place, os.SEEK_DATA)
            end = min(os.lseek(file, begin, os.SEEK_HOLE), seen.st_size)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole from here on
                return
            begin, end = place, seen.st_size
        place = end
        if begin < end:
            yield begin, end
        else:
            return
