"""Work under a grant of a server: its repository, its wish of what to do, and word to it of how far that is."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any

from dumont.snapstore import hot, paths, repository, unread
from dumont.snapstore.backup import BackupReport, backup
from dumont.snapstore.blobs.door import Door
from dumont.snapstore.blobs.granted import GrantedBlobs
from dumont.snapstore.blobs.near import NearBlobs
from dumont.snapstore.errors import BadRequest, InPart, Missing, SnapError
from dumont.snapstore.plain import arguments, opening
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreReport, restore
from dumont.snapstore.track import Track

GRANT = "DUMONT_GRANT"
EVERY_SECONDS = 1.0
MOST_WORDS = 500
NAMED = 3
Env = Mapping[str, str]


def create(said: argparse.Namespace, env: Env, track: Track) -> BackupReport:
    """The server's row of the snapshot goes from running to verifying with it, or to failed."""
    blobs = _blobs(said, env)
    blobs.wait_by(track.waiting)
    asked = _asked(blobs.door, "snapshot")
    with telling(blobs.door, track):
        found = _opened(blobs, said, env)
        if said.learn_hot and (opened := hot.record(said.path)):
            hot.save(found, asked["label"], opened)
        options = arguments.backup_options(said, env, tuple(hot.load(found, asked["label"])))
        options = replace(options, label=asked["label"], tags=options.tags or tuple(asked["tags"]))
        report = backup(found, os.fsencode(said.path), options, track)
        blobs.door.post("/complete", _completion(found, report))
    return report


def put_back(said: argparse.Namespace, env: Env, track: Track, folder: str = "") -> RestoreReport:
    """`folder` is where the repository lies, for a machine of the server's own computer."""
    blobs = _blobs(said, env, folder)
    blobs.wait_by(track.waiting)
    asked = _asked(blobs.door, "restore")
    first = First()
    with telling(blobs.door, track, first):
        found = _opened(blobs, said, env)
        hot_files = tuple(hot.load(found, asked["label"]))
        first.wanted = bool(hot_files)
        options = arguments.restore_options(said, env, hot_files)
        wanted = [paths.read(path) for path in asked["paths"]]
        state = None if wanted else options.state
        options = replace(options, include=options.include or wanted, ready=first.came, state=state)
        report = restore(found, asked["manifest"] or said.snapshot, said.target, options, track)
        _refuse_parts(report)
        blobs.door.post("/complete", {"files": report.files, "bytes": report.bytes, "stages": report.seconds})
    return report


def _refuse_parts(report: RestoreReport) -> None:
    """The server counts a restore as done only where everything is there; it is told what lacks, and decides."""
    lacking = [*report.damaged, *report.unwritten]
    if lacking:
        names = ", ".join(str(each) for each in lacking[:NAMED]) + (" and others" if len(lacking) > NAMED else "")
        why = "are damaged in the store" if report.damaged else f"could not be written: {report.notes[0]}"
        raise InPart(f"All is put back but {len(lacking)} files, which {why} ({names}).")


def _blobs(said: argparse.Namespace, env: Env, folder: str = "") -> GrantedBlobs:
    if not env.get(GRANT):
        raise BadRequest(f"{GRANT} is not set.", "Start the snapshot or restore at the server, and run what it says.")
    return NearBlobs(folder, said.server, env[GRANT]) if folder else GrantedBlobs(said.server, env[GRANT])


def _asked(door: Door, purpose: str) -> dict[str, Any]:
    asked = door.get()
    if asked["purpose"] != purpose:
        raise BadRequest(f"This grant is for a {asked['purpose']}, not for a {purpose}.", "Run what the server said.")
    return asked


def _opened(blobs: GrantedBlobs, said: argparse.Namespace, env: Env) -> Repository:
    phrase = opening.passphrase(arguments.place(said), env)
    try:
        return repository.open_repository(blobs, phrase)
    except Missing:  # the first snapshot of all; a grant to read can't put it
        return repository.create(blobs, phrase)


class First:
    """Files that are to come before the others, and whether they are there."""

    def __init__(self) -> None:
        self.wanted = self._there = False

    def came(self) -> None:
        self._there = True

    @property
    def there(self) -> bool | None:
        return self._there if self.wanted else None


@contextmanager
def telling(door: Door, track: Track, first: First | None = None) -> Iterator[None]:
    """The server hears how far it is, may ask to stop, and hears of the error that ended it."""
    over = Event()
    teller = Thread(target=_tell, args=(door, track, over, first or First()), name="snapshot-teller", daemon=True)
    teller.start()
    try:
        yield
    except SnapError as error:
        failure = _failure(error)
        _quietly(lambda: door.post("/failed", failure))
        raise
    finally:
        over.set()
        teller.join()


def _tell(door: Door, track: Track, over: Event, first: First) -> None:
    """At once too: whoever is killed in the first second must not look as if nobody had begun."""
    while True:
        heard = _quietly(lambda: door.tell("/progress", _progress(track, first)))
        if heard and heard.get("cancel"):
            track.cancel()
            return
        if over.wait(EVERY_SECONDS):
            return


def _quietly(ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """A server that is away for a while is no reason to stop: the bytes go to the store."""
    try:
        return ask()
    except SnapError:
        return None


def _progress(track: Track, first: First) -> dict[str, Any]:
    now = track.now()
    return {
        "stage": now.stage,
        "files": now.files,
        "files_total": now.files_total,
        "bytes": now.bytes,
        "bytes_total": now.bytes_total,
        "moved_bytes": now.moved,
        "seconds": now.seconds,
        "stages": now.stages,
        "hot_ready": first.there,
    }


def _completion(found: Repository, report: BackupReport) -> dict[str, Any]:
    told: dict[str, Any] = {
        "manifest": report.name,
        "new_bytes": report.sent,
        "files": report.files,
        "bytes": report.bytes,
        "stages": report.progress.stages,
        **unread.of_notes(report.notes),
    }
    if found.config.lock is not None:  # the server has no key to see for itself
        manifest = found.load(report.name)
        told["packs"] = {name.hex(): size for name, size in zip(manifest.pack_names, manifest.pack_sizes)}
        told["raw_bytes"], told["stored_bytes"] = sum(manifest.chunk_raw), sum(manifest.chunk_stored)
    return told


def _failure(error: SnapError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message[:MOST_WORDS], "hint": error.hint[:MOST_WORDS] or None}
