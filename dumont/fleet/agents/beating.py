"""The group commit of heartbeats: the calls of some milliseconds are one statement, durable before any is answered.

Nothing of an agent is remembered from one call to the next, so any web process may take in any agent. What is
remembered for some seconds are tokens that nobody has: the row of a rental is written before its token leaves, so a
token that is unknown stays unknown.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

import structlog

from dumont.basics.clock import Clock
from dumont.basics.errors import Invalid, NotSignedIn, Unavailable
from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.agents.twins import Twins
from dumont.fleet.instances.idle import silent_seconds
from dumont.fleet.rules.ruling import ruling
from dumont.fleet.store import batches
from dumont.fleet.store.batches import Given, Heard
from dumont.platform.db import Db
from dumont.platform.db.engine import DatabaseAway
from dumont.platform.settings import Settings

log = structlog.get_logger()

GATHER_SECONDS = 0.004
BATCH = 500
FLIGHTS = 2
"""Batches under way: the second is put together and made while the first one waits for the disk."""
WAITING_MAX = 20_000
STRANGERS_MAX, STRANGER_SECONDS = 10_000, 30.0
TRIES = 3


class NoAgent(NotSignedIn):
    code = "no_agent"
    hint = "The token of an agent belongs to one rental, and is put on its machine when that is made."


class TooBusy(Unavailable):
    code = "too_busy"
    hint = "Keep the sample, and call again in some seconds."


@dataclass(slots=True)
class _Call:
    given: Given
    answer: asyncio.Future[Heard | None]
    tries: int = 0


class Beats:
    """Of one web process."""

    def __init__(self, db: Db, clock: Clock, settings: Settings) -> None:
        self.ruled = ruling(settings)
        self.twins = Twins(settings.fleet_beat_seconds)
        self._db = db
        self._clock = clock
        self._silent = timedelta(seconds=silent_seconds(settings))
        self._waiting: list[_Call] = []
        self._flights: list[asyncio.Task[None]] = []
        self._strangers: OrderedDict[bytes, float] = OrderedDict()

    async def take(self, given: Given) -> Heard:
        """When this returns, the beat is on disk. Raises `NoAgent` for a token that no rental has."""
        token = given[0]
        if self._strangers.get(token, 0.0) > time.monotonic():
            raise NoAgent("No rental has this token.")
        if len(self._waiting) >= WAITING_MAX:
            raise TooBusy("Too many heartbeats wait for the database.")
        call = _Call(given, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self._set_off()
        heard = await call.answer
        if heard is None:
            self._remember(token)
            raise NoAgent("No rental has this token.")
        return heard

    def _set_off(self) -> None:
        """A batch that is gathering takes what comes; when all are at the database, what comes waits for the first."""
        if not self._flights or (len(self._waiting) >= BATCH and len(self._flights) < FLIGHTS):
            self._flights.append(asyncio.create_task(self._fly(), name="heartbeats"))

    async def _fly(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_SECONDS)
                if batch := self._next():
                    await self._take(batch)
        finally:  # in the same breath as the last look at what waits: nobody is left waiting for a flight that is over
            self._flights = [flight for flight in self._flights if flight is not asyncio.current_task()]

    def _next(self) -> list[_Call]:
        """No two of one token: the second is taken in with the next batch."""
        chosen: dict[bytes, _Call] = {}
        left = []
        for call in self._waiting:
            if len(chosen) < BATCH and call.given[0] not in chosen:
                chosen[call.given[0]] = call
            else:
                left.append(call)
        self._waiting = left
        return list(chosen.values())

    async def _take(self, batch: list[_Call]) -> None:
        began = time.monotonic()
        try:
            found = await self._asked([call.given for call in batch])
        except batches.UNREADABLE as error:
            await self._take_apart(batch, error)
            return
        except BaseException as error:
            _fail(batch, error)
            if not isinstance(error, Exception):
                raise
            return
        metrics.BEAT_SECONDS.observe(time.monotonic() - began)
        metrics.BEATS.inc(len(found))
        by_place = {heard.place: heard for heard in found}
        for place, call in enumerate(batch):
            self._answer(call, by_place.get(place))

    def _answer(self, call: _Call, heard: Heard | None) -> None:
        """What another process was quicker to write is judged anew, by what that one has written."""
        call.tries += 1
        overtaken = heard is not None and heard.newer and not heard.written and heard.rule is not None
        if overtaken and call.tries < TRIES:
            self._waiting.append(call)
        elif not call.answer.done():
            if overtaken:
                call.answer.set_exception(TooBusy("This agent's beats come in too often to be taken in."))
            else:
                call.answer.set_result(heard)

    async def _take_apart(self, batch: list[_Call], error: Exception) -> None:
        """One of them holds what the database can't: the others are not to suffer for it."""
        if len(batch) == 1:
            log.warning("heartbeat_unreadable", error=type(error).__name__)
            _fail(batch, Invalid("The database can't hold what this heartbeat says."))
            return
        middle = len(batch) // 2
        await self._take(batch[:middle])
        await self._take(batch[middle:])

    async def _asked(self, beats: list[Given]) -> list[Heard]:
        """Once more where that may help: a beat that was taken in already is not taken in twice."""
        for again in (True, False):
            try:
                async with self._db.looking() as tx:  # a statement that stands alone is its own transaction
                    return await batches.take(tx, beats, self._clock.now(), silent=self._silent)
            except batches.AGAIN as error:
                if not again:
                    raise
                log.info("heartbeats_again", error=type(error).__name__)
        raise AssertionError("unreachable")

    def _remember(self, token: bytes) -> None:
        self._strangers[token] = time.monotonic() + STRANGER_SECONDS
        self._strangers.move_to_end(token)
        while len(self._strangers) > STRANGERS_MAX:
            self._strangers.popitem(last=False)


def _fail(batch: list[_Call], error: BaseException) -> None:
    if isinstance(error, (*batches.AWAY, asyncio.CancelledError)):
        log.warning("database_away", error=f"{type(error).__name__}: {error}")
        error = DatabaseAway("The database does not answer just now.")
    for call in batch:
        if not call.answer.done():
            call.answer.set_exception(error)
