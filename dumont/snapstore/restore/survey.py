"""What lies at the target already: whole files are left alone, and what differs is known before it is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore.errors import Exists
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.options import Overwrite


class Old(NamedTuple):
    """A file in the place of one of ours."""

    size: int
    mtime: int
    inode: int
    links: int
    allocated: int


@dataclass
class Standing:
    there: set[int] = field(default_factory=set)
    """Files that need no content: they have the right size and time."""
    worn: list[int] = field(default_factory=list)
    """Of these, the ones with another mode or owner."""
    old: dict[int, Old] = field(default_factory=dict)
    """Files that differ."""
    kept: int = 0
    present: int = 0
    """Entries of ours in whose place anything stands."""
    extras: list[bytes] = field(default_factory=list)
    """What the snapshot doesn't have."""


class Survey:
    def __init__(
        self, ground: Ground, chosen: Chosen, overwrite: Overwrite, *, owners: bool, rescan: bool = False
    ) -> None:
        self._ground = ground
        self._chosen = chosen
        self._manifest: Manifest = chosen.manifest
        self._overwrite = overwrite
        self._owners = owners
        self._rescan = rescan and overwrite is Overwrite.REPLACE
        self._found = Standing()

    def look(self) -> Standing:
        if self._ground.is_bare():
            return self._found
        index = {path: entry for entry, path in enumerate(self._manifest.paths)}
        folders = [b""]
        while folders:
            folder = folders.pop()
            for path, item in _children(self._ground, folder):
                entry = index.get(path)
                if entry is None:
                    if self._chosen.covers(path):
                        self._found.extras.append(path)
                elif self._chosen.wanted[entry]:
                    self._see(entry, path, item, folders)
        return self._found

    def _see(self, entry: int, path: bytes, item: os.DirEntry[str], folders: list[bytes]) -> None:
        self._found.present += 1
        kind = self._manifest.kind[entry]
        if kind == Kind.FOLDER:
            if item.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                self._differs(entry, path)
        elif kind == Kind.FILE or entry in self._chosen.content:
            self._see_file(entry, path, item.stat(follow_symlinks=False))

    def _see_file(self, entry: int, path: bytes, seen: os.stat_result) -> None:
        regular = stat.S_ISREG(seen.st_mode)
        same = regular and seen.st_size == self._chosen.size(entry)
        if same and seen.st_mtime_ns == self._manifest.mtime[entry] and not self._rescan:
            self._found.there.add(entry)
            if self._worn(entry, seen):
                self._found.worn.append(entry)
            return
        if regular:
            self._found.old[entry] = Old(
                seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_nlink, seen.st_blocks * 512
            )
        if not (same and self._rescan):
            self._differs(entry, path)

    def _differs(self, entry: int, path: bytes) -> None:
        if self._overwrite is Overwrite.REFUSE:
            raise Exists(
                f"{os.fsdecode(path)} is there already, and differs.",
                "Restore to an empty folder, or allow to replace.",
            )
        if self._overwrite is Overwrite.KEEP:
            self._found.there.add(entry)
            self._found.old.pop(entry, None)
            self._found.kept += 1

    def _worn(self, entry: int, seen: os.stat_result) -> bool:
        manifest = self._manifest
        if stat.S_IMODE(seen.st_mode) != manifest.mode[entry]:
            return True
        return self._owners and (seen.st_uid, seen.st_gid) != (manifest.uid[entry], manifest.gid[entry])


def _children(ground: Ground, folder: bytes) -> Iterator[tuple[bytes, os.DirEntry[str]]]:
    prefix = folder + b"/" if folder else b""
    with os.scandir(ground.folder(folder, make=False)) as items:
        for item in items:
            yield prefix + os.fsencode(item.name), item
