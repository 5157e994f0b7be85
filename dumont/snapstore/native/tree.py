"""Many files in one call: read into one buffer, borrowed, settled or looked at, a whole tree at once."""

from __future__ import annotations

import ctypes
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import NamedTuple, Union

from dumont.snapstore.native.memory import Lent, address_of, joined
from dumont.snapstore.native.placing import Columns, Placing

Buffer = Union[bytes, bytearray, memoryview]
_OWNERS, _LINKS, _FOLDERS = 2, 4, 8
_ONE_FILESYSTEM, _XATTRS = 1, 2
_COLUMNS = "pBIIIqqQQQQQBIt"
_MOST_THREADS = 8
"""That look at one tree; more would wait for the kernel."""


class Files(NamedTuple):
    """What files or folders are to be. Paths are relative to the folder."""

    paths: Sequence[bytes]
    sizes: array[int]
    """`Q`; the others are `I`, and `mtimes` (nanoseconds) `q`."""
    modes: array[int]
    uids: array[int]
    gids: array[int]
    mtimes: array[int]


class Read(NamedTuple):
    """What was read: the files lie end to end in the buffer."""

    sizes: array[int]
    """Bytes of each, or minus its errno; -EFBIG where no room was left for it, -EINVAL where it is no file."""
    mtimes: array[int]
    ctimes: array[int]
    bare: bytearray
    """1 where a file was seen to have no attributes."""


class Scanned(NamedTuple):
    """A tree in columns, in the order of a manifest; the first entry is the root itself, with the empty path."""

    paths: list[bytes]
    kinds: bytes
    """0 file, 1 folder, 2 symbolic link, 255 what is not kept (sockets, pipes, devices)."""
    modes: array[int]
    uids: array[int]
    gids: array[int]
    mtimes: array[int]
    ctimes: array[int]
    inodes: array[int]
    devices: array[int]
    links: array[int]
    """How many names the inode has."""
    sizes: array[int]
    blocks: array[int]
    xattrs: bytes
    """0 it has none, 1 it has some, 2 not known."""
    errors: array[int]
    """0, or why a folder could not be looked into."""
    targets: list[bytes]
    """Where the symbolic links point, in the order of those among the entries."""


class Seen(NamedTuple):
    """What stands in the places of paths."""

    kinds: bytearray
    """As in `Scanned`; 254 where nothing stands."""
    modes: array[int]
    uids: array[int]
    gids: array[int]
    mtimes: array[int]
    inodes: array[int]
    links: array[int]
    sizes: array[int]
    blocks: array[int]
    """Of 512 bytes each."""
    ctimes: array[int]


class Tree:
    """The part of the library that touches files; it follows no symbolic link."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.has_files = hasattr(library, "dumont_scan")
        """Whether the calls below are there: on Linux."""

    def placing(self, columns: Columns, paths: Sequence[bytes]) -> Placing:
        """What unfolds chunks of a snapshot and spreads them over its files."""
        return Placing(self._library, columns, paths)

    def settle_folders(self, folder: int, files: Files, *, first: int = 0, owners: bool = False) -> int:
        """Owner, mode and time of folders below an open one, from number `first` on, in their order; those that are
        not there are made. Says which could not be done, or how many there are."""
        count, paths = len(files.paths), joined(files.paths)
        addresses = [address_of(column, kind, count) for kind, column in zip("IIIq", files[2:])]
        return int(
            self._library.dumont_settle_folders(
                folder, first, count, paths, len(paths), *addresses, _OWNERS if owners else 0
            )
        )

    def read_files(self, folder: int, paths: Sequence[bytes], out: memoryview) -> Read:
        """Reads files below an open folder, end to end into `out`, without being seen in their times of use."""
        count, target, names = len(paths), Lent(out, writable=True), joined(paths)
        columns = [array("q", bytes(8 * count)) for _ in range(3)]
        bare = bytearray(count)
        told = Lent(bare, writable=True)
        self._library.dumont_read_files(
            folder,
            count,
            names,
            len(names),
            target.address,
            target.size,
            *(column.buffer_info()[0] for column in columns),
            told.address,
        )
        return Read(columns[0], columns[1], columns[2], bare)

    def borrow_files(
        self,
        source: int,
        folder: int,
        files: Files,
        *,
        owners: bool = False,
        links: bool = False,
    ) -> array[int]:
        """Takes files from below one open folder to below another, whose folders are made: where size and time are
        the same, as a link (if mode and owner are, too, and that is wanted) or a copy. For each 0, or its errno."""
        count, paths = len(files.paths), joined(files.paths)
        wrong = array("i", bytes(4 * count))
        columns = zip("QqIII", (files.sizes, files.mtimes, files.modes, files.uids, files.gids))
        addresses = [address_of(column, kind, count) for kind, column in columns]
        flags = (_OWNERS if owners else 0) | (_LINKS if links else 0) | _FOLDERS
        self._library.dumont_borrow_files(
            source, folder, count, paths, len(paths), *addresses, flags, wrong.buffer_info()[0]
        )
        return wrong

    def look(self, folder: int, paths: Sequence[bytes]) -> Seen:
        """What stands below an open folder, path by path (neighbours best stand together). Raises `OSError` where that
        can't be told."""
        count, names = len(paths), joined(paths)
        columns = [array(kind, bytes(array(kind).itemsize * count)) for kind in "IIIqQQQQq"]
        kinds = bytearray(count)
        lent = Lent(kinds, writable=True)
        addresses = [lent.address, *(column.buffer_info()[0] for column in columns)]
        why = self._library.dumont_look(folder, count, names, len(names), (ctypes.c_void_p * 10)(*addresses))
        if why:
            raise OSError(why, os.strerror(why))
        return Seen(kinds, *columns)

    def scan(
        self,
        folder: int,
        *,
        one_filesystem: bool = False,
        xattrs: bool = True,
        skipped: Sequence[bytes] = (),
        threads: int = 1,
    ) -> Scanned:
        """All that is below an open folder; folders with the names `skipped` are told, and not looked into."""
        flags = (_ONE_FILESYSTEM if one_filesystem else 0) | (_XATTRS if xattrs else 0)
        names, why = joined(skipped), ctypes.c_int(0)
        with self._crew(min(threads, _MOST_THREADS) - 1) as crew:
            found = self._library.dumont_scan(folder, flags, names, len(names), crew, ctypes.byref(why))
        if not found:
            raise OSError(why.value, os.strerror(why.value))
        try:
            return Scanned(*(self._column(found, number, kind) for number, kind in enumerate(_COLUMNS)))  # type: ignore[arg-type]
        finally:
            self._library.dumont_scan_free(found)

    @contextmanager
    def _crew(self, helpers: int) -> Iterator[int | None]:
        """For one scan; as many threads as can be had."""
        crew = self._library.dumont_crew() if helpers > 0 else None
        if crew is None:
            yield None
            return
        threads = [Thread(target=self._library.dumont_crew_work, args=(crew,)) for _ in range(helpers)]
        try:
            with suppress(RuntimeError):
                for thread in threads:
                    thread.start()
            yield crew
        finally:
            self._library.dumont_crew_close(crew)
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            self._library.dumont_crew_free(crew)

    def _column(self, found: int, number: int, kind: str) -> object:
        data = ctypes.c_void_p()
        size = self._library.dumont_scan_column(found, number, ctypes.byref(data))
        raw = ctypes.string_at(data, size) if size else b""
        if kind in "pt":
            return raw.split(b"\0")[:-1]
        return raw if kind == "B" else array(kind, raw)
