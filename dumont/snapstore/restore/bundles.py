"""Writes the small files of a chunk in one call of the compiled library, where there is one."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.model import Manifest
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.plan import Use

BY_HAND = 1
"""Said of a file that is not written yet; whoever asked writes it with more care."""


class Part(NamedTuple):
    """Bytes of a buffer, and where they go."""

    use: Use
    place: int


class Bundles:
    def __init__(self, ground: Ground, metadata: Metadata, manifest: Manifest) -> None:
        library = native.load()
        self._native = library if library is not None and library.has_files else None
        self._ground = ground
        self._metadata = metadata
        self._manifest = manifest

    def write(self, parts: Sequence[Part], out: memoryview) -> Sequence[int]:
        """For each 0 if it is whole; anything else where it has to be written by hand."""
        if self._native is None:
            return [BY_HAND] * len(parts)
        having = self._manifest.xattrs  # these come before the time that says that a file is whole
        if having and any(part.use.entry in having for part in parts):
            return [BY_HAND if part.use.entry in having else self.write([part], out)[0] for part in parts]
        manifest, entries = self._manifest, [part.use.entry for part in parts]
        self._make_folders(entries)
        files = native.tree.Files(
            [manifest.paths[entry] for entry in entries],
            array("Q", [part.place for part in parts]),
            array("Q", [part.use.length for part in parts]),
            array("I", [manifest.mode[entry] for entry in entries]),
            array("I", [manifest.uid[entry] for entry in entries]),
            array("I", [manifest.gid[entry] for entry in entries]),
            array("q", [manifest.mtime[entry] for entry in entries]),
        )
        return self._native.write_files(self._ground.root, files, out, owners=self._metadata.owners_differ(entries))

    def _make_folders(self, entries: Sequence[int]) -> None:
        before = None
        for entry in entries:
            above = self._manifest.paths[entry].rpartition(b"/")[0]
            if above != before:
                with contextlib.suppress(OSError):  # by hand it is tried again, and told
                    self._ground.folder(above)
            before = above
