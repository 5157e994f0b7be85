"""A snapshot that nobody can be asked about: taken into a drop, by what was lent for that while somebody was there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from dumont.snapstore import unread
from dumont.snapstore.backup import BackupOptions, BackupReport, backup
from dumont.snapstore.backup.writer import Writer
from dumont.snapstore.blobs.drop import DropBlobs, Slots
from dumont.snapstore.errors import BadRequest, SnapError
from dumont.snapstore.index import Known, Place
from dumont.snapstore.model import Manifest, snapshot_object
from dumont.snapstore.pack import PackTable
from dumont.snapstore.repository import Repository, open_repository
from dumont.snapstore.surroundings import seconds_now, stamp
from dumont.snapstore.track import Track

CONFIG = "config"


def create(order: Mapping[str, Any], path: str, track: Track) -> BackupReport:
    """`order` is what the server lent: `reads` by name, `slots`, `parent`, `label`, `tags`."""
    try:
        blobs = DropBlobs(dict(order["reads"]), Slots(**order["slots"]))
        parent, label, tags = order["parent"], str(order["label"]), tuple(order["tags"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest("What was lent for such times makes no sense.") from error
    try:
        found = open_repository(blobs)
        before = _manifest(found, parent) if parent else None
        options = BackupOptions(label=label, tags=tags, parent=before.name if before else None)
        began = stamp(seconds_now())
        report = backup(found, os.fsencode(path), options, track, as_writer=_Alone(found, before))
        told = {"manifest": report.name, "began": began, "files": report.files, "bytes": report.bytes}
        told.update(unread.of_notes(report.notes))
        blobs.close_book({**told, "new_bytes": report.sent, "parent": report.parent})
    finally:
        blobs.close()
    return report


def _manifest(repository: Repository, name: str) -> Manifest | None:
    """Without it everything is sent, which takes longer, and is no reason to save nothing."""
    try:
        return repository.load(name)
    except SnapError:
        return None


class _Alone(Writer):
    """Counts on what the last snapshot named, and tells nobody: what it wrote is looked at by whoever finds it."""

    def __init__(self, repository: Repository, before: Manifest | None) -> None:
        super().__init__(repository)
        self._before = before

    def __enter__(self) -> _Alone:
        self.look()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """No sign was put up."""

    def look(self) -> None:
        self.known = _Named(self._before) if self._before else Known()

    def make_sure(self, packs: dict[str, int]) -> None:
        """By whoever takes it into the book: all of them are looked for before it counts."""


class _Named(Known):
    """What a manifest tells of packs: some of their frames, and where each lies."""

    def __init__(self, of: Manifest) -> None:
        names = [name.hex() for name in of.pack_names]
        super().__init__(PackTable(name, size, ()) for name, size in zip(names, of.pack_sizes))
        columns = zip(of.chunk_pack, of.chunk_offset, of.chunk_stored, of.chunk_raw, of.chunk_codec)
        for chunk, (pack, offset, stored, raw, codec) in enumerate(columns):
            self._places.setdefault(of.id_of(chunk), Place(names[pack], offset, stored, raw, codec))


def reads_of(parent: str | None) -> list[str]:
    """Names of the objects that it has to be lent for reading."""
    return [CONFIG, *([snapshot_object(parent)] if parent else [])]
