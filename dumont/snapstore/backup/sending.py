"""From chunks to packs in the store: named, coded, sealed, gathered and sent by threads, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Callable, NamedTuple

from dumont.snapstore import codec
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.reading import Job
from dumont.snapstore.backup.room import Buffer, Room
from dumont.snapstore.errors import Exists
from dumont.snapstore.index import put_index
from dumont.snapstore.line import Line
from dumont.snapstore.model import MAX_CHUNK, MAX_PACK, Frame
from dumont.snapstore.pack import PackBuilder, PackTable, put_pack
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track

INDEX_EVERY = 64
"""Packs; so a writer that is killed leaves little for its successor to ask of packs themselves."""


class Pipes(NamedTuple):
    """How wide the way is."""

    coders: int = 2
    uploads: int = 3
    pack_bytes: int = 24 << 20


class Filling(NamedTuple):
    """A pack in the making, and the memory that it lies in."""

    builder: PackBuilder
    buffer: Buffer


class Sending:
    """Takes jobs from one thread. Left by an error it stops at once; what was sent stays, and is found again."""

    def __init__(
        self, repository: Repository, book: Book, pipes: Pipes, track: Track, *, avoid: Collection[str]
    ) -> None:
        self._repository = repository
        self._book = book
        self._most = pipes.pack_bytes
        self._avoid = avoid
        self._track = track
        self._lock = Lock()
        # One is filled while the others are on their way.
        self._room = Room(pipes.uploads + 1, min(pipes.pack_bytes + MAX_CHUNK, MAX_PACK))
        self._filling: Filling | None = None
        self._unindexed: list[PackTable] = []
        self.chunk_of: dict[int, int] = {}
        """The number of the chunk that each job was."""
        self.sent = 0
        self._failed: Callable[[], None] = lambda: None
        self._uploads: Line[Filling] = Line(self._upload, pipes.uploads, 1, "snapshot-upload")
        self._coders: Line[Job] = Line(self._code, pipes.coders, 2 * pipes.coders, "snapshot-code")

    def __enter__(self) -> Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._coders.fail(error)
            self._uploads.fail(error)
            self._room.open_up()
        self._coders.stop()
        self._uploads.stop()

    def on_error(self, act: Callable[[], None]) -> None:
        """Is called once for every thread that fails: whoever waits for room must hear of it."""
        self._failed = act

    def put(self, job: Job) -> None:
        self._coders.put(job)

    def end_pack(self) -> None:
        """What comes next goes into another pack."""
        self._coders.drain()
        self._send_rest()

    def finish(self) -> None:
        """Returns when all packs and their index are in the store."""
        self._coders.close()
        self._send_rest()
        self._uploads.close()
        if self._unindexed:
            self._index(self._unindexed)
            self._unindexed = []

    def _code(self, job: Job) -> None:
        try:
            chunk = job.id or self._repository.sealer.id_of(job.data)
            number, fresh = self._book.claim(chunk)
            self.chunk_of[job.number] = number
            if fresh:
                self._gather(chunk, job)
        except BaseException:
            self._give_up()
            raise
        finally:
            job.buffer.release()

    def _give_up(self) -> None:
        self._room.open_up()
        self._failed()

    def _gather(self, chunk: bytes, job: Job) -> None:
        kind, coded = codec.encode_lent(job.data, job.hint)
        payload = self._repository.sealer.seal(coded, "frame")
        frame = Frame(chunk, len(payload), len(job.data), kind)
        with self._lock:
            filling = self._filling = self._filling or self._fresh()
            filling.builder.add(frame, payload)
            full = filling.builder.size >= self._most
            if full:
                self._filling = None
        if full:
            self._uploads.put(filling)

    def _fresh(self) -> Filling:
        buffer = self._room.take()
        return Filling(PackBuilder(self._repository.sealer, buffer.data), buffer)

    def _send_rest(self) -> None:
        rest, self._filling = self._filling, None
        if rest:
            self._uploads.put(rest)

    def _upload(self, filling: Filling) -> None:
        try:
            table, parts = filling.builder.finish(self._avoid)
            self._track.check()
            try:
                put_pack(self._repository.blobs, table, parts)
            except Exists:  # what lies under this name is not what an honest writer put there: it gets another
                table, parts = filling.builder.finish({*self._avoid, table.name})
                put_pack(self._repository.blobs, table, parts)
        except BaseException:
            self._give_up()
            raise
        filling.buffer.release()
        self._book.sent(table)
        self._track.add(moved=table.size)
        with self._lock:
            self.sent += table.size
            self._unindexed.append(table)
            ready = self._unindexed if len(self._unindexed) >= INDEX_EVERY else None
            if ready:
                self._unindexed = []
        if ready:
            self._index(ready)

    def _index(self, tables: list[PackTable]) -> None:
        with suppress(Exists):  # one that is damaged, or was planted there: the packs' own tables tell as much
            put_index(self._repository.blobs, self._repository.sealer, tables)
