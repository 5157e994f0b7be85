"""One pass over the tree: decide what to read, send it, make sure, and put the manifest."""

from __future__ import annotations

import os
from typing import NamedTuple

from dumont.snapstore.backup.assemble import Made, assembled
from dumont.snapstore.backup.before import Before, OldPieces, Unchanged
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.options import BackupOptions, BackupReport
from dumont.snapstore.backup.reading import Reader, Room, is_small
from dumont.snapstore.backup.sending import Pipes, Sending
from dumont.snapstore.backup.writer import Vanished, Writer
from dumont.snapstore.model import Header, Kind, Manifest
from dumont.snapstore.repository import Repository
from dumont.snapstore.scan import Tree
from dumont.snapstore.surroundings import host_name
from dumont.snapstore.track import Track

BUFFERS = 3


class Plan(NamedTuple):
    """Entries by number."""

    old: dict[int, OldPieces]
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
        before = Before() if self._options.rescan else self._before
        unchanged, old, changed = Unchanged(before, writer.known), {}, []
        for number, seen in enumerate(self._tree.entries):
            if seen.kind == Kind.FILE:
                pieces = unchanged.pieces(seen)
                if pieces is None:
                    changed.append(number)
                else:
                    old[number] = pieces
        self._track.add(files=len(old), size=sum(self._tree.entries[number].size for number in old))
        order = {path: place for place, path in enumerate(self._options.hot)}
        hot = [number for number in changed if self._tree.entries[number].path in order]
        hot.sort(key=lambda number: order[self._tree.entries[number].path])
        is_hot = set(hot)
        return Plan(old, hot, [number for number in changed if number not in is_hot])

    def _send(self, plan: Plan, book: Book, writer: Writer) -> tuple[Made, int]:
        room = Room(BUFFERS + self._options.coders)
        reader = Reader(self._tree.root, self._repository.config.cutting, room, self._track)
        pipes = Pipes(self._options.coders, self._options.uploads, self._options.pack_bytes)
        with Sending(self._repository, book, pipes, self._track, avoid=writer.doomed) as sending:
            sending.on_error(room.open_up)
            for numbers in (plan.hot, plan.rest):
                if numbers:
                    small = [number for number in numbers if is_small(self._tree.entries[number])]
                    large = [number for number in numbers if not is_small(self._tree.entries[number])]
                    for job in reader.jobs(self._tree.entries, small, large):
                        sending.put(job)
                    sending.end_pack()
            sending.finish()
        return Made(self._tree, reader.read, sending.chunk_of, plan.old), sending.sent

    def _header(self, began: str, plan: Plan, book: Book, sent: int) -> Header:
        files = [seen.size for seen in self._tree.entries if seen.kind == Kind.FILE]
        stats = {
            "files": len(files),
            "bytes": sum(files),
            "unchanged": len(plan.old),
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
            files=sum(kind == Kind.FILE for kind in manifest.kind),
            bytes=manifest.tree_bytes(),
            read=sum(part.length for its in parts for part in its),
            new_raw=book.new_raw,
            sent=sent,
            packs=len(book.new),
            unchanged_files=len(plan.old),
            parent=self._before.name,
            progress=self._track.now(),
            notes=[*self._tree.notes, *made.read.notes],
        )
