"""Prunes an encrypted repository without its key: by what its writers have told of the packs of their snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dumont.snapstore.blobs import Blobs
from dumont.snapstore.errors import KeyNeeded
from dumont.snapstore.prune import GRACE, PruneReport, in_two_phases
from dumont.snapstore.track import Track

Needs = Mapping[str, "Mapping[str, int] | None"]
"""By snapshot, the sizes of its packs by name; None where nobody has told."""


def prune_sealed(blobs: Blobs, needs: Needs, track: Track, grace: float = GRACE) -> PruneReport:
    """Both phases as ever. Indexes are sealed, and go on telling of what is gone: writers hold them against the list of
    packs that are there, and whoever has the key puts a new one when he prunes himself."""
    return in_two_phases(_Sealed(blobs, needs), track, grace)


class Untold(KeyNeeded):
    """Only whoever can read the manifest knows."""

    hint = "Prune with the passphrase, on a machine of yours, or forget that snapshot there."


class _Sealed:
    def __init__(self, blobs: Blobs, needs: Needs) -> None:
        self.blobs = blobs
        self._needs = needs

    def needed(self, track: Track) -> set[str]:
        """Of the manifests that are in the store now; one of which nothing was told may need anything."""
        found: set[str] = set()
        for each in self.blobs.list("snapshots/"):
            track.check()
            name = each.name.rpartition("/")[2]
            packs = self._needs.get(name)
            if packs is None:
                raise Untold(f"Which packs the snapshot {name[:12]} needs was never told here, so nothing is deleted.")
            found.update(packs)
        return found

    def untell(self, packs: Sequence[str]) -> None:
        """Takes the key."""
