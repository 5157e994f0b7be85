"""PgQueuer, held at arm's length: it wakes us for due tickets, and finds those whose worker has gone silent.

What we take from it: drawing tickets with SKIP LOCKED, NOTIFY, heartbeats. What we don't: its own book-keeping. It
deletes a finished row whoever holds it by now; ours is torn up by `lease.end`, in the transaction of the outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain import models, types
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.ports.repository import EntrypointExecutionParameter

from dumont.platform.jobs.link import AWAY, Link, Listener

log = structlog.get_logger()

Handle = Callable[[UUID, int], Awaitable[None]]
"""Does the job of a ticket: its id and the ticket's number. Raises nothing."""

SETTINGS = DBSettings(
    prefix="",
    db_schema=None,
    channel=types.Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.balanced,
)
"""All names, because PgQueuer would else read them from the environment, some by names as plain as PREFIX."""

WAKE_SECONDS = 0.02
"""A busy queue sends thousands of notices a second to every worker; more than one in this time says nothing new."""


class Dispatcher:
    """Calls `handle` for each due ticket of the jobs named, at most `limit` at once, until told to stop."""

    def __init__(self, link: Link, worker: UUID, handle: Handle, *, limit: int, lease_seconds: float) -> None:
        self._driver = _Driver(link.pool, link.listener)
        self._queries = _Tickets(self._driver, limit)
        self._handle = handle
        self._limit = limit
        self._lease_seconds = lease_seconds
        self._manager = QueueManager(self._queries, SETTINGS.channel)
        self._manager.queue_manager_id = types.QueueManagerId(worker)

    async def run(self, names: list[str]) -> None:
        for name in names:
            parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_never_called)
            self._manager.register_executor(name, _Executor(parameters, self._handle_one))
        await self._manager.run(
            dequeue_timeout=timedelta(seconds=min(5, self._lease_seconds / 3)),
            batch_size=max(1, self._limit // 2),
            max_concurrent_tasks=None,
            heartbeat_timeout=timedelta(seconds=self._lease_seconds),
            log_aggregation_interval=timedelta(0),
        )

    def stop(self) -> None:
        """Draws no more tickets; `run` returns when those drawn are done."""
        self._manager.shutdown.set()

    async def _handle_one(self, job_id: UUID, ticket: int) -> None:
        try:
            await self._handle(job_id, ticket)
        finally:
            self._make_room(ticket)

    def _make_room(self, ticket: int) -> None:
        self._queries.drawn.discard(ticket)
        if self._queries.was_full:
            self._driver.wake()


class _Executor(AbstractEntrypointExecutor):
    def __init__(self, parameters: EntrypointExecutorParameters, handle: Handle) -> None:
        super().__init__(parameters)
        self._handle = handle

    async def execute(self, job: models.Job, context: models.Context) -> None:  # noqa: ARG002 - PgQueuer's signature
        await self._handle(UUID(bytes=job.payload), job.id)


async def _never_called(_job: models.Job) -> None:
    raise AssertionError


class _Tickets(Queries):
    """PgQueuer's SQL, but for what would touch a ticket that is another worker's by now."""

    def __init__(self, driver: "_Driver", limit: int) -> None:
        super().__init__(
            driver,
            qbe=QueryBuilderEnvironment(SETTINGS),
            qbq=QueryQueueBuilder(SETTINGS),
            qbs=QuerySchedulerBuilder(SETTINGS),
        )
        self._driver = driver
        self._limit = limit
        self._manager_id: UUID | None = None
        self.drawn: set[int] = set()
        self.was_full = False

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[types.QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: types.QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[models.Job]:
        self._manager_id = queue_manager_id
        room = self._limit - len(self.drawn)
        self.was_full = room <= 0
        if self.was_full:
            return []
        drawn = await super().dequeue(
            min(batch_size, room), entrypoints, queue_manager_id, global_concurrency_limit, heartbeat_timeout
        )
        self.drawn.update(job.id for job in drawn)
        return drawn

    async def eligible_queued_work(self, entrypoints: list[types.QueueEntrypoint]) -> int:
        """A full worker does not ask every tenth of a second whether there is more: `_make_room` wakes it."""
        return 0 if self.was_full else await super().eligible_queued_work(entrypoints)

    async def next_deferred_eta(self, entrypoints: list[types.QueueEntrypoint]) -> timedelta | None:
        return timedelta(days=1) if self.was_full else await super().next_deferred_eta(entrypoints)

    async def update_heartbeat(self, job_ids: list[types.JobId]) -> None:
        await self.driver.execute(
            "UPDATE pgqueuer SET heartbeat = now() WHERE id = ANY($1::bigint[]) AND queue_manager_id = $2",
            job_ids,
            self._manager_id,
        )

    async def notify_health_check(self, health_check_event_id: types.HealthCheckId) -> None:
        """Told to ourselves: sent by each worker to all others it would be most of the talk. See `Listener`."""
        event = models.HealthCheckEvent(
            channel=SETTINGS.channel, sent_at=_LONG_AGO, type="health_check_event", id=health_check_event_id
        )
        self._driver.tell(event.model_dump_json())

    async def log_jobs(self, job_status: list[Any]) -> None:
        """Nothing: the ticket went with the outcome, or is no longer ours."""


class _Driver:
    """PgQueuer's way to the database, by the worker's pool and listener; it waits while the database is away."""

    def __init__(self, pool: asyncpg.Pool, listener: Listener) -> None:
        self._pool = pool
        self._listener = listener
        self._shutdown = asyncio.Event()
        self._waker: _Waker | None = None

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        records = await self._until_there(lambda: self._pool.fetch(query, *args))
        return [dict(record) for record in records]

    async def execute(self, query: str, *args: object) -> str:
        return str(await self._until_there(lambda: self._pool.execute(query, *args)))

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        self._waker = _Waker(callback)
        await self._listener.on(channel, self._waker, lost=self._waker.wake)

    def wake(self) -> None:
        if self._waker is not None:
            self._waker.wake()

    def tell(self, payload: str) -> None:
        if self._waker is not None:
            self._waker(payload)

    @property
    def shutdown(self) -> asyncio.Event:
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        return TaskManager()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def _until_there(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Safe to repeat: a ticket drawn by an answer that was lost goes silent, and is drawn again."""
        pause = 0.1
        while True:
            try:
                return await ask()
            except AWAY as error:
                log.warning("queue_away", error=type(error).__name__, again_in=pause)
            await asyncio.sleep(pause)
            pause = min(5, pause * 2)


class _Waker:
    """Passes notices on to PgQueuer, but none of torn-up tickets, and not more than one in `WAKE_SECONDS`."""

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._timer: asyncio.TimerHandle | None = None
        self._last = -WAKE_SECONDS

    def __call__(self, payload: str) -> None:
        if '"health_check_event"' in payload:
            self._callback(payload)
        elif '"insert"' in payload:
            self.wake()

    def wake(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(self._last + WAKE_SECONDS, loop.time()), self._pass_on)

    def _pass_on(self) -> None:
        self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._callback(_NOTICE)


_LONG_AGO = datetime.fromtimestamp(0, UTC)

_NOTICE = models.TableChangedEvent(
    channel=SETTINGS.channel,
    sent_at=_LONG_AGO,
    type="table_changed_event",
    operation="insert",
    table="pgqueuer",
).model_dump_json()
