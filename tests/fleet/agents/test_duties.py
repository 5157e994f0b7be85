"""What recurs: waking the controllers of idle instances, noticing silent agents, telling reliability."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text

from dumont.fleet import thinking
from dumont.fleet.agents import dozing, listening, telling
from dumont.fleet.agents.listening import Listening
from dumont.fleet.events import IdleSoon, Unused
from dumont.fleet.instances import host_keys, idle
from dumont.fleet.means import Means
from dumont.fleet.tables import FleetBeat, FleetEvent, FleetInstance, FleetMinute, FleetRental
from dumont.platform.db import Db
from tests.fakes.clock import START
from tests.fleet.agents.conftest import Agent

FAR = START + timedelta(days=1)
SILENT, BACK = ("warning", "agent_silent"), ("rental", "agent_back")


async def doze(agent: Agent, means: Means) -> bool:
    """Whether its controller is woken."""
    await agent.changes(FleetInstance, look_at=FAR)
    await dozing.turn(means)
    return bool((await agent.instance()).look_at == agent.clock.now())


@pytest.fixture
async def quiet(agent: Agent) -> Agent:
    """Used long ago, and quiet for two minutes."""
    await agent.changes(FleetInstance, awake_since=START - timedelta(hours=1))
    await agent.beats(80)
    for _ in range(13):
        await agent.beats(0)
    return agent


class TestDozing:
    async def test_wakes_the_controller_when_it_is_to_warn_and_when_it_is_to_act(
        self, quiet: Agent, means: Means
    ) -> None:
        assert await doze(quiet, means)
        await quiet.changes(FleetInstance, warned_at=quiet.clock.now())
        assert not await doze(quiet, means)
        for _ in range(6):
            await quiet.beats(0)
        assert await doze(quiet, means)

    async def test_notices_it_within_a_heartbeat(self, agent: Agent, means: Means) -> None:
        await agent.changes(FleetInstance, awake_since=START - timedelta(hours=1), hibernation={"warn_seconds": 0})
        await agent.beats(80)
        due = agent.clock.now() + timedelta(seconds=10 + 180)
        woken = False
        while not woken and agent.clock.now() < due + timedelta(minutes=5):
            await agent.beats(0, after=10)
            woken = await doze(agent, means)
        assert timedelta(0) <= agent.clock.now() - due <= timedelta(seconds=10)

    @pytest.mark.parametrize(
        "given",
        [
            {"hibernation": {"enabled": False}},
            {"hibernation": {"grace_seconds": 86400}},
            {"keep_awake_until": FAR},
            {"awake_since": START + timedelta(seconds=20)},
            {"saving_id": "018c9f00-0000-7000-8000-000000000001"},
            {"wish": "destroyed"},
            {"state": "hibernating"},
        ],
    )
    async def test_lets_sleep_be_where_it_may_not_come(self, quiet: Agent, means: Means, given: dict[str, Any]) -> None:
        await quiet.changes(FleetInstance, **given)
        assert not await doze(quiet, means)

    async def test_takes_an_agent_that_has_gone_silent_for_busy(self, quiet: Agent, means: Means) -> None:
        quiet.clock.advance(seconds=90)
        assert not await doze(quiet, means)

    async def test_agrees_with_the_rule_that_the_controller_follows(self, quiet: Agent, means: Means) -> None:
        found = idle.of(await quiet.instance(), await quiet.beat(), means.settings)
        assert idle.verdict(found, quiet.clock.now()).act == "warn"


class TestWarning:
    async def test_is_told_with_its_moment(self, quiet: Agent, means: Means, db: Db) -> None:
        async with db.begin() as tx:
            instance = await tx.get_one(FleetInstance, quiet.instance_id)
            await idle.warn(means.work(tx), instance, quiet.clock.now() + timedelta(seconds=60))
            rows = (
                await tx.execute(text("SELECT payload FROM events WHERE kind = :kind"), {"kind": IdleSoon.kind})
            ).all()
            event = (await tx.execute(select(FleetEvent))).scalar_one()
        assert rows[0][0]["name"] == instance.name
        assert (event.kind, event.who, event.why) == ("warning", "idle", "Idle: it will be hibernated in 60 s.")
        assert (await quiet.instance()).warned_at == quiet.clock.now()

    async def test_that_nobody_uses_it_goes_to_whoever_listens(self, quiet: Agent, means: Means, db: Db) -> None:
        async with db.begin() as tx:
            instance = await tx.get_one(FleetInstance, quiet.instance_id)
            await idle.tell_unused(means.work(tx), instance)
            told = (
                await tx.execute(text("SELECT payload FROM events WHERE kind = :kind"), {"kind": Unused.kind})
            ).all()
        assert [row[0]["name"] for row in told] == [instance.name]


class TestSilence:
    async def test_is_noticed_once_and_wakes_the_controller(self, quiet: Agent, means: Means) -> None:
        quiet.clock.advance(seconds=30)
        await quiet.changes(FleetInstance, look_at=FAR)
        await listening.turn(means)
        assert (await quiet.instance()).look_at == FAR
        quiet.clock.advance(seconds=1)
        await listening.turn(means)
        assert (await quiet.instance()).look_at == quiet.clock.now()
        beat = await quiet.beat()
        assert (beat.lost_at, beat.quiet_since, beat.idle_at) == (quiet.clock.now(), None, None)
        await quiet.changes(FleetInstance, look_at=FAR)
        await listening.turn(means)
        assert (await quiet.instance()).look_at == FAR

    async def test_is_over_with_the_next_beat(self, quiet: Agent, means: Means) -> None:
        quiet.clock.advance(seconds=40)
        await listening.turn(means)
        await quiet.beats(0)
        beat = await quiet.beat()
        assert (beat.lost_at, beat.quiet_since) == (None, quiet.clock.now())

    async def test_counts_from_when_this_worker_could_hear(self, quiet: Agent, means: Means) -> None:
        quiet.clock.advance(hours=1)
        ears = Listening()
        for seconds in (0, 10, 10, 10):
            quiet.clock.advance(seconds=seconds)
            await ears.turn(means)
            assert (await quiet.beat()).lost_at is None
        quiet.clock.advance(seconds=1)
        await ears.turn(means)
        assert (await quiet.beat()).lost_at == quiet.clock.now()

    async def test_begins_anew_after_a_time_in_which_nobody_was_heard(self, quiet: Agent, means: Means) -> None:
        """As of a computer that slept, or a database that was away."""
        ears = Listening()
        await ears.turn(means)
        quiet.clock.advance(seconds=300)
        for seconds, lost in ((0, False), (15, False), (15, False), (1, True)):
            quiet.clock.advance(seconds=seconds)
            await ears.turn(means)
            assert ((await quiet.beat()).lost_at is not None) == lost

    async def test_can_be_told_from_the_rental_of_a_second_machine(self, agent: Agent, means: Means) -> None:
        await agent.changes(FleetRental, role="standby")
        await agent.beats()
        await listening.turn(means)
        assert (await agent.rental()).beat_at == agent.clock.now()


class TestBeingSilent:
    """As its owner reads it."""

    @pytest.fixture(autouse=True)
    async def _ready(self, agent: Agent, means: Means) -> None:
        private, _ = host_keys.make()
        key = means.vault.seal(private, host_keys.place(agent.instance_id))
        await agent.changes(FleetInstance, host_key_sealed=key, look_at=START)

    async def told(self, agent: Agent, means: Means, ears: Listening | None = None) -> list[tuple[str, str]]:
        """The oldest first."""
        for _ in range(3):
            await (ears.turn(means) if ears is not None else listening.turn(means))
            await thinking.turn(means)
        async with means.db.begin() as tx:
            found = (await tx.execute(select(FleetEvent).order_by(FleetEvent.at, FleetEvent.id))).scalars()
            return [(each.kind, each.details["code"]) for each in found if "code" in each.details]

    async def test_is_told_once_and_so_is_that_it_is_over(self, agent: Agent, means: Means) -> None:
        await agent.beats()
        assert await self.told(agent, means) == []
        for _ in range(3):
            agent.clock.advance(seconds=31)
            assert await self.told(agent, means) == [SILENT]
        await agent.beats()
        await agent.beats()
        assert await self.told(agent, means) == [SILENT, BACK]
        agent.clock.advance(seconds=31)
        assert await self.told(agent, means) == [SILENT, BACK, SILENT]

    async def test_is_not_told_where_the_server_itself_was_away(self, agent: Agent, means: Means) -> None:
        await agent.beats()
        agent.clock.advance(seconds=60)
        ears = Listening()
        assert await self.told(agent, means, ears) == []
        await agent.beats(after=5)
        assert await self.told(agent, means, ears) == []


class TestTelling:
    async def days(self, db: Db) -> list[tuple[float, float, int, int]]:
        async with db.begin() as tx:
            columns = "observed_seconds, uptime_seconds, rentals, interruptions"
            rows = await tx.execute(text(f"SELECT {columns} FROM reliability_days"))
            return [tuple(row) for row in rows]

    async def test_tells_each_minute_once(self, agent: Agent, means: Means, db: Db) -> None:
        for _ in range(6 * 12):
            await agent.beats(90)
        for _ in range(3):
            await telling.turn(means)
        assert await self.days(db) == [(660, 660, 0, 0)]

    async def test_tells_of_minutes_in_which_nothing_was_heard(self, agent: Agent, means: Means, db: Db) -> None:
        for _ in range(5):
            await agent.beats(90)
        await agent.beats(90, after=610)
        await telling.turn(means)
        ((observed, up, _, _),) = await self.days(db)
        assert (observed, up) == (600, 60)

    async def test_tells_who_ended_a_rental_and_keeps_its_minutes(self, agent: Agent, means: Means, db: Db) -> None:
        await agent.beats(90)
        await agent.changes(FleetRental, stage="ended", ended_at=agent.clock.now(), why_ended="interrupted")
        for _ in range(2):
            await telling.turn(means)
        assert await self.days(db) == [(60, 60, 1, 1)]
        async with db.begin() as tx:
            assert (await tx.execute(select(FleetMinute.samples))).scalars().all() == [1]
            assert (await tx.execute(select(FleetBeat))).scalars().all() == []

    async def test_tells_prometheus_what_is_held(self, agent: Agent, means: Means) -> None:
        rental = await agent.rental()
        await telling.turn(means)
        told = {"provider": rental.provider, "stage": rental.stage}
        assert REGISTRY.get_sample_value("dumont_fleet_rentals", told) == 1
        await agent.changes(FleetRental, stage="ended", ended_at=agent.clock.now(), why_ended="destroyed")
        await telling.turn(means)
        assert REGISTRY.get_sample_value("dumont_fleet_rentals", told) == 0

    async def test_says_nothing_against_the_loser_of_a_race(self, agent: Agent, means: Means, db: Db) -> None:
        await agent.beats(90)
        await agent.changes(FleetRental, stage="ended", ended_at=agent.clock.now(), why_ended="lost_race")
        await telling.turn(means)
        assert [row[2:] for row in await self.days(db)] == [(0, 0)]
