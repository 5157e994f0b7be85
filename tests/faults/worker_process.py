"""A worker in a process of its own, wired as the product wires it, that can kill itself at the edge of a commit.

    python -m tests.faults.worker_process URL MODULE:FUNCTION [before:N | after:N]

Between two commits nothing can change that another process could see, so killing before and after each of them covers
every moment at which a worker can die. The function gives the contexts to run.
"""

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from dumont.main.wiring import wired
from dumont.platform.contexts import Context
from dumont.platform.jobs import Worker, dispatcher  # noqa: F401 - imported before the fork, not after each
from dumont.platform.settings import Loaded, load
from dumont.platform.telemetry import logs


def main(url: str, contexts: str, kill: str = "", environ: Mapping[str, str] | None = None) -> None:
    if kill:
        moment, number = kill.split(":")
        _die_at(moment, int(number))
    module, name = contexts.split(":")
    make: Callable[[], Sequence[Context]] = getattr(importlib.import_module(module), name)
    loaded = load(environ)
    logs.configure(loaded.settings)  # else each error is drawn with all that is around it, which takes seconds
    asyncio.run(_work(loaded, url, make()))


async def _work(loaded: Loaded, url: str, contexts: Sequence[Context]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with wired(loaded, url, contexts, process="worker") as parts:
        await parts.get(Worker).run(stop)


def _die_at(moment: str, number: int) -> None:
    commits = 0

    @event.listens_for(Engine, "commit")
    def _commit(*_: Any) -> None:
        nonlocal commits
        commits += 1
        if moment == "before" and commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Pool, "checkin")
    def _checkin(*_: Any) -> None:
        if moment == "after" and commits >= number:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
