"""Writes files one at a time, with every care; what the target's disk refuses costs one file, unless it is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from dumont.snapstore.errors import Exists, NoRoom
from dumont.snapstore.native.placing import Part
from dumont.snapstore.restore.shared import Shared

FULL = (errno.ENOSPC, errno.EDQUOT)


class Writing:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def small(self, entry: int, data: memoryview) -> bool:
        """A whole file; says whether it is there now."""
        return self._guarded(entry, lambda: self._write_whole(entry, data))

    def part(self, part: Part, out: memoryview) -> None:
        data = out[part.place : part.place + part.length]
        whole = self._guarded(part.entry, lambda: self._write_part(part, data))
        self._shared.wrote(int(whole), len(data), [part.entry] if whole else [])

    def _write_whole(self, entry: int, data: memoryview) -> bool:
        handle = self._shared.ground.create(self._shared.manifest.paths[entry])
        try:
            done = os.write(handle, data)
            while done < len(data):
                done += os.write(handle, data[done:])
            self._shared.metadata.of_handle(handle, entry)
        finally:
            os.close(handle)
        return True

    def _write_part(self, part: Part, data: memoryview) -> bool:
        expected = self._shared.sizes[part.entry], self._shared.uses.left[part.entry]
        return self._shared.large.write(part.entry, part.at, data, expected)

    def _guarded(self, entry: int, write: Callable[[], bool]) -> bool:
        if entry in self._shared.refused:
            return False
        try:
            return write()
        except Exists as error:
            self._shared.refuse(entry, error.message)
        except OSError as error:
            if error.errno in FULL:
                raise NoRoom("The disk became full while we wrote to it.", "Make room, then run it again.") from error
            self._shared.refuse(entry, error.strerror or str(error))
        return False
