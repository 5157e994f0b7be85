"""The speeds of reliability: rolling up a day of 100,000 machines, lists, look-ups, and recording attempts.

30 days of 100,000 machines lie in the database before anything is timed. The look-up is also timed as a bare query of
the primary key, which is the least that reading one row costs.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.table import median, show
from dumont.basics.machine_key import MachineKey
from dumont.platform.clock import SystemClock
from dumont.platform.db import Db, migrate, raw
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.settings import Settings, load
from dumont.platform.work import SYSTEM, Work
from dumont.reliability import attempts, days, scores, scoring
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.rules.day import Day
from dumont.reliability.rules.score import WINDOW_DAYS
from dumont.reliability.store import ranking
from dumont.reliability.store.ranking import Wanted

MACHINES, LISTED, ROUNDS = 100_000, 100, 200
FLUSH = 20_000
Rows = list[tuple[str, str, str, str]]


class Bench:
    def __init__(self, db: Db, settings: Settings) -> None:
        self.db, self.settings, self.clock, self.random = db, settings, SystemClock(), Random(7)

    def work(self, tx: object) -> Work:
        return Work(tx, self.clock.now(), self.random, SYSTEM, _publish, self.settings)  # type: ignore[arg-type]

    async def filled(self) -> None:
        """Days by one statement: this is not what is timed."""
        async with self.db.begin() as tx:
            await (await raw(tx)).execute(FILL_MACHINES, MACHINES, timeout=600)
        for age in range(WINDOW_DAYS):
            async with self.db.begin() as tx:
                await (await raw(tx)).execute(FILL_DAY, age + 1, timeout=600)
        async with self.db.begin() as tx:
            await (await raw(tx)).execute("ANALYZE", timeout=600)

    async def rolled_up(self) -> tuple[float, float, float]:
        """Seconds to take in a day, to forget the oldest one, and to score all machines."""
        now = self.clock.now()
        flushes = [[self._day(number, now) for number in range(at, at + FLUSH)] for at in range(0, MACHINES, FLUSH)]
        taken_in = await _timed(lambda: self._take_in(flushes))
        forgotten = await _timed(self._forget)
        return taken_in, forgotten, await _timed(self._score)

    async def _take_in(self, flushes: list[list[Day]]) -> None:
        for flush in flushes:
            async with self.db.begin() as tx:
                await days.add(self.work(tx), flush)

    async def _forget(self) -> None:
        while True:
            async with self.db.begin() as tx:
                if await days.forget(self.work(tx), 10_000) < 10_000:
                    return

    async def _score(self) -> None:
        async with self.db.begin() as tx:
            await scoring.refresh_priors(self.work(tx))
        after, begun = None, False
        while not begun or after is not None:
            async with self.db.begin() as tx:
                after, begun = await scoring.score_batch(self.work(tx), after), True

    def _day(self, number: int, now: datetime) -> Day:
        key = MachineKey("vast", str(number))
        up = 86_400 * self.random.betavariate(40, 1)
        boots = [0] * 56
        boots[20] = 2
        return Day(key, now.date(), now, 86_400, up, 3, int(self.random.random() < 0.05), 24, 61.0, 0.8, boots)

    async def listed(self) -> None:
        async with self.db.looking() as tx:
            page = await scores.listed(self.work(tx), Wanted(limit=LISTED))
        assert len(page.items) == LISTED

    async def looked_up(self) -> None:
        async with self.db.looking() as tx:
            assert await ranking.one(tx, MachineKey("vast", str(self.random.randrange(MACHINES))))

    async def bare(self) -> None:
        async with self.db.looking() as tx:
            query = "SELECT * FROM reliability_machines WHERE provider = $1 AND machine_id = $2"
            assert await (await raw(tx)).fetchrow(query, "vast", str(self.random.randrange(MACHINES)))

    async def recorded(self) -> None:
        key = MachineKey("vast", str(self.random.randrange(MACHINES)))
        outcome = Succeeded(boot_seconds=40) if self.random.random() < 0.8 else Failed("network", "no route")
        async with self.db.begin() as tx:
            await attempts.record(self.work(tx), Attempt(key, "deploy", outcome))


def main() -> int:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            rows = asyncio.run(_measured(postgres.url, folder))
    show(
        f"Reliability: {MACHINES:,} machines with {WINDOW_DAYS} days each",
        ("what", "first", "median", "limit"),
        rows,
        f"Median of {ROUNDS} where there are rounds. Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


async def _measured(url: str, folder: str) -> Rows:
    settings = load({"DUMONT_HOME": folder, "DUMONT_DATABASE_STATEMENT_SECONDS": "300"}).settings
    engine = make_engine(url, settings, name="bench")
    bench = Bench(make_db(engine), settings)
    await bench.filled()
    taken_in, forgotten, scored = await bench.rolled_up()
    whole = taken_in + forgotten + scored
    rows: Rows = [
        ("a day taken in", "", f"{taken_in:.1f} s", ""),
        ("the oldest day forgotten", "", f"{forgotten:.1f} s", ""),
        ("all machines scored", "", f"{scored:.1f} s", ""),
        ("the whole roll-up of a day", "", f"{whole:.1f} s", "60 s"),
    ]
    await engine.dispose()  # so that the first list below is cold, its connection included
    for what, once, limit in (
        (f"list of {LISTED}, best first", bench.listed, "50 ms, cold 500 ms"),
        ("one machine", bench.looked_up, "5 ms"),
        ("one row, bare, for comparison", bench.bare, ""),
        ("an attempt recorded and committed", bench.recorded, ""),
    ):
        first, *rest = [1000 * await _timed(once) for _ in range(ROUNDS)]
        rows.append((what, f"{first:.1f} ms", f"{median(rest):.2f} ms", limit))
    await engine.dispose()
    return rows


async def _timed(once: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await once()
    return time.perf_counter() - began


async def _publish(_event: Event) -> None: ...


FILL_MACHINES = """
    INSERT INTO reliability_machines (provider, machine_id, noted_at)
    SELECT 'vast', number::text, now() FROM generate_series(0, $1::integer - 1) AS number
"""

FILL_DAY = """
    INSERT INTO reliability_days
        (provider, machine_id, day, observed_seconds, uptime_seconds, rentals, interruptions, data_until)
    SELECT provider, machine_id, (now() AT TIME ZONE 'UTC')::date - $1::integer, 86400,
        86400 * power(random(), 0.02), 3, (random() < 0.05)::integer, now() - $1 * interval '1 day'
    FROM reliability_machines
"""

if __name__ == "__main__":
    raise SystemExit(main())
