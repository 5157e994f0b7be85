"""One seed from its first launch to its last bill, and what the judge finds wrong with it."""

import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dumont.platform.db.engine import asyncpg_url, make_db, make_engine
from dumont.platform.settings import Settings
from tests.simulation import happened, judge, keeping
from tests.simulation.plan import Plan
from tests.simulation.simulation import Restless, Simulation

BRIEF = Plan(hours=8, instances=2, pace=12, machines=8)
TINY = Plan(hours=0.4, instances=1, pace=3, machines=5, deaths=0.12, cuts=0.03, meetings=0.2, eager=3.5, called=0.5)
"""Little life, and much that goes wrong in it: many of them find more than one that is long."""
VARIED = replace(TINY, hangs_seconds=90, undo_hours=0.02, deadlines=0.3, prepaid=True, rules=True)
"""The same, with what is more seldom asked for."""
MITE = replace(
    VARIED,
    undo_hours=0.25,
    clouds=("vast",),
    hours=0.12,
    machines=4,
    racers=2,
    standbys=False,
    eager=6,
    strikes=4,
    deaths=0.2,
    cuts=0.06,
    loses=0.1,
    away=0.1,
)
"""Shorter still, and worse."""
SMALL = Plan(hours=72, instances=8, pace=12, machines=20)
LONG = Plan(hours=24 * 60, instances=40, pace=60, machines=40)
MONTH = Plan(hours=24 * 30, instances=3, pace=60, machines=12)
BIG = Plan(hours=1, instances=2000, machines=2400, deaths=0.01, cuts=0.002, meetings=0.02, eager=20, crowd=20)
PLANS = {
    "tiny": TINY,
    "varied": VARIED,
    "mite": MITE,
    "brief": BRIEF,
    "small": SMALL,
    "month": MONTH,
    "long": LONG,
    "big": BIG,
}
_TABLES = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition AND relname <> 'alembic_version'
""")
STATEMENTS = 1000
MakeDatabase = Callable[[], Awaitable[str]]


@dataclass
class Lived:
    seed: int
    faults: list[str] = field(default_factory=list)
    hours: float = 0
    turns: int = 0
    deaths: int = 0
    cuts: int = 0
    meetings: int = 0
    instances: int = 0
    machines: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    """Of this process's CPU."""


class Ground:
    """One database for many lives, one after the other: emptied in between, so that each finds it as the first did."""

    def __init__(self, engine: AsyncEngine, settings: Settings, filled: frozenset[str]) -> None:
        self.engine, self.settings, self._filled = engine, settings, filled

    @classmethod
    @asynccontextmanager
    async def made(cls, make_database: MakeDatabase, settings: Settings) -> AsyncIterator["Ground"]:
        url = await make_database()
        await _hasten(url)
        engine = make_engine(url, settings, name="simulation")
        _remember_statements(engine)
        try:
            yield cls(engine, settings, frozenset(await _filled(engine)))
        finally:
            await engine.dispose()

    async def forget(self) -> None:
        await self.engine.dispose()

    async def tidy(self) -> None:
        async with self.engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text("VACUUM (ANALYZE)"))

    async def empty(self) -> None:
        names = [name for name in await _filled(self.engine) if name not in self._filled]
        if names:
            async with self.engine.begin() as connection:
                await connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))


async def live(ground: Ground, seed: int, plan: Plan = SMALL) -> Lived:
    await ground.empty()
    simulation = Simulation(make_db(ground.engine), ground.settings, seed, plan, server=ground)
    lived, began = Lived(seed), time.process_time()
    try:
        lived.faults = await _judged(simulation)
    except Restless as error:
        lived.faults = [str(error)]
    except Exception as error:  # whatever broke, the seed is told
        lived.faults = ["".join(traceback.format_exception(error))]
    begun = simulation.began
    lived.hours = (simulation.clock.now() - begun).total_seconds() / 3600
    lived.turns, lived.deaths, lived.cuts = simulation.turns, simulation.deaths, simulation.cuts
    lived.meetings, lived.instances = simulation.meetings, len(simulation.users.launched)
    lived.machines = sum(len(cloud.world.rentals) for cloud in simulation.clouds.values())
    lived.happened = happened.happened(simulation)
    lived.seconds = time.process_time() - began
    return lived


async def _hasten(url: str) -> None:
    """Tables of a few rows are read by one plan as well as by another, and most of the work would be to think of it."""
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        name = await connection.fetchval("SELECT current_database()")
        for setting in ("jit = off", "plan_cache_mode = force_generic_plan"):
            await connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
    finally:
        await connection.close()


def _remember_statements(engine: AsyncEngine) -> None:
    """All that there are: a life uses more of them than a connection remembers, and would prepare them anew."""

    @event.listens_for(engine.sync_engine, "do_connect", insert=True)
    def _connect(_dialect: Any, _record: Any, _arguments: Any, options: Any) -> None:
        options |= {"prepared_statement_cache_size": STATEMENTS, "statement_cache_size": STATEMENTS}


async def _filled(engine: AsyncEngine) -> list[str]:
    """The tables that hold something."""
    async with engine.connect() as connection:
        names = (await connection.execute(_TABLES)).scalars().all()
        parts = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names]
        return list((await connection.execute(text(" UNION ALL ".join(parts)))).scalars())


async def _judged(simulation: Simulation) -> list[str]:
    await simulation.lives()
    await simulation.rests(lambda: judge.not_at_rest(simulation))
    if simulation.plan.rules:
        await simulation.prune(simulation.means)
    faults = await judge.at_rest(simulation)
    await simulation.users.destroy_all()
    await simulation.rests(lambda: judge.not_gone(simulation))
    faults += await judge.books(simulation)
    if simulation.plan.rules:
        await simulation.sweep()
        faults += await keeping.swept(simulation)
    return faults


def told(lived: Lived, how: str) -> str:
    """For whoever has to play it again."""
    lines = "\n  ".join(lived.faults)
    return f"seed {lived.seed} does not balance; again with: {how}\n  {lines}"


def sum_of(lives: Sequence[Lived]) -> str:
    """What several came to."""
    names = ("turns", "deaths", "cuts", "meetings", "instances", "machines")
    sums = [f"{sum(getattr(lived, name) for lived in lives)} {name}" for name in names]
    return f"{len(lives)} seeds from {lives[0].seed} on, {', '.join(sums)}, {sum(each.seconds for each in lives):.1f} s"


def drawn(count: int, first: int | None = None) -> list[int]:
    """Other seeds than those that CI has, if nobody says which."""
    if first is not None:
        return list(range(first, first + count))
    random = Random()
    return [random.randrange(10**9) for _ in range(count)]
