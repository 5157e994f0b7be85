"""Owners, modes, attributes and times, in an order in which none undoes another; its time says that a file is whole."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterable
from threading import Lock

from dumont.snapstore.model import Manifest

UNREAD = 1_000_000_000
"""How far the time of reading is set before the time of writing: the first read moves it, which tells what is hot."""


class Metadata:
    """What can't be set is counted, and told once at the end."""

    def __init__(self, manifest: Manifest, *, owners: bool) -> None:
        self._manifest = manifest
        self.owners = owners
        self._lock = Lock()
        self._refused: Counter[str] = Counter()

    def of_handle(self, handle: int, entry: int) -> None:
        """Of a file or folder. The time comes last: a file with the right size and time is a whole one."""
        manifest = self._manifest
        if self.owners:
            self._try("owners", os.fchown, handle, manifest.uid[entry], manifest.gid[entry])
        for name, value in manifest.xattrs.get(entry, ()):  # before the mode, which may forbid us to write
            self._try(_attribute(name), _set_attribute, handle, (name, value))
        self._try("modes", os.fchmod, handle, manifest.mode[entry])
        mtime = manifest.mtime[entry]
        self._try("times", _set_times, handle, mtime)

    def of_symlink(self, where: int, last: bytes, entry: int) -> None:
        manifest = self._manifest
        if self.owners:
            self._try("owners", _own_link, where, last, (manifest.uid[entry], manifest.gid[entry]))
        for name, value in manifest.xattrs.get(entry, ()):
            self._try(_attribute(name), _set_on_link, where, last, (name, value))
        self._try("times", _set_link_times, where, last, manifest.mtime[entry])

    def notes(self, entries: Iterable[int]) -> list[str]:
        """What could not be set; of owners also what nobody tried to set."""
        if not self.owners:
            mine, uid, gid = (os.geteuid(), os.getegid()), self._manifest.uid, self._manifest.gid
            others = sum((uid[entry], gid[entry]) != mine for entry in entries)
            self._refused["owners"] += others
        return [f"{count} times, {what} could not be set here." for what, count in sorted(self._refused.items())]

    def _try(self, what: str, act, *arguments) -> None:  # type: ignore[no-untyped-def]
        try:
            act(*arguments)
        except (OSError, OverflowError):
            with self._lock:
                self._refused[what] += 1


def _set_times(handle: int, mtime: int) -> None:
    os.utime(handle, ns=(mtime - UNREAD, mtime))


def _set_link_times(where: int, last: bytes, mtime: int) -> None:
    os.utime(last, ns=(mtime - UNREAD, mtime), dir_fd=where, follow_symlinks=False)


def _attribute(name: bytes) -> str:
    """By its kind, as there may be any number of names."""
    return f"attributes of {os.fsdecode(name.partition(b'.')[0])[:20]}"


def _own_link(where: int, last: bytes, owner: tuple[int, int]) -> None:
    os.chown(last, *owner, dir_fd=where, follow_symlinks=False)


def _set_attribute(handle: int, attribute: tuple[bytes, bytes]) -> None:
    if not hasattr(os, "setxattr"):  # a system other than Linux
        raise OSError(errno.ENOTSUP, "attributes can't be set here")
    os.setxattr(handle, *attribute)


def _set_on_link(where: int, last: bytes, attribute: tuple[bytes, bytes]) -> None:
    if not hasattr(os, "setxattr"):
        raise OSError(errno.ENOTSUP, "attributes can't be set here")
    os.setxattr(b"/proc/self/fd/%d/%s" % (where, last), *attribute, follow_symlinks=False)
