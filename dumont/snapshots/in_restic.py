"""Looks whether a snapshot is whole in a restic repository of its owner's, and finds one that was there before us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dumont.snapshots.ending import Why
from dumont.snapshots.restic import Opener
from dumont.snapshots.tables import Snapshot
from dumont.snapstore import errors
from dumont.snapstore.restic_lent import tag_of
from dumont.snapstore.restic_proof import Proof, prove
from dumont.snapstore.track import Track

FORGOTTEN = Why("restic_keys_forgotten", "What opens its restic repository is forgotten: the instance was destroyed.")
LOOKS = 2
"""Somebody may prune while we read, so that what lacks is looked for once more, from the beginning."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a store told; `why` where it is not complete."""

    encrypted: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    why: Why | None = None


def look(opener: Opener | None, snapshot: Snapshot) -> Seen:
    """Blocking. Raises what trying again may change, and nothing else."""
    if opener is None:
        return Seen(True, why=FORGOTTEN)
    try:
        return Seen(True, _proved(opener, snapshot))
    except errors.StoreAway:
        raise
    except errors.StoreRefused as error:
        if not snapshot.wanted:  # it was written with these keys a moment ago
            raise
        return Seen(True, why=Why(error.code, error.message, error.hint))
    except errors.SnapError as error:
        return Seen(True, why=Why(error.code, error.message, error.hint or None))


def _proved(opener: Opener, snapshot: Snapshot) -> dict[str, Any]:
    for tries_left in reversed(range(LOOKS)):
        found = opener.open()
        try:
            name = found.find(snapshot.wanted).id if snapshot.wanted else snapshot.manifest or ""
            return _values(snapshot, prove(found, name, Track()))
        except (errors.Missing, errors.Damaged):
            if not tries_left:
                raise
        finally:
            found.blobs.close()
    raise errors.Missing("It was never looked for.")


def _values(snapshot: Snapshot, proof: Proof) -> dict[str, Any]:
    saved = proof.saved
    if not snapshot.wanted and tag_of(str(snapshot.id)) not in saved.tags:
        raise errors.Damaged("What was named as this snapshot is another one, as its tags tell.")
    same = {name: getattr(proof, name) for name in ("files", "bytes", "raw_bytes", "stored_bytes")}
    if not snapshot.wanted:
        return {**same, "host": saved.host[:200]}
    then = min(saved.moment, snapshot.created_at)
    theirs = {"manifest": saved.id, "created_at": then, "root": (saved.paths or ("",))[0][:8192]}
    return {**same, **theirs, "host": saved.host[:200], "folder": proof.folder}
