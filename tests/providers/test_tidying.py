"""Rows of turns at clouds are forgotten when they tell nothing any more."""

from datetime import UTC, datetime, timedelta

from dumont.platform.db import Db
from dumont.providers.limits import Every
from dumont.providers.shared import SharedLimiter
from dumont.providers.tidying import forget
from tests.fakes.clock import FakeClock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = Every("read", seconds=1.0, burst=2)


class TestTidying:
    async def test_forgets_what_let_a_call_in_long_ago_and_holds_nothing_up(self, db: Db) -> None:
        clock = FakeClock(START)
        limiter = SharedLimiter(db, clock)
        await limiter.take("gone", POLICY, wait_seconds_max=0)
        await limiter.hold("gone", "window:day", 3600)
        await limiter.hold("held", "write", 10 * 86400)
        clock.advance(hours=20)
        await limiter.take("used", POLICY, wait_seconds_max=0)
        clock.advance(hours=8)
        async with db.begin() as tx:
            assert await forget(tx, clock.now()) == 2
        known = {account: dict(await limiter.state(account)) for account in ("gone", "used", "held")}
        assert known == {
            "gone": {},
            "used": {"read": 0.0},
            "held": {"write": timedelta(days=10, hours=-28).total_seconds()},
        }

    async def test_changes_nothing_for_whoever_comes_back(self, db: Db) -> None:
        clock = FakeClock(START)
        limiter = SharedLimiter(db, clock)
        for _ in range(2):
            for _ in range(2):
                await limiter.take("a", POLICY, wait_seconds_max=0)
            clock.advance(days=2)
            async with db.begin() as tx:
                assert await forget(tx, clock.now()) == 1
