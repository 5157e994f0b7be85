"""One pass over the tree: decide what to read, send it, make sure, and put the manifest."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from dumont.snapstore.backup.assemble import Made, assembled
from dumont.snapstore.backup.before import Before, Old, unchanged
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.guess import Past
from dumont.snapstore.backup.options import BackupOptions, BackupReport
from dumont.snapstore.backup.reader import Reader
from dumont.snapstore.backup.reading import AT_ONCE, PAGE
from dumont.snapstore.backup.room import Room
from dumont.snapstore.backup.sending import Pipes, Sending
from dumont.snapstore.backup.writer import Vanished, Writer
from dumont.snapstore.model import HOLE, Header, Kind, Manifest
from dumont.snapstore.repository import Repository
from dumont.snapstore.scan import Tree
from dumont.snapstore.surroundings import host_name, seconds_now
from dumont.snapstore.track import Track

BUFFERS = 3
SLOW_CLOCK = 0.02
"""Seconds; the clocks of file systems tick every 1 to 10 milliseconds."""


class Plan(NamedTuple):
    """Entries by number."""

    old: Old
    unchanged: int
    hot: list[int]
    rest: list[int]


class Attempt:
    def __init__(
        self, repository: Repository, tree: Tree, before: Before, options: BackupOptions, track: Track
    ) -> None:
        self._repository = repository
        self._tree = tree
        self._before = before
        self._options = options
        self._track = track

    def run(self, writer: Writer, began: str) -> BackupReport:
        """Raises `Vanished` where what was counted on is gone."""
        self._track.stage("send")
        plan, book = self._plan(writer), Book(writer.known)
        made, sent = self._send(plan, book, writer)
        self._track.stage("finish")
        manifest = assembled(self._header(began, plan, book, sent), made, book)
        writer.make_sure(book.pack_sizes())
        self._repository.put(manifest)
        self._make_sure_again(manifest, writer, book)
        return self._report(manifest, plan, book, made, sent)

    def _make_sure_again(self, manifest: Manifest, writer: Writer, book: Book) -> None:
        """Whoever was frozen between looking and putting may have been taken for dead by a pruner."""
        try:
            writer.make_sure(book.pack_sizes())
        except Vanished:
            self._repository.forget([manifest.name])
            raise

    def _plan(self, writer: Writer) -> Plan:
        tree = self._tree
        old = unchanged(Before() if self._options.rescan else self._before, tree, writer.known)
        changed = [entry for entry in old.changed() if tree.kind[entry] == Kind.FILE]
        same = tree.kind.count(Kind.FILE) - len(changed)
        self._track.add(files=same, size=sum(tree.size) - sum(map(tree.size.__getitem__, changed)))
        order = {path: place for place, path in enumerate(self._options.hot)}
        hot = [entry for entry in changed if tree.paths[entry] in order]
        hot.sort(key=lambda entry: order[tree.paths[entry]])
        is_hot = set(hot)
        return Plan(old, same, hot, [entry for entry in changed if entry not in is_hot])

    def _send(self, plan: Plan, book: Book, writer: Writer) -> tuple[Made, int]:
        cutting = self._repository.config.cutting
        room = Room(BUFFERS + self._options.coders, -(-cutting.max // PAGE) * PAGE + AT_ONCE)
        pipes = Pipes(self._options.coders, self._options.uploads, self._options.pack_bytes)
        self._wait(plan)
        with Reader(self._tree, cutting, room, self._track, self._past(plan.old)) as reader:
            sending = Sending(self._repository, book, pipes, self._track, avoid=writer.doomed)
            sending.on_error(room.open_up)
            self._read_and_send(plan, reader, sending)
        return Made(self._tree, reader.read, sending.chunk_of, plan.old), sending.sent

    def _past(self, old: Old) -> Past | None:
        if old.manifest is None:
            return None
        return Past(old.manifest, old.starts, old.where, self._repository.sealer.id_of)

    def _read_and_send(self, plan: Plan, reader: Reader, sending: Sending) -> None:
        with sending:
            for entries in filter(None, (plan.hot, plan.rest)):
                for job in reader.jobs(entries):
                    sending.put(job)
                sending.end_pack()
            sending.finish()

    def _wait(self, plan: Plan) -> None:
        """Systems tell times of change by a slow clock. Who writes to a file in the moment after we have read it must
        not leave it with the time that we have seen; so that moment goes by first."""
        newest = max(map(self._tree.ctime.__getitem__, [*plan.hot, *plan.rest]), default=0) / 1e9
        left = newest + SLOW_CLOCK - seconds_now()
        if 0 < left <= SLOW_CLOCK:
            time.sleep(left)

    def _header(self, began: str, plan: Plan, book: Book, sent: int) -> Header:
        stats = {
            "files": self._tree.kind.count(Kind.FILE),
            "bytes": sum(self._tree.size),
            "unchanged": plan.unchanged,
            "new_raw": book.new_raw,
            "new_stored": sent,
            "seconds": round(self._track.now().seconds, 3),
        }
        return Header(
            began,
            self._options.label,
            self._options.host or host_name(),
            os.fsdecode(self._tree.root),
            self._options.tags,
            self._before.name,
            stats,
        )

    def _report(self, manifest: Manifest, plan: Plan, book: Book, made: Made, sent: int) -> BackupReport:
        parts = made.read.parts.values()
        return BackupReport(
            name=manifest.name,
            files=manifest.kind.count(Kind.FILE),
            bytes=manifest.tree_bytes(),
            read=sum(part.length for its in parts for part in its if part.job != HOLE),
            new_raw=book.new_raw,
            sent=sent,
            packs=len(book.new),
            unchanged_files=plan.unchanged,
            parent=self._before.name,
            progress=self._track.now(),
            notes=[*self._tree.notes, *made.read.notes],
        )
