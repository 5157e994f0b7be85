"""What machines saved while nobody could be asked: when the store is asked for it."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select

from dumont.basics.errors import Unavailable
from dumont.fleet.agents import finding
from dumont.fleet.means import Means
from dumont.fleet.tables import FleetDrop, FleetInstance, FleetRental
from dumont.platform.db import Db
from dumont.snapshots import dropping
from dumont.snapshots.dropping import Book
from dumont.snapshots.tables import Snapshot
from tests.fleet.agents.conftest import Agent

DROP = UUID(int=5)


class Away:
    """A store that does not answer, and counts how often it was asked."""

    asked = 0

    def blobs(self, _repository: UUID) -> "Away":
        return self

    def get(self, _name: str) -> bytes:
        self.asked += 1
        raise Unavailable("The store is away.", code="store_away", hint="")


@pytest.fixture
async def doubted(agent: Agent, db: Db) -> Agent:
    """A machine that has ended, and may have saved its work before."""
    now = agent.clock.now()
    await agent.changes(FleetRental, stage="ended", wanted="gone", ended_at=now, why_ended="interrupted")
    moments: dict[str, Any] = {"created_at": now, "lent_at": now, "renew_at": now, "look_at": now}
    async with db.begin() as tx:
        tx.add(FleetDrop(id=DROP, rental_id=agent.rental_id, instance_id=agent.instance_id, state="lent", **moments))
    return agent


class TestADropOfADestroyedInstance:
    @pytest.mark.parametrize("kept", [True, False])
    async def test_is_kept_or_goes_as_the_others_did(
        self, doubted: Agent, means: Means, db: Db, *, kept: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book = Book("ab" * 32, None, {}, {})
        monkeypatch.setattr(dropping, "find", lambda *_: book)
        monkeypatch.setattr(dropping, "move", lambda *_: None)
        over = {"state": "destroyed", "destroyed_at": doubted.clock.now(), "keep_snapshot": kept}
        await doubted.changes(FleetInstance, **over)
        await finding.turn(means, cast(Any, Away()))
        async with db.begin() as tx:
            (snapshot,) = (await tx.execute(select(Snapshot))).scalars()
        assert snapshot.state == "verifying"
        assert (snapshot.left_at is not None, snapshot.deleted_by) == (kept, None if kept else "person")


class TestADropThatIsDoubted:
    async def test_is_looked_for_again_only_after_a_while(self, doubted: Agent, means: Means) -> None:
        store = Away()
        for _ in range(3):
            await finding.turn(means, cast(Any, store))
        assert store.asked == 1
        doubted.clock.advance(seconds=(finding.AGAIN + timedelta(seconds=1)).total_seconds())
        await finding.turn(means, cast(Any, store))
        assert store.asked == 2
