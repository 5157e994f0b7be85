"""Writes the small files of a chunk in one call of the compiled library, where there is one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from dumont.snapstore import native
from dumont.snapstore.model import Manifest
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.plan import Small

BY_HAND = 1
"""Said of a file that is not written yet; whoever asked writes it with more care."""


class Bundles:
    def __init__(self, ground: Ground, metadata: Metadata, manifest: Manifest) -> None:
        library = native.load()
        self._native = library if library is not None and library.has_files else None
        self._ground = ground
        self._metadata = metadata
        self._manifest = manifest

    def write(self, small: Small, out: memoryview) -> Sequence[int]:
        """For each 0 if it is whole; anything else where it has to be written by hand."""
        count = len(small.entries)
        if self._native is None:
            return [BY_HAND] * count
        having = self._manifest.xattrs  # these come before the time that says that a file is whole
        if having and count > 1 and not having.keys().isdisjoint(small.entries):
            return [self.write(small.some([number]), out)[0] for number in range(count)]
        if having and small.entries[0] in having:
            return [BY_HAND]
        manifest, entries = self._manifest, small.entries
        files = native.tree.Files(
            list(map(manifest.paths.__getitem__, entries)),
            small.begins,
            small.sizes,
            array("I", map(manifest.mode.__getitem__, entries)),
            array("I", map(manifest.uid.__getitem__, entries)),
            array("I", map(manifest.gid.__getitem__, entries)),
            array("q", map(manifest.mtime.__getitem__, entries)),
        )
        return self._native.write_files(self._ground.root, files, out, owners=self._metadata.owners, folders=True)
