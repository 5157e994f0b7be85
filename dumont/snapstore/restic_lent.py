"""Work on a restic repository for a server: restic does it, and the server hears how far it is, and what came of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, NamedTuple
from uuid import uuid4

from dumont.snapstore import unread
from dumont.snapstore.blobs import Keys
from dumont.snapstore.blobs.door import Door
from dumont.snapstore.errors import InPart
from dumont.snapstore.plain import lent
from dumont.snapstore.restic import TELLS_RESTORING, Restic, ResticReport
from dumont.snapstore.track import Track

TAG = "dumont"
PART = ".dumont-restic-"
NAMED = 3
Ready = Callable[[], object]


class Back(NamedTuple):
    """What is to be put back."""

    name: str
    target: str
    folder: str = ""
    """Of the snapshot; its root where it is empty."""
    before: str = ""
    """Which snapshot the target holds: what has gone since is removed."""


def repository_of(said: Mapping[str, Any], cache: str) -> Restic:
    """As a server's command tells it."""
    names = ("address", "password", "access_key", "secret_key", "region")
    address, password, access, secret, region = (str(said.get(name) or "") for name in names)
    return Restic(address, password, Keys(access, secret) if access else None, region=region, cache=cache)


def tag_of(snapshot_id: str) -> str:
    """By which a server knows the snapshot for the one that it asked for."""
    return f"{TAG}-{snapshot_id}"


def create(door: Door, found: Restic, path: str, track: Track, ready: Ready = lambda: None) -> ResticReport:
    """The server's row goes to verifying with it, or to failed. `ready` makes sure that there is a restic."""
    door.waiting = track.waiting
    asked = door.get()
    with lent.telling(door, track):
        ready()
        tags = (TAG, tag_of(str(asked["snapshot_id"])))
        report = found.backup(path, track, tags=tags, by_default=True, host=_word(str(asked["label"])))
        name, lacks = found.whole_id(report.name), unread.of_restic(report.unread, path)
        figures = {"files": report.files, "bytes": report.bytes, "new_bytes": report.sent}
        door.post("/complete", {"manifest": name, **figures, "stages": report.progress.stages, **lacks})
    return replace(report, name=name)


def put_back(door: Door, found: Restic, back: Back, track: Track, ready: Ready = lambda: None) -> ResticReport:
    door.waiting = track.waiting
    with lent.telling(door, track):
        ready()
        if back.before and back.before != back.name:
            with suppress(Exception):  # forgotten by its owner, say: then nothing is known to have gone
                _remove(back.target, sorted(found.entries(back.before) - found.entries(back.name), reverse=True))
        report = _restored(found, back, track)
        if report.notes:
            names = "; ".join(report.notes[:NAMED])
            raise InPart(f"All is put back but {len(report.notes)} files ({names}).")
        door.post("/complete", {"files": report.files, "bytes": report.bytes, "stages": report.progress.stages})
    return report


def _restored(found: Restic, back: Back, track: Track) -> ResticReport:
    if not back.folder or found.version() >= TELLS_RESTORING:
        return found.restore(back.name, back.target, track, folder=back.folder)
    aside = Path(back.target, PART + uuid4().hex[:8])  # on the same disk, so that it is moved and not copied
    try:
        report = found.restore(back.name, str(aside), track, only=back.folder)
        _merge(aside / back.folder.strip("/"), Path(back.target))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return report


def _merge(source: Path, target: Path) -> None:
    for each in list(source.iterdir()):
        there = target / each.name
        if each.is_dir() and not each.is_symlink() and there.is_dir() and not there.is_symlink():
            _merge(each, there)
        else:
            os.replace(each, there)


def _remove(target: str, gone: Sequence[tuple[str, str]]) -> None:
    """The deepest first. A folder that somebody has put something into since stays."""
    for path, kind in gone:
        place = os.path.join(target, path.lstrip("/"))
        with suppress(OSError):
            if kind == "dir":
                os.rmdir(place)
            else:
                os.unlink(place)


def _word(label: str) -> str:
    return label.lstrip("-") or TAG
