"""From chunks to packs in the store: named, coded, sealed, gathered and sent by threads, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock
from types import TracebackType
from typing import Callable, NamedTuple

from dumont.snapstore import codec
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.reading import Job
from dumont.snapstore.index import put_index
from dumont.snapstore.line import Line
from dumont.snapstore.model import Frame
from dumont.snapstore.pack import PackBuilder, PackTable, put_pack
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track

INDEX_EVERY = 64
"""Packs; so a writer that is killed leaves little for its successor to ask of packs themselves."""


class Pipes(NamedTuple):
    """How wide the way is."""

    coders: int = 2
    uploads: int = 4
    pack_bytes: int = 32 << 20


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
        self._builder = PackBuilder(repository.sealer)
        self._unindexed: list[PackTable] = []
        self.chunk_of: dict[int, int] = {}
        """The number of the chunk that each job was."""
        self.sent = 0
        self._failed: Callable[[], None] = lambda: None
        self._uploads: Line[PackBuilder] = Line(self._upload, pipes.uploads, 1, "snapshot-upload")
        self._coders: Line[Job] = Line(self._code, pipes.coders, 2 * pipes.coders, "snapshot-code")

    def __enter__(self) -> Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._coders.fail(error)
            self._uploads.fail(error)
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
        self._index()

    def _code(self, job: Job) -> None:
        try:
            chunk = self._repository.sealer.id_of(job.data)
            number, fresh = self._book.claim(chunk)
            self.chunk_of[job.number] = number
            if fresh:
                self._gather(chunk, job)
        except BaseException:
            self._failed()
            raise
        finally:
            job.buffer.release()

    def _gather(self, chunk: bytes, job: Job) -> None:
        kind, coded = codec.encode(job.data, job.hint)
        payload = self._repository.sealer.seal(coded, "frame")
        if isinstance(payload, memoryview):  # of the reader's buffer, which will be used again
            payload = bytes(payload)
        frame = Frame(chunk, len(payload), len(job.data), kind)
        with self._lock:
            self._builder.add(frame, payload)
            full = self._builder if self._builder.size >= self._most else None
            if full:
                self._builder = PackBuilder(self._repository.sealer)
        if full:
            self._uploads.put(full)

    def _send_rest(self) -> None:
        rest, self._builder = self._builder, PackBuilder(self._repository.sealer)
        if len(rest):
            self._uploads.put(rest)

    def _upload(self, builder: PackBuilder) -> None:
        table, parts = builder.finish(self._avoid)
        self._track.check()
        put_pack(self._repository.blobs, table, parts)
        self._book.sent(table)
        self._track.add(moved=table.size)
        with self._lock:
            self.sent += table.size
            self._unindexed.append(table)
            ready = self._unindexed if len(self._unindexed) >= INDEX_EVERY else None
            if ready:
                self._unindexed = []
        if ready:
            put_index(self._repository.blobs, self._repository.sealer, ready)

    def _index(self) -> None:
        if self._unindexed:
            put_index(self._repository.blobs, self._repository.sealer, self._unindexed)
            self._unindexed = []
