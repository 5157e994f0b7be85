"""Runs the web process, the worker, or both in one, until asked to stop; then finishes what has begun."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from prometheus_client import start_http_server

from dumont.basics.errors import Unavailable
from dumont.fleet.agents.calling import Callers
from dumont.main.contexts import contexts
from dumont.main.database import bring_up_to_date
from dumont.main.web import enveloped, make_app
from dumont.main.wiring import wired
from dumont.market.following import Market
from dumont.platform.addresses import address_of
from dumont.platform.contexts import Context
from dumont.platform.jobs import Worker
from dumont.platform.live.hub import Hub
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, Settings
from dumont.platform.telemetry.traces import traced

log = structlog.get_logger()
Ready = Callable[[str], None]
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    loaded: Loaded,
    url: str,
    *,
    listening: socket.socket | None,
    worker: bool,
    ready: Ready = lambda _: None,
    also: Sequence[Context] = (),
) -> None:
    """Serves at the socket, if one is given, and works, until a stop signal. A second one stops at once."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(loaded, url, listening=listening, worker=worker, ready=ready, also=also))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:  # the loop's own handlers went with it, and the database is still to be stopped
        signal.signal(signal.SIGTERM, signal.default_int_handler)


async def _run(
    loaded: Loaded,
    url: str,
    *,
    listening: socket.socket | None,
    worker: bool,
    ready: Ready,
    also: Sequence[Context],
) -> None:
    settings = loaded.settings
    stop = _stop_on_signals(asyncio.current_task())
    await bring_up_to_date(settings, url)
    process = "web" if listening is not None else "worker"
    async with wired(loaded, url, (*contexts(), *also), process=process) as parts:
        tasks = []
        if listening is not None:
            tasks.append(_serve(settings, parts, listening, stop, ready))
        if worker:
            tasks.append(_work(settings, parts, stop, None if listening else ready))
        try:
            async with asyncio.TaskGroup() as group:
                for task in tasks:
                    group.create_task(task)
        except* Exception as failed:
            raise failed.exceptions[0] from None
        finally:
            stop.set()
    log.info("stopped")


async def _serve(settings: Settings, parts: Parts, listening: socket.socket, stop: asyncio.Event, ready: Ready) -> None:
    app = make_app(contexts(), parts, lifespan=_lifespan)
    config = uvicorn.Config(
        traced(enveloped(app, settings), settings, process="web"),
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=int(settings.shutdown_seconds),
        ws_max_size=64 * 1024,
    )
    server = _Server(config, lambda: _begin(ready, address_of(settings, listening.getsockname()[1])))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        stopping.cancel()
        await serving
        raise Unavailable("The web server ended by itself.", code="server_ended", hint="Its log says why.")
    app.state.draining = True
    parts.get(Callers).close()
    await asyncio.wait({serving}, timeout=settings.drain_seconds)
    await parts.get(Hub).stop()
    server.should_exit = True
    await serving


async def _work(settings: Settings, parts: Parts, stop: asyncio.Event, ready: Ready | None) -> None:
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, settings.host)
    if ready is not None:
        _begin(ready, "worker")
    await parts.get(Worker).run(stop)


def _begin(ready: Ready, where: str) -> None:
    """What is loaded by now stays loaded. Walking through it again and again took a fifth of a request's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
    ready(where)


class _Server(uvicorn.Server):
    """uvicorn that tells when it listens, and leaves signals alone: one process may run the worker beside it."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listens()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    hub: Hub = app.state.parts.get(Hub)
    market: Market = app.state.parts.get(Market)
    await market.start()
    await hub.start()
    yield
    await hub.stop()
    await market.stop()


def _stop_on_signals(everything: "asyncio.Task[None] | None") -> asyncio.Event:
    """The first one asks to stop. A second one cancels all: an exception raised anywhere would be lost in a library."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard(number: signal.Signals) -> None:
        log.info("stopping", signal=number.name, at_once=stop.is_set())
        if stop.is_set() and everything is not None:
            everything.cancel()
        stop.set()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, heard, number)
    return stop
