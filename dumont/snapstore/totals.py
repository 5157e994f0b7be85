"""How much lies below each folder of a snapshot."""

from __future__ import annotations

from array import array

from dumont.snapstore.model import Kind, Manifest


def totals(manifest: Manifest) -> array[int]:
    """Bytes of each entry, with those of all that is below it; a file of several names counts where it stands first."""
    found = array("Q", manifest.size)
    folders = {path: entry for entry, path in enumerate(manifest.paths) if manifest.kind[entry] == Kind.FOLDER}
    for entry in range(len(manifest) - 1, 0, -1):  # what is in a folder stands behind it
        found[folders[manifest.paths[entry].rpartition(b"/")[0]]] += found[entry]
    return found
