"""Workers, forked for each life and after each death from one process that has imported everything."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
READY_SECONDS, TURN_SECONDS = 300.0, 600.0


class Died(Exception):
    """The worker is no more."""


class ForkedWorker:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.pid = 0
        self.name = ""

    async def begin(self, told: Mapping[str, Any]) -> None:
        self.pid = int((await self._ask(told))["pid"])

    async def turn(self, name: str) -> dict[str, Any]:
        return await self._ask({"turn": name})

    async def heard(self) -> dict[str, Any]:
        """The answer to what was asked last."""
        async with asyncio.timeout(TURN_SECONDS):
            line = b""
            with suppress(ConnectionError):
                line = await self._reader.readline()
        if not line:
            raise Died
        answer: dict[str, Any] = json.loads(line)
        return answer

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._writer.close()

    async def _ask(self, told: Mapping[str, Any]) -> dict[str, Any]:
        try:
            self._writer.write(json.dumps(told).encode() + b"\n")
            await self._writer.drain()
        except ConnectionError:
            raise Died from None
        return await self.heard()


class Forks:
    def __init__(self, place: Path) -> None:
        self._place = place

    async def worker(self, told: Mapping[str, Any]) -> ForkedWorker:
        made = ForkedWorker(*await asyncio.open_unix_connection(str(self._place), limit=1 << 20))
        await made.begin(told)
        return made


@asynccontextmanager
async def forking(place: Path) -> AsyncIterator[Forks]:
    """Ends with its standard input, however this process ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fleet.killed.worker", str(place)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        yield Forks(place)
    finally:
        process.stdin.close()
        await process.wait()
