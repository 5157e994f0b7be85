"""What requests left behind is forgotten in time, and not before."""

from uuid import UUID

import pytest
from sqlalchemy import text

from dumont.basics.clock import Clock
from dumont.platform.db import Db
from dumont.platform.http.buckets import Bucket, Buckets
from dumont.platform.http.prune import Forgotten, prune_requests
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.run import FakeRun

INSERT = text("INSERT INTO idempotent_answers (owner_id, key, request_hash, answer, at) VALUES (:me, 'k', '', '', :at)")


@pytest.fixture
def run(db: Db, clock: FakeClock, settings: Settings) -> FakeRun:
    parts = Parts()
    parts.put(Db, db)
    parts.put(Clock, clock)
    parts.put(Settings, settings)
    return FakeRun(parts)


class TestPruneRequests:
    async def test_forgets_answers_and_attempts_after_a_day(self, run: FakeRun, db: Db, clock: FakeClock) -> None:
        for number in (1, 2):
            await Buckets(db).take([Bucket(f"b{number}", 2, 60)], clock.now())
            async with db.begin() as tx:
                await tx.execute(INSERT, {"me": UUID(int=number), "at": clock.now()})
            clock.advance(hours=24)
        assert await prune_requests(run, NoArgs()) == Forgotten(answers=1, attempts=1)
        assert await prune_requests(run, NoArgs()) == Forgotten(answers=0, attempts=0)
