"""The snapshots' store, as cheap as it gets: a version by each manifest. The rows move by the real code."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from dumont.basics.errors import Failure, Unavailable
from dumont.fleet.means import Means
from dumont.platform.jobs import Jobs
from dumont.platform.work import SYSTEM, Work
from dumont.snapshots import granting, reporting, verifying
from dumont.snapshots.dropping import Book
from dumont.snapshots.ending import Why
from dumont.snapshots.in_restic import Seen
from dumont.snapshots.reporting import Done
from dumont.snapshots.stores import Stores
from dumont.snapshots.verifying import VERIFY, Which

BYTES = 5_000_000_000
FIGURES = {"stored_bytes": BYTES, "files": 1}
MISSING = Why("pack_missing", "A pack is not in the store.")


class Asked:
    """The jobs that were asked for: as a queue has them, at least once, and done when it is turned."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Any, Any]] = []

    async def enqueue(self, _work: Work, job: Any, args: Any, **_more: Any) -> None:
        self.waiting.append((job, args))


@dataclass
class Dropped:
    book: Book
    version: int
    cleared: bool = False


class Store:
    def __init__(self, means: Means, random: Random, jobs: Asked, loses: float) -> None:
        self.means, self.random, self.jobs = means, random, jobs
        self.versions: dict[str, int] = {}
        self.away, self.loses = 0.05, loses
        self.lost: set[str] = set()
        self.drops: dict[UUID, Dropped] = {}
        """What machines saved by themselves; it stays here when the fleet has cleared it away."""

    async def put(self, grant: str, version: int) -> str | None:
        """What an agent says when it has sent everything; what went wrong."""
        if self.random.random() < self.away:
            return "store_away"
        name = f"{self.random.getrandbits(256):064x}"
        self.versions[name] = version
        if self.random.random() < self.loses:
            self.lost.add(name)
        return await self._says(grant, Done(manifest=name, figures={"new_bytes": 1000}))

    async def fetch(self, grant: str) -> int | str:
        if self.random.random() < self.away:
            return "store_away"
        try:
            async with self.means.db.begin() as tx:
                work = self.means.work(tx)
                of = await reporting.purpose(work, await granting.standing(work, grant))
        except Failure as error:
            return error.code
        failed = await self._says(grant, Done())
        return failed or self.versions[of.snapshot.manifest or ""]

    def drop(self, drop: UUID, version: int, began: datetime) -> None:
        """By a machine that can ask nobody."""
        name = f"{self.random.getrandbits(256):064x}"
        if self.random.random() < self.loses:
            self.lost.add(name)
        self.drops[drop] = Dropped(Book(name, began, {}, {"files": 1}), version)

    def drops_doors(self) -> dict[str, Any]:
        """In place of those of `dropping`."""
        return {"lend": self._lend, "find": self._find, "move": self._move, "clear": self._clear}

    def _find(self, _blobs: object, drop: UUID) -> Book | None:
        self._answers()
        found = self.drops.get(drop)
        return None if found is None or found.cleared else found.book

    def _move(self, _blobs: object, drop: UUID, book: Book) -> None:
        self._answers()
        self.versions[book.manifest] = self.drops[drop].version

    def _clear(self, _blobs: object, drop: UUID) -> None:
        if drop in self.drops:
            self.drops[drop].cleared = True

    def _lend(self, *_given: object, **_more: object) -> dict[str, Any]:
        self._answers()
        return {"reads": {}, "slots": {}, "parent": None}

    def blobs(self, _repository: UUID) -> None:
        return None

    def _answers(self) -> None:
        if self.random.random() < self.away:
            raise Unavailable("The store is away.", code="store_away", hint="")

    async def _says(self, grant: str, done: Done) -> str | None:
        try:
            async with self.means.db.begin() as tx:
                work = self.means.work(tx)
                of = await reporting.purpose(work, await granting.standing(work, grant))
                await reporting.complete(work, self.jobs, of, done)  # type: ignore[arg-type]
        except Failure as error:
            return error.code
        return None

    async def turn(self) -> None:
        """Looks at what was reported complete, by the real job."""
        waiting, self.jobs.waiting = self.jobs.waiting, []
        for job, args in waiting:
            if job is not VERIFY:
                continue
            try:
                await verifying.verify(_Run(self), Which.model_validate(args.model_dump()))
            except Unavailable:
                self.jobs.waiting.append((job, args))

    def look(self, _blobs: object, name: str, _packs: object) -> Seen:
        """In place of `verifying.look`."""
        self._answers()
        if name in self.lost or name not in self.versions:
            return Seen(False, why=MISSING)
        return Seen(False, FIGURES)


class _Run:
    id, attempt = UUID(int=1), 1

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self._store.means.db.begin() as tx:
            yield self._store.means.work(tx, SYSTEM)

    def part(self, kind: type[Any]) -> Any:
        if kind is Jobs:
            return self._store.jobs
        assert kind is Stores
        return self

    def blobs(self, _repository: UUID) -> None:
        return None

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    async def progress(self, *_given: Any, **_more: Any) -> None:
        return None
