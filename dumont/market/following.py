"""Keeps a copy of all offers in the memory of a process, and follows the database to keep it right.

A look asks how far each cloud is known (`heads`), then reads what was written since: whole where the generation of a
cloud has changed, else what is newer than the copy. A sync stamps its rows with a revision under the lock of its cloud
and commits both at once, so a head that says R has all rows up to R behind it; newer ones that come along do no harm,
for they come again with the next head. The copy is swapped whole, so a search never sees half of a change.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from dumont.basics.clock import Clock
from dumont.basics.errors import Unavailable
from dumont.market import metrics
from dumont.market.shelf.row import Mark
from dumont.market.shelf.shelf import STALE_SECONDS, Shelf
from dumont.market.store import following as store
from dumont.market.store.following import Head
from dumont.market.trust import MachineTrust, NothingKnown, Trust, TrustChanges
from dumont.platform.db import Db

log = structlog.get_logger()

LOOK_SECONDS, LONGEST_PAUSE = 1.0, 5.0
TOLD_MAX = 10_000
FIRST_WAIT_SECONDS = 10.0
ANSWER_SECONDS, LOAD_SECONDS = 10.0, 300.0
"""A database that hangs, or a network that swallows everything, is known by nothing but time: for the question of how
far each cloud is, and for rows, of which there may be very many."""
AWAY = "The database does not answer: offers are as they were when it last did."
NO_TRUST = "What is known of machines can't be read just now: it is as it was."

Rows = Sequence[Sequence[Any]]


class MarketNotLoaded(Unavailable):
    code = "market_not_loaded"
    hint = "Try again in a few seconds."


class Source(Protocol):
    """Where the truth is read; rows are in the order of `shelf.row.Row`."""

    async def heads(self) -> Sequence[Head]: ...

    async def since(self, provider: str, revision: int) -> Rows: ...

    async def whole(self, provider: str) -> Rows: ...


class InDatabase:
    def __init__(self, db: Db) -> None:
        self._db = db

    async def heads(self) -> Sequence[Head]:
        async with self._db.looking() as tx:
            return await store.heads(tx)

    async def since(self, provider: str, revision: int) -> Rows:
        async with self._db.begin() as tx:
            return await store.offers_since(tx, provider, revision)

    async def whole(self, provider: str) -> Rows:
        async with self._db.begin() as tx:
            return await store.all_of(tx, provider)


@dataclass(frozen=True, slots=True)
class View:
    """What one request sees, from its beginning to its end."""

    shelf: Shelf = field(default_factory=Shelf.empty)
    heads: Sequence[Head] = ()
    note: str | None = None
    """Why it may be behind; None if it is not."""
    learned: int = 0
    """Up to where changes of trust are in it."""
    stale_seconds: float = STALE_SECONDS
    """A cloud that was not heard of for longer has nothing to rent."""

    @property
    def reliability(self) -> dict[str, Any]:
        return {"available": self.note is None, "note": self.note}

    @property
    def version(self) -> str:
        """The same for the same offers and the same trust, in every process."""
        marks = sorted(self.shelf.marks.items())
        offers = ",".join(f"{name}:{mark.generation}.{mark.revision}" for name, mark in marks)
        return f"{offers};{self.learned}"


@dataclass(slots=True)
class _Changes:
    whole: dict[str, Rows] = field(default_factory=dict)
    rows: list[Sequence[Any]] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    trust: TrustChanges = field(default_factory=TrustChanges)
    told: Mapping[str, Trust] = field(default_factory=dict)
    """What trust is in the answer, known or not."""

    def __bool__(self) -> bool:
        return bool(self.marks or self.trust.machines)


class Market:
    """The newest view. A web process follows in the background; elsewhere each look is made when it is asked for."""

    def __init__(
        self,
        source: Source,
        clock: Clock,
        *,
        trust: MachineTrust | None = None,
        stale_seconds: float = STALE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._source = source
        self._answer_seconds = answer_seconds
        self._clock = clock
        self._trust = trust or NothingKnown()
        self._trusted_to: str | None = None
        self._told: Mapping[str, Trust] = {}
        """Told again for as long as a transaction is under way somewhere; making a shelf for it would not be free."""
        self._view = View(stale_seconds=stale_seconds)
        self._loaded = asyncio.Event()
        self._looking = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._following = asyncio.create_task(self._follow(), name="market")

    async def stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
            self._following = None

    @property
    def newest(self) -> View:
        """As it is in memory, without a look and without a wait."""
        return self._view

    async def view(self, *, wait_seconds: float = FIRST_WAIT_SECONDS) -> View:
        """Raises `MarketNotLoaded` only if there is nothing yet to show."""
        if self._following is None:
            await self._look_if_possible()
        if not self._loaded.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._loaded.wait(), wait_seconds if self._following else 0)
        if not self._loaded.is_set():
            raise MarketNotLoaded("The offers are not loaded yet.")
        return self._view

    async def look(self) -> None:
        """Takes in what has changed since the last look."""
        async with self._looking:
            async with asyncio.timeout(self._answer_seconds):
                heads = await self._source.heads()
            async with asyncio.timeout(LOAD_SECONDS):
                changes = await self._changes(heads)
                note = await self._learn(changes)
            shelf = self._view.shelf
            if changes:
                started = time.monotonic()
                shelf = await asyncio.to_thread(_changed, shelf, changes)
                metrics.MERGE_SECONDS.observe(time.monotonic() - started)
            if shelf.outlived(now := self._clock.now()):
                shelf = await asyncio.to_thread(shelf.judged, now)
            learned = max(self._view.learned, changes.trust.newest)
            self._view = replace(self._view, shelf=shelf, heads=heads, note=note, learned=learned)
            if note is None:
                self._trusted_to = changes.trust.cursor
                self._told = changes.told if len(changes.told) <= TOLD_MAX else {}
            self._loaded.set()
            self._measure(changes)

    async def _follow(self) -> None:
        """For ever; ends by being cancelled."""
        pause = LOOK_SECONDS
        while True:
            pause = LOOK_SECONDS if await self._look_if_possible() else min(LONGEST_PAUSE, pause * 2)
            await self._clock.sleep(pause)

    async def _look_if_possible(self) -> bool:
        """Whatever it is that fails, the offers known so far must still be served."""
        try:
            await self.look()
        except Exception as error:
            if self._view.note != AWAY:
                log.warning("market_not_followed", error=f"{type(error).__name__}: {error}")
            self._view = replace(self._view, note=AWAY)
            return False
        return True

    async def _changes(self, heads: Sequence[Head]) -> _Changes:
        changes, marks = _Changes(), self._view.shelf.marks
        for head in heads:
            known, newest = marks.get(head.name), Mark(head.generation, head.revision, head.seen_at)
            if newest == known:
                continue
            if known is None or newest.generation != known.generation or newest.revision < known.revision:
                changes.whole[head.name] = await self._source.whole(head.name)
            elif newest.revision > known.revision:
                changes.rows += await self._source.since(head.name, known.revision)
            changes.marks[head.name] = newest
        for name in marks.keys() - {head.name for head in heads}:
            changes.whole[name], changes.marks[name] = (), Mark()
        return changes

    async def _learn(self, changes: _Changes) -> str | None:
        """What is known of machines is worth having, but not worth waiting for."""
        try:
            told = await self._trust.changes(self._trusted_to)
        except Exception as error:  # whatever it is, offers must be kept up with all the same
            if self._view.note != NO_TRUST:
                log.warning("trust_not_followed", error=f"{type(error).__name__}: {error}")
            return NO_TRUST
        new = {key: trust for key, trust in told.machines.items() if self._told.get(key) != trust}
        changes.trust, changes.told = replace(told, machines=new), told.machines
        return None

    def _measure(self, changes: _Changes) -> None:
        metrics.ROWS.set(len(self._view.shelf))
        now = self._clock.now()
        for mark in changes.marks.values():
            if mark.seen_at is not None:
                metrics.LAG_SECONDS.observe(max(0.0, (now - mark.seen_at).total_seconds()))


def _changed(shelf: Shelf, changes: _Changes) -> Shelf:
    """Takes time, so it runs in a thread."""
    if not len(shelf) and changes.whole:
        everything = [row for rows in changes.whole.values() for row in rows]
        shelf = shelf.merged(everything, {name: changes.marks[name] for name in changes.whole})
    else:
        for provider, rows in changes.whole.items():
            shelf = shelf.replaced(provider, rows, changes.marks[provider])
    news = {name: mark for name, mark in changes.marks.items() if name not in changes.whole}
    if news:
        shelf = shelf.merged(changes.rows, news)
    return shelf.trusted(changes.trust.machines) if changes.trust.machines else shelf
