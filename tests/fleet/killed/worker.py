"""A worker that does what it is told: a process, forked from one that has imported everything, with the product's own
duties on the product's own connections. Only its clock is ours, and the order in which its duties have their turn.

python -m tests.fleet.killed.worker SOCKET
"""

import asyncio
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from dumont.accounts.hashing import Argon2
from dumont.basics import ids
from dumont.basics.clock import Clock
from dumont.fleet.rentals import acting
from dumont.main import wiring
from dumont.main.contexts import contexts
from dumont.main.wiring import assemble
from dumont.platform.db.engine import Db, asyncpg_url, make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.jobs import Registry, Worker
from dumont.platform.jobs.dispatcher import Dispatcher
from dumont.platform.jobs.link import Link, Listener
from dumont.platform.parts import Parts
from dumont.platform.settings import load
from dumont.platform.telemetry import logs
from dumont.providers import registry
from tests.fleet.killed.plants import PLANTS

JOBS = "jobs"
SILENT_SECONDS = 0.05
"""A ticket of a worker that said nothing for so long is drawn again."""
Turns = dict[str, Callable[[], Awaitable[Any]]]


class ToldClock:
    """Whose time stands in a file, and goes on for one that is frozen; waiting for a cloud's leave takes none."""

    def __init__(self, place: str) -> None:
        self._place = Path(place)

    def now(self) -> datetime:
        return datetime.fromisoformat(self._place.read_text())

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0)


async def _serve(listening: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=listening, limit=1 << 20)
    told = json.loads(await reader.readline())
    async with AsyncExitStack() as stack:
        clock = ToldClock(told["clock"])
        turns = await _turns(told, clock, stack)
        writer.write(json.dumps({"pid": os.getpid()}).encode() + b"\n")
        while line := await reader.readline():
            asked = json.loads(line)
            try:
                answer: dict[str, Any] = {"pause": await turns[asked["turn"]]()}
            except Exception as error:  # as the duties' own loop has it: it is turned again
                answer = {"error": repr(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()


async def _turns(told: dict[str, Any], clock: ToldClock, stack: AsyncExitStack) -> Turns:
    loaded, url = load(told["env"]), told["url"]
    logs.configure(loaded.settings)
    PLANTS[told["plant"]]()
    engine = make_engine(url, loaded.settings, name="killed worker")
    stack.push_async_callback(engine.dispose)
    glance = GlancePool(url, loaded.settings, name="killed worker")
    parts = assemble(loaded, url, contexts(), db=make_db(engine), glance=glance, clock=clock)
    parts.put(Random, Random(told["seed"]))  # the same choices, so that the points are the same
    duties = {duty.name: duty for context in contexts() for duty in context.duties}
    found: Turns = {name: lambda duty=duty: duty.run(parts) for name, duty in duties.items()}  # type: ignore[misc]
    pool = await stack.enter_async_context(asyncpg.create_pool(asyncpg_url(url), min_size=0, max_size=2))
    return {**found, JOBS: lambda: _jobs(parts, pool)}


async def _jobs(parts: Parts, pool: asyncpg.Pool) -> int:
    """Draws what is due of the snapshots' jobs, and does it, as the worker's dispatcher and runner would."""
    worker = parts.get(Worker)
    identity: UUID = ids.new(parts.get(Clock).now(), parts.get(Random))
    worker.id = worker._runner._worker = identity
    link, silent = Link(pool, Listener("", "")), timedelta(seconds=SILENT_SECONDS)
    drawing = Dispatcher(link, identity, worker._runner.handle, limit=4, lease_seconds=SILENT_SECONDS)._queries
    names = {job.name: _Free() for job in parts.get(Registry) if job.name.startswith("snapshots.verify")}
    drawn = await drawing.dequeue(4, names, identity, None, silent)  # type: ignore[arg-type]
    for ticket in drawn:
        await worker._runner.handle(UUID(bytes=ticket.payload), ticket.id)
    return len(drawn)


class _Free:
    concurrency_limit = 0


async def _no_door(_host: str, _port: int) -> bool:
    """Simulated machines have no SSH: their agents call."""
    return False


def _warm() -> None:
    acting.turn.__kwdefaults__ = {**(acting.turn.__kwdefaults__ or {}), "knock": _no_door}
    registry.kind("vast")
    contexts()
    nobody = Argon2()  # hashes something at its making; no thread runs before it is asked
    vars(wiring)["Argon2"] = lambda: nobody
    assert Db is not None
    gc.collect()
    gc.freeze()


def main(place: str) -> None:
    _warm()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(16)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            due, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in due:
                return
            own, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(_serve(own))
                os._exit(0)
            own.close()


if __name__ == "__main__":
    main(sys.argv[1])
