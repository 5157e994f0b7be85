"""Turns at a cloud: never faster than its policy, whoever asks and from wherever, and no slower than needed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.platform.db import Db
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from dumont.providers.errors import RateLimited
from dumont.providers.limiting import LocalLimiter, Turn, turn
from dumont.providers.limits import Every, Left, Limiter
from dumont.providers.shared import SharedLimiter

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Moment:
    """One moment for all; each task that sleeps only notes until when."""

    def __init__(self) -> None:
        self.at = START
        self.begun: list[datetime] = []

    def clock(self) -> "TaskClock":
        return TaskClock(self)


class TaskClock:
    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.slept = 0.0

    def now(self) -> datetime:
        return self._moment.at

    async def sleep(self, seconds: float) -> None:
        self.slept = seconds


Make = Callable[[TaskClock], Limiter]


async def take(moment: Moment, make: Make, policy: Every, *, most: float = 1e6, account: str = "a") -> float:
    """How long the call had to wait; when it began is noted."""
    clock = moment.clock()
    await make(clock).take(account, policy, wait_seconds_max=most)
    moment.begun.append(moment.at + timedelta(seconds=clock.slept))
    return clock.slept


def too_close(begun: list[datetime], policy: Every) -> list[float]:
    """Calls that came sooner after the one `burst` before them than the policy allows."""
    begun = sorted(begun)
    gaps = [(later - earlier).total_seconds() for earlier, later in zip(begun, begun[policy.burst :], strict=False)]
    return [gap for gap in gaps if gap < policy.seconds - 1e-4]


@pytest.fixture
async def two_databases(fresh_database_url: str, settings: Settings) -> AsyncIterator[tuple[Db, Db]]:
    """Two pools of connections to one database, as two processes have."""
    engines = [make_engine(fresh_database_url, settings, name=f"limits-{i}") for i in range(2)]
    yield make_db(engines[0]), make_db(engines[1])
    for engine in engines:
        await engine.dispose()


@pytest.fixture(params=["local", "shared"])
def make(request: pytest.FixtureRequest, two_databases: tuple[Db, Db]) -> Make:
    if request.param == "shared":
        turns = iter(range(10**6))
        return lambda clock: SharedLimiter(two_databases[next(turns) % 2], clock)
    kept: list[LocalLimiter] = []
    return lambda clock: _local(kept, clock)


def _local(kept: list[LocalLimiter], clock: TaskClock) -> LocalLimiter:
    """The same limiter for all, which sleeps on the clock of whoever asks."""
    limiter = LocalLimiter(clock)
    if kept:
        limiter.__dict__.update({**kept[0].__dict__, "_clock": clock})
    else:
        kept.append(limiter)
    return limiter


class TestArithmetic:
    @given(
        steps=st.lists(st.floats(0, 20), min_size=1, max_size=60),
        seconds=st.floats(0.1, 10),
        burst=st.integers(1, 5),
        held=st.floats(0, 50),
    )
    def test_is_never_faster_than_the_policy(self, steps: list[float], seconds: float, burst: int, held: float) -> None:
        policy, now, last = Every("x", seconds, burst), START, None
        begun, hold = [], START + timedelta(seconds=held)
        for step in steps:
            now += timedelta(seconds=step)
            last = turn(now, last, hold, policy)
            begun.append(last.at)
        assert too_close(begun, policy) == []
        assert begun == sorted(begun)
        assert min(begun) >= hold

    def test_lets_a_burst_in_at_once_and_the_rest_evenly(self) -> None:
        policy, last, waits = Every("x", 10, burst=3), None, []
        for _ in range(6):
            last = turn(START, last, None, policy)
            waits.append((last.at - START).total_seconds())
        assert waits == [0, 0, 0, 10, 20, 30]

    def test_starts_anew_after_a_rest(self) -> None:
        policy = Every("x", 10, burst=2)
        last: Turn | None = None
        for _ in range(5):
            last = turn(START, last, None, policy)
        later = START + timedelta(seconds=1000)
        assert turn(later, turn(later, last, None, policy), None, policy).at == later


class TestLimiter:
    @pytest.mark.parametrize("burst", [1, 3])
    async def test_keeps_to_the_policy_over_many_tasks_and_processes(self, make: Make, burst: int) -> None:
        policy, moment, random = Every("create", 4.5, burst), Moment(), Random(burst)
        for _ in range(5):
            await asyncio.gather(*[take(moment, make, policy) for _ in range(random.randint(1, 8))])
            moment.at += timedelta(seconds=random.uniform(0, 30))
        assert len(moment.begun) > 10
        assert too_close(moment.begun, policy) == []

    async def test_loses_no_turn_either(self, make: Make) -> None:
        moment = Moment()
        waits = await asyncio.gather(*[take(moment, make, Every("x", 2)) for _ in range(8)])
        assert sorted(waits) == [0, 2, 4, 6, 8, 10, 12, 14]

    async def test_refuses_at_once_what_would_wait_too_long_and_takes_no_turn_for_it(self, make: Make) -> None:
        moment, policy = Moment(), Every("x", 20)
        await take(moment, make, policy)
        for _ in range(3):
            with pytest.raises(RateLimited) as told:
                await take(moment, make, policy, most=10)
            assert told.value.retry_seconds == pytest.approx(20)
        assert await take(moment, make, policy, most=30) == 20

    async def test_holds_a_group_and_no_other(self, make: Make) -> None:
        moment = Moment()
        await make(moment.clock()).hold("a", "x", 60)
        await make(moment.clock()).hold("a", "x", 30)
        assert await take(moment, make, Every("x", 1)) == 60
        assert await take(moment, make, Every("y", 1)) == 0
        assert await take(moment, make, Every("x", 1), account="b") == 0

    async def test_holds_the_whole_account_when_a_window_is_used_up(self, make: Make) -> None:
        moment = Moment()
        await make(moment.clock()).learn("a", [Left("minute", 0, 42), Left("hour", 2000, 1800)])
        assert await take(moment, make, Every("x", 1)) == 42
        assert await take(moment, make, Every("y", 1)) == 42
        with pytest.raises(RateLimited):
            await take(moment, make, Every("z", 1), most=10)

    async def test_slows_down_before_a_window_is_used_up(self, make: Make) -> None:
        moment = Moment()
        await make(moment.clock()).learn("a", [Left("minute", 5, 30)])
        assert await take(moment, make, Every("x", 1)) == pytest.approx(5)

    async def test_shows_what_it_waits_for(self, make: Make) -> None:
        moment = Moment()
        await take(moment, make, Every("x", 7))
        await make(moment.clock()).hold("a", "y", 3)
        assert await make(moment.clock()).state("a") == {"x": 7, "y": 3}
        moment.at += timedelta(seconds=100)
        assert await make(moment.clock()).state("a") == {"x": 0, "y": 0}
