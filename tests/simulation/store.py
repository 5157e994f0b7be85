"""The snapshots' store, as cheap as it gets: a version by each manifest. The rows move by the real code."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from dumont.basics.errors import Failure, Unavailable
from dumont.fleet.means import Means
from dumont.main.joints import InstancesOnSnapshots
from dumont.platform.jobs import Jobs
from dumont.platform.work import SYSTEM, Work
from dumont.snapshots import granting, reporting, verifying
from dumont.snapshots.dropping import Book
from dumont.snapshots.ending import Why
from dumont.snapshots.in_restic import Seen
from dumont.snapshots.reporting import Done
from dumont.snapshots.standing import Standing
from dumont.snapshots.stores import Stores
from dumont.snapshots.verifying import VERIFY, Which
from dumont.snapstore.model import snapshot_object

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
    def __init__(self, means: Means, random: Random, jobs: Asked, odds: tuple[float, float]) -> None:
        self.means, self.random, self.jobs = means, random, jobs
        self.versions: dict[str, int] = {}
        self.away, self.loses = odds
        self.lost: set[str] = set()
        self.did = Counter[str]()
        self.drops: dict[UUID, Dropped] = {}
        """What machines saved by themselves; it stays here when the fleet has cleared it away."""

    async def put(self, grant: str, version: int) -> str | None:
        """What an agent says when it has sent everything; what went wrong."""
        if self._is_away():
            return "store_away"
        name = f"{self.random.getrandbits(256):064x}"
        self.versions[name] = version
        self._loses(name)
        return await self._says(grant, Done(manifest=name, figures={"new_bytes": 1000}))

    async def fetch(self, grant: str) -> int | str:
        if self._is_away():
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
        self._loses(name)
        self.drops[drop] = Dropped(Book(name, began, {}, {"files": 1}), version)

    def delete(self, name: str) -> None:
        """As pruning does, of a manifest; one that is gone is gone."""
        self._answers()
        self.did["pruned"] += 1
        self.versions.pop(name.removeprefix(snapshot_object("")), None)

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
        if self._is_away():
            raise Unavailable("The store is away.", code="store_away", hint="")

    def _is_away(self) -> bool:
        away = self.random.random() < self.away
        self.did["store away"] += away
        return away

    def _loses(self, name: str) -> None:
        if self.random.random() < self.loses:
            self.lost.add(name)
            self.did["lost manifest"] += 1

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
                await verifying.verify(Run(self, self.means), Which.model_validate(args.model_dump()))
            except Unavailable:
                self.jobs.waiting.append((job, args))

    def look(self, _blobs: object, name: str, _packs: object) -> Seen:
        """In place of `verifying.look`."""
        self._answers()
        if name in self.lost or name not in self.versions:
            return Seen(False, why=MISSING)
        return Seen(False, FIGURES)


class Run:
    """Of a job of snapshots."""

    id, attempt = UUID(int=1), 1

    def __init__(self, store: Store, means: Means) -> None:
        self._store, self._means = store, means

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self._means.db.begin() as tx:
            yield self._means.work(tx, SYSTEM)

    def part(self, kind: type[Any]) -> Any:
        if kind is Jobs:
            return self._store.jobs
        if kind is Standing:
            return InstancesOnSnapshots()
        assert kind is Stores
        return self

    def blobs(self, _repository: UUID) -> None:
        return None

    async def in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    async def progress(self, *_given: Any, **_more: Any) -> None:
        return None
