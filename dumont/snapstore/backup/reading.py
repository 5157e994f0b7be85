"""What all readers of a tree share: what they found, the jobs they made, and files opened without a detour."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore.backup.guess import Past
from dumont.snapstore.backup.room import Buffer, Room
from dumont.snapstore.chunker import Params
from dumont.snapstore.model import HOLE
from dumont.snapstore.scan import GONE, Note, Tree
from dumont.snapstore.track import Track

SMALL = 256 << 10
CHANGED = "changed while it was read: kept as it was then"
PAGE = 4096
AT_ONCE = 4 << 20
"""Bytes of a large file."""


class Part(NamedTuple):
    """A piece of a file whose chunk is not numbered yet."""

    job: int
    offset: int
    length: int


class Job(NamedTuple):
    """A chunk to be sent, unless somebody has it."""

    number: int
    data: memoryview
    hint: int
    buffer: Buffer
    id: bytes | None = None
    """Where it is known already."""


@dataclass
class Read:
    """What was read of each entry; filled while jobs are taken."""

    parts: dict[int, Sequence[Part]] = field(default_factory=dict)
    mtimes: dict[int, int] = field(default_factory=dict)
    """Of those that are another time's than when the tree was looked at."""
    gone: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    """Those that were seen to have no attributes."""
    notes: list[Note] = field(default_factory=list)


class Course:
    """What all readers of one tree share."""

    def __init__(self, tree: Tree, params: Params, room: Room, track: Track, past: Past | None) -> None:
        self.tree = tree
        self.past = past
        self.params = params
        self.room = room
        self.track = track
        self.read = Read()
        self.grown: list[int] = []
        """Small ones that are large by now."""
        self.jobs = 0
        self.ahead = ThreadPoolExecutor(1, "snapshot-read")
        self.folders = Folders(os.open(tree.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    def job(self, buffer: Buffer, begin: int, end: int, hint: int = 0, known: bytes | None = None) -> Job:
        buffer.use()
        self.jobs += 1
        return Job(self.jobs - 1, buffer.data[begin:end], hint, buffer, known)

    def lose(self, entry: int, error: int) -> None:
        self.read.parts.pop(entry, None)
        self.read.gone.add(entry)
        why = "it is no file any more" if error in (errno.EINVAL, errno.ELOOP, errno.ENXIO) else os.strerror(error)
        self.read.notes.append(Note(self.tree.paths[entry], f"not read: {why}", error not in GONE))

    def found(self, entry: int, size: int, mtime: int, *, steady: bool = True) -> None:
        """As it was when it was opened. The time of change stays that of before: then it is looked at again."""
        if mtime != self.tree.mtime[entry]:
            self.read.mtimes[entry] = mtime
        if not steady or size != self.tree.size[entry] or mtime != self.tree.mtime[entry]:
            self.read.notes.append(Note(self.tree.paths[entry], CHANGED))


FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
UNSEEN = getattr(os, "O_NOATIME", 0)
"""Reading must not look like use: what was opened first is learned from those times."""
STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Folders:
    """Opens files below a folder, and follows no link on the way."""

    def __init__(self, root: int) -> None:
        self.root = root
        self._above = b""
        self._folder = os.dup(root)

    def open(self, path: bytes) -> int:
        above, _slash, name = path.rpartition(b"/")
        if above != self._above:
            self._go(above)
        try:
            return os.open(name, FLAGS | UNSEEN, dir_fd=self._folder)
        except PermissionError:
            return os.open(name, FLAGS, dir_fd=self._folder)

    def close(self) -> None:
        os.close(self._folder)
        os.close(self.root)

    def _go(self, above: bytes) -> None:
        folder = os.dup(self.root)
        try:
            for part in filter(None, above.split(b"/")):
                deeper = os.open(part, STEP, dir_fd=folder)
                os.close(folder)
                folder = deeper
        except OSError:
            os.close(folder)
            raise
        os.close(self._folder)
        self._above, self._folder = above, folder


def hole(length: int) -> Part:
    return Part(HOLE, 0, length)
