"""What machines saved while nobody could be asked: when the store is asked for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select, update

from dumont.basics.errors import Unavailable
from dumont.fleet.agents import finding, telling
from dumont.fleet.means import Means
from dumont.fleet.tables import FleetDrop, FleetEvent, FleetInstance, FleetRental
from dumont.platform.db import Db
from dumont.snapshots import dropping
from dumont.snapshots.dropping import Book
from dumont.snapshots.tables import Snapshot
from tests.fleet.agents.conftest import Agent

DROP = UUID(int=5)


class Away:
    """A store that does not answer, and counts how often it was asked."""

    asked = 0

    def list(self, _prefix: str) -> list[str]:
        return []

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
    await lend(agent, db)
    return agent


async def lend(agent: Agent, db: Db) -> None:
    now = agent.clock.now()
    moments: dict[str, Any] = {"created_at": now, "lent_at": now, "renew_at": now, "look_at": now}
    async with db.begin() as tx:
        tx.add(FleetDrop(id=DROP, rental_id=agent.rental_id, instance_id=agent.instance_id, state="lent", **moments))


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


@dataclass
class Found:
    """Finds a drop that its machine says it began at a moment, until the fleet has told of it."""

    agent: Agent
    means: Means
    db: Db
    patch: pytest.MonkeyPatch

    async def of(self, began: datetime) -> Snapshot:
        self.patch.setattr(dropping, "find", lambda *_: Book("ab" * 32, began, {}, {}))
        self.patch.setattr(dropping, "move", lambda *_: None)
        await finding.turn(self.means, cast(Any, Away()))
        async with self.db.begin() as tx:
            await tx.execute(update(Snapshot).values(state="complete", completed_at=self.agent.clock.now()))
        self.agent.clock.advance(seconds=20)
        await finding.turn(self.means, cast(Any, Away()))
        async with self.db.begin() as tx:
            return (await tx.execute(select(Snapshot))).scalar_one()

    async def said(self) -> list[str]:
        async with self.db.begin() as tx:
            return list((await tx.execute(select(FleetEvent.why).where(FleetEvent.kind == "snapshot"))).scalars())


class TestADropOfAMachineWhoseClockIsWrong:
    @pytest.fixture
    def found(self, agent: Agent, means: Means, db: Db, monkeypatch: pytest.MonkeyPatch) -> Found:
        return Found(agent, means, db, monkeypatch)

    @pytest.mark.parametrize("fast", [timedelta(0), timedelta(hours=-2), timedelta(hours=2)])
    async def test_is_newer_than_what_was_saved_while_it_called(
        self, agent: Agent, found: Found, means: Means, db: Db, *, fast: timedelta
    ) -> None:
        await lend(agent, db)
        await agent.beats(after=600)
        heard = agent.clock.now()
        agent.clock.advance(seconds=1200)
        over = agent.clock.now()
        await agent.changes(FleetInstance, state="interrupted", snapshot_at=heard - timedelta(seconds=10))
        await agent.changes(FleetRental, stage="ended", wanted="gone", ended_at=over, why_ended="interrupted")
        await telling.turn(means)
        agent.clock.advance(seconds=600)
        snapshot = await found.of(heard + timedelta(seconds=300) + fast)
        assert heard <= snapshot.created_at <= over
        assert (await agent.instance()).snapshot_id == snapshot.id

    @pytest.mark.parametrize("fast", [timedelta(0), timedelta(hours=-2), timedelta(hours=2)])
    async def test_of_one_that_came_back_is_of_when_it_was_taken(
        self, agent: Agent, found: Found, db: Db, *, fast: timedelta
    ) -> None:
        await lend(agent, db)
        agent.clock.advance(seconds=3600)
        taken = agent.clock.now() - timedelta(seconds=600)
        await agent.says({**agent.sample(), "at": (agent.clock.now() + fast).isoformat()}, facts={"dropped": DROP.hex})
        await agent.changes(FleetInstance, snapshot_id=UUID(int=9), snapshot_at=agent.clock.now())
        snapshot = await found.of(taken + fast)
        assert snapshot.created_at == taken
        assert (await agent.instance()).snapshot_id == UUID(int=9)
        assert ["is older than the newest snapshot" in said for said in await found.said()] == [True]


class TestADropThatIsDoubted:
    async def test_is_looked_for_again_only_after_a_while(self, doubted: Agent, means: Means) -> None:
        store = Away()
        for _ in range(3):
            await finding.turn(means, cast(Any, store))
        assert store.asked == 1
        doubted.clock.advance(seconds=(finding.AGAIN + timedelta(seconds=1)).total_seconds())
        await finding.turn(means, cast(Any, store))
        assert store.asked == 2
