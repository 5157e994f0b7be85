"""Takes a snapshot: looks at the tree, reads what has changed, sends what nobody has, says last that it is there."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from dumont.snapstore import ignore
from dumont.snapstore.backup.attempt import Attempt
from dumont.snapstore.backup.before import find_before
from dumont.snapstore.backup.options import BackupOptions, BackupReport
from dumont.snapstore.backup.writer import Vanished, Writer
from dumont.snapstore.model import Kind
from dumont.snapstore.repository import Repository
from dumont.snapstore.scan import opened, scan
from dumont.snapstore.surroundings import seconds_now, stamp
from dumont.snapstore.track import Track

__all__ = ["BackupOptions", "BackupReport", "backup"]

MOST_TIMES = 3


def backup(
    repository: Repository, root: bytes, options: BackupOptions, track: Track, *, as_writer: Writer | None = None
) -> BackupReport:
    """Killed at any moment it leaves the repository as it was, and what it sent is not sent again by the next one."""
    began = stamp(seconds_now())
    place, folder = opened(root)
    os.close(folder)
    track.stage("look up")
    with ThreadPoolExecutor(2, "snapshot-look") as beside:
        scanning = beside.submit(scan, place, track, _judge(options), _skipped(options))
        what = (os.fsdecode(place), options.label, options.parent, options.witness)
        looking = beside.submit(find_before, repository, *what)
        with as_writer or Writer(repository) as writer:
            before = looking.result()
            track.stage("scan")
            tree = scanning.result()
            track.expect(tree.kind.count(Kind.FILE), sum(tree.size))
            return _made(writer, Attempt(repository, tree, before, options, track), began)


def _made(writer: Writer, attempt: Attempt, began: str) -> BackupReport:
    for _ in range(MOST_TIMES - 1):
        try:
            return attempt.run(writer, began)
        except Vanished:  # a pruner that began before us took packs that we counted on: they are sent again
            writer.look()
    return attempt.run(writer, began)


def _skipped(options: BackupOptions) -> list[bytes]:
    return ignore.plain_folders([line.encode() for line in options.exclude])


def _judge(options: BackupOptions) -> ignore.Judge:
    """What the options say is the last word; our own habits are the first."""
    own = ignore.rules_of(pattern.encode() for pattern in options.exclude)
    return ignore.Judge([ignore.defaults()] if options.defaults else [], [own])
