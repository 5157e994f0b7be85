"""Agents that wait to be called: each is let go when there is a command for it, by whichever web process it asked.

A command that is put is an event, and every web process hears of all events. What is not heard is found by the agent's
next heartbeat.
"""

import asyncio
from uuid import UUID

import orjson

from dumont.fleet.agents.beating import NoAgent
from dumont.fleet.events import CommandPut
from dumont.platform.db.glance import Glance

WAITING_MAX = 20_000
SECONDS_MAX = 300.0


class Callers:
    """Of one web process. For each rental the newest wait counts: an older one's agent has gone."""

    def __init__(self, glance: Glance) -> None:
        self._glance = glance
        self._waiting: dict[UUID, asyncio.Future[bool]] = {}
        self._closed = False
        self.begun = 0
        """Waits that would hear a call."""

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def heard(self, kind: str, payload: str) -> None:
        if kind == CommandPut.kind:
            self._let_go(UUID(orjson.loads(payload)["rental_id"]), called=True)

    async def wait(self, token: bytes, seconds: float) -> bool:
        """Whether there is something to do; `token` is the hash of the agent's. Raises `NoAgent`."""
        found = await self._glance.row(_WHOSE, token)
        if found is None:
            raise NoAgent("No rental has this token.")
        rental: UUID = found["id"]
        if self._closed or (len(self._waiting) >= WAITING_MAX and rental not in self._waiting):
            return False
        self._let_go(rental, called=False)
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[rental] = mine
        self.begun += 1
        try:
            # A command that was put before this was to be heard.
            if await self._glance.row(_ANY_OPEN, rental) is not None:
                return True
            async with asyncio.timeout(min(seconds, SECONDS_MAX)):
                return await mine
        except TimeoutError:
            return False
        finally:
            if self._waiting.get(rental) is mine:
                del self._waiting[rental]

    def close(self) -> None:
        """Sends all away, to wait elsewhere."""
        self._closed = True
        for rental in tuple(self._waiting):
            self._let_go(rental, called=False)

    def _let_go(self, rental: UUID, *, called: bool) -> None:
        waiting = self._waiting.pop(rental, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(called)


_WHOSE = "SELECT id FROM fleet_rentals WHERE agent_token = $1 AND stage <> 'ended'"

_ANY_OPEN = """
    SELECT 1 FROM fleet_commands
    WHERE fleet_commands.state IN ('queued', 'sent', 'running') AND state = 'queued' AND rental_id = $1 LIMIT 1
"""
