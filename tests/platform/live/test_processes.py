"""Real web processes, real sockets: two of them show the same, and a stopping one sends its readers to come back."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dumont.platform.live.limits import Limits
from tests.fakes.live import Writer
from tests.fakes.live_app import make_app

RUNNING = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


@asynccontextmanager
async def web_process(url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.live_app", url, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while not (found := RUNNING.search((await process.stderr.readline()).decode())):
                assert process.returncode is None
        yield process, int(found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def say(line: ClientConnection, **message: Any) -> None:
    await line.send(orjson.dumps(message).decode())


async def subscribed(port: int, after: str | None = None, **options: Any) -> ClientConnection:
    line = await connect(f"ws://127.0.0.1:{port}/live", **options)
    await say(line, type="hello", token="anna")
    await say(line, type="subscribe", topics=["notes"], after=after)
    while (await receive(line))["type"] != "subscribed":
        pass
    return line


async def receive(line: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(30):
        return dict(orjson.loads(await line.recv()))


async def notes_until(line: ClientConnection, last: str) -> list[str]:
    notes: list[str] = []
    while last not in notes:
        message = await receive(line)
        if message["type"] == "event":
            notes.append(message["data"]["note"])
    return notes


@pytest.mark.slow
class TestTwoProcesses:
    async def test_show_the_same_in_the_order_of_commits_and_take_over_from_each_other(
        self, fresh_database_url: str, writer: Writer
    ) -> None:
        async with web_process(fresh_database_url) as (first, port), web_process(fresh_database_url) as (_, other_port):
            line, other = await subscribed(port), await subscribed(other_port)
            open_ones = [await writer.begin() for _ in range(6)]
            for number, transaction in enumerate(open_ones):
                await transaction.write(str(number))
            for transaction in reversed(open_ones[1:]):
                await transaction.commit()
            expected = ["5", "4", "3", "2", "1"]
            assert await notes_until(line, "1") == await notes_until(other, "1") == expected

            await writer.write("last seen")
            message = await receive(line)
            first.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                await receive(line)
            assert line.close_code == 1012

            await open_ones[0].commit()
            taken_over = await subscribed(other_port, after=message["id"])
            await writer.write("end")
            assert {"0", "end"} <= set(await notes_until(taken_over, "end"))
            await taken_over.close()
            await other.close()


class TestSlowReaderOnARealSocket:
    async def test_is_told_to_reload_while_a_fast_one_gets_everything(
        self, fresh_database_url: str, writer: Writer
    ) -> None:
        async with server(fresh_database_url, Limits(buffer_messages=100)) as port:
            # A small window, so that the server's side fills up soon.
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", port))
            slow = await subscribed(port, sock=narrow, max_queue=1, compression=None)
            fast = await subscribed(port)
            text = "x" * 20_000
            for start in range(0, 800, 50):
                transaction = await writer.begin()
                for number in range(start, start + 50):
                    await transaction.write(f"{number} {text}")
                await transaction.commit()
                last = f"{start + 49} {text}"
                assert len(await notes_until(fast, last)) == 50
            await writer.write("end")
            await notes_until(fast, "end")
            kinds = []
            while True:
                message = await receive(slow)
                kinds.append(message["type"])
                if message["type"] == "event" and message["data"]["note"] == "end":
                    break
            assert "reload" in kinds
            assert len(kinds) < 800
            await slow.close()
            await fast.close()


@asynccontextmanager
async def server(url: str, limits: Limits) -> AsyncIterator[int]:
    """In this process, as a task."""
    config = uvicorn.Config(make_app(url, limits), port=0, log_level="error", lifespan="on")
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(running.serve())
    async with asyncio.timeout(30):
        while not running.started:
            await asyncio.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    await task
