"""The door of agents: who is let in, what is written down, and what a heartbeat can't be made to do."""

import math
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text, update

from dumont.fleet.rentals import agent_tokens
from dumont.fleet.rules import idle
from dumont.fleet.store import beats
from dumont.fleet.tables import FleetAccount, FleetEvent, FleetInstance, FleetMinute, FleetRental
from dumont.platform.db import Db
from tests.fakes.clock import START
from tests.fleet.agents.conftest import GPU, Agent


def at(seconds: float) -> Any:
    return START + timedelta(seconds=seconds)


class TestDoor:
    @pytest.mark.parametrize("token", ["", "dag_short", "dmt_" + "x" * 43])
    async def test_refuses_what_can_be_no_token_without_asking_anybody(
        self, agent: Agent, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dumont.fleet.store.batches.take", None)
        agent.token = token
        assert (await agent.says()).status_code == 401

    async def test_refuses_a_token_that_no_rental_has_and_remembers_it(
        self, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent.token = agent_tokens.new()
        answer = await agent.says()
        assert (answer.status_code, answer.json()["code"]) == (401, "no_agent")
        monkeypatch.setattr("dumont.fleet.store.batches.take", None)
        assert (await agent.says()).status_code == 401

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b'{"version": "1"}',
            b'{"version": "1", "boot": "b", "seq": 1, "samples": []}',
            b'{"version": "1\\u0000", "boot": "b", "seq": 1, "samples": [{"at": "2026-01-05T12:00:00Z", "gpus": []}]}',
            b'{"version": "1", "boot": "b", "seq": 1, "samples": [{"at": "2026-01-05T12:00:00", "gpus": []}]}',
            b'{"version": "1", "boot": "b", "seq": 1, "samples": [{"at": "2026-01-05T12:00:00Z", "gpus": [], "x": 1}]}',
        ],
    )
    async def test_says_what_is_wrong_with_a_body(self, agent: Agent, body: bytes) -> None:
        headers = {"authorization": f"Bearer {agent.token}"}
        answer = await agent.client.post("/api/v1/agent/status", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    async def test_answers_with_what_the_agent_must_know(self, agent: Agent) -> None:
        await agent.changes(FleetInstance, hibernation={"processes": ["train.py"]})
        answer = await agent.beats()
        assert answer["watch"] == ["train.py"]
        assert (answer["commands"], answer["every_seconds"], answer["deadman_seconds"]) == ([], 10, 1800)

    async def test_tells_the_agent_of_a_rental_that_ended_to_shut_down(self, agent: Agent) -> None:
        await agent.beats()
        await agent.changes(FleetRental, stage="ended", ended_at=agent.clock.now(), why_ended="destroyed")
        first, second = await agent.beats(90), await agent.beats(90)
        assert [command["kind"] for command in first["commands"]] == ["shutdown"]
        assert first["commands"] == second["commands"], "one command, begun once"
        assert (await agent.beat()).received_at == at(10), "nothing is written of it any more"


class TestFirstCall:
    async def test_is_noted_at_its_rental_and_wakes_the_controller(self, agent: Agent) -> None:
        await agent.says(facts={"hostname": "box", "gpus": ["NVIDIA H100"], "driver": None})
        rental = await agent.rental()
        assert (rental.agent_at, rental.agent_facts) == (START, {"hostname": "box", "gpus": ["NVIDIA H100"]})
        assert (await agent.instance()).look_at == START

    async def test_has_the_cloud_of_a_machine_that_starts_asked_at_once(self, agent: Agent, db: Db) -> None:
        async def listed_at() -> datetime:
            async with db.begin() as tx:
                rental = await tx.get_one(FleetRental, agent.rental_id)
                return (await tx.get_one(FleetAccount, rental.account_id, populate_existing=True)).list_at

        async with db.begin() as tx:
            await tx.execute(update(FleetAccount).values(list_at=at(60)))
        await agent.says(facts={"hostname": "box"})
        assert await listed_at() == at(60), "of one that is ready nothing is to be asked"
        await agent.changes(FleetRental, stage="booting", agent_at=None)
        await agent.says(facts={"hostname": "box"})
        assert await listed_at() == START

    @pytest.mark.parametrize(
        ("before", "after"), [("booting", "ready"), ("running", "ready"), ("creating", "creating")]
    )
    async def test_makes_a_machine_ready_in_the_same_moment(self, agent: Agent, before: str, after: str) -> None:
        """But for one of which its cloud has not said yet that it made it: that is written by whoever asked for it."""
        await agent.changes(FleetRental, stage=before, agent_at=None, ready_at=None)
        await agent.says(facts={"hostname": "box"})
        rental = await agent.rental()
        assert (rental.stage, rental.ready_at) == (after, START if after == "ready" else None)

    async def test_makes_nothing_of_one_that_is_given_up(self, agent: Agent) -> None:
        await agent.changes(FleetRental, stage="booting", agent_at=None, ready_at=None, wanted="gone")
        await agent.says(facts={"hostname": "box"})
        assert ((await agent.rental()).stage, (await agent.rental()).agent_at) == ("booting", START)

    async def test_is_not_taken_for_another_when_it_is_repeated(self, agent: Agent) -> None:
        await agent.says(facts={"hostname": "box"})
        await agent.changes(FleetInstance, look_at=at(3600))
        agent.clock.advance(seconds=10)
        await agent.says(facts={"hostname": "box"})
        assert (await agent.rental()).agent_at == START
        assert (await agent.instance()).look_at == at(3600)


class TestQuiet:
    async def test_begins_with_the_first_quiet_beat(self, agent: Agent) -> None:
        await agent.beats(80)
        await agent.beats(0)
        await agent.beats(0)
        beat = await agent.beat()
        assert (beat.quiet_since, beat.idle_at, beat.used_at) == (at(20), at(200), at(10))
        assert beat.quiet[idle.SIGNALS.index("cpu")] == at(10)

    @pytest.mark.parametrize("busy", [{"gpu": 5.0}, {"gpu": None}, {"gpu": 0, "sessions": 1}, {"cpu_percent": None}])
    async def test_is_reset_by_one_busy_beat_or_unknown_one(self, agent: Agent, busy: dict[str, Any]) -> None:
        await agent.beats(0)
        await agent.beats(**busy)
        assert ((await agent.beat()).quiet_since, (await agent.beat()).idle_at) == (None, None)
        await agent.beats(0)
        assert (await agent.beat()).quiet_since == at(30)

    async def test_goes_by_our_clock_whatever_the_machine_says(self, agent: Agent) -> None:
        await agent.beats(0)
        for jump in (-10_000_000, 40_000_000):
            agent.clock.advance(seconds=10)
            await agent.says(agent.sample(0, age=jump))
        beat = await agent.beat()
        assert (beat.quiet_since, beat.received_at) == (at(10), at(30))

    async def test_begins_anew_after_a_silence(self, agent: Agent) -> None:
        await agent.beats(0)
        await agent.beats(0, after=30)
        assert (await agent.beat()).quiet_since == at(10)
        await agent.beats(0, after=31)
        assert (await agent.beat()).quiet_since == at(71)

    async def test_is_not_made_by_samples_that_were_kept(self, agent: Agent) -> None:
        await agent.beats(50)
        agent.clock.advance(seconds=600)
        await agent.says(*(agent.sample(0, age=age) for age in range(590, -1, -10)))
        assert (await agent.beat()).quiet_since == at(610)

    async def test_is_broken_by_a_busy_sample_among_those_that_were_kept(self, agent: Agent) -> None:
        await agent.beats(0)
        agent.clock.advance(seconds=20)
        await agent.says(agent.sample(90, age=10), agent.sample(0))
        assert (await agent.beat()).quiet_since == at(30)

    async def test_is_judged_by_the_instances_own_rule(self, agent: Agent) -> None:
        await agent.changes(FleetInstance, hibernation={"gpu_percent": 20, "idle_seconds": 60, "sessions": False})
        await agent.beats(19, sessions=2)
        assert (await agent.beat()).idle_at == at(70)

    async def test_is_forgotten_when_the_limits_change(self, agent: Agent) -> None:
        await agent.beats(19)
        await agent.beats(0)
        await agent.changes(FleetInstance, hibernation={"idle_seconds": 60})
        await agent.beats(0)
        assert ((await agent.beat()).quiet_since, (await agent.beat()).idle_at) == (at(20), at(80))
        await agent.changes(FleetInstance, hibernation={"gpu_percent": 1})
        await agent.beats(0)
        assert (await agent.beat()).quiet_since is None
        await agent.beats(0)
        assert (await agent.beat()).quiet_since == at(50)

    async def test_is_what_the_rule_says_for_any_story(self, agent: Agent) -> None:
        """The statement and the rule, side by side: sixty beats of chance."""
        random, last = Random(7), None
        since: list[Any] = [None] * len(idle.SIGNALS)
        for _ in range(60):
            pause = random.choice((1, 10, 10, 10, 29, 45))
            given: dict[str, Any] = {
                "gpu": random.choice((0.0, 4.9, 0.0, 5.0, 90.0, None)),
                "cpu_percent": random.choice((0.0, 30.0, 30.1, None)),
                "net_in_mbps": random.choice((0.0, 20.0, 21.0)),
                "notebooks": random.choice((0, 0, 0, 1)),
            }
            await agent.beats(after=pause, **given)
            beat = await agent.beat()
            now, steady = agent.clock.now(), last is not None and pause <= 30
            values = idle.values(agent.sample(**given))
            since = [
                ((before if steady and before else now) if idle.is_quiet(value, limit) else None)
                for before, value, limit in zip(since, values, beat.limits, strict=True)
            ]
            last = now
            assert beat.quiet == since
            assert beat.quiet_since == (max(each for each in since if each) if None not in since else None)


class TestRepeats:
    async def test_change_nothing(self, agent: Agent) -> None:
        await agent.beats(0)
        agent.clock.advance(seconds=10)
        agent.seq -= 1
        assert (await agent.says(agent.sample(90))).status_code == 200
        beat = await agent.beat()
        assert (beat.received_at, beat.quiet_since, beat.sums[0]) == (at(10), at(10), 1)

    async def test_are_told_from_a_new_start_of_the_agent(self, agent: Agent) -> None:
        await agent.beats(0)
        agent.boot, agent.seq = "second", 0
        await agent.beats(0)
        beat = await agent.beat()
        assert (beat.boot, beat.seq, beat.quiet_since) == ("second", 1, at(10))


class TestMinutes:
    async def minutes(self, db: Db) -> dict[Any, FleetMinute]:
        async with db.begin() as tx:
            return {row.minute: row for row in (await tx.execute(select(FleetMinute))).scalars()}

    async def test_are_sums_of_their_beats(self, agent: Agent, db: Db) -> None:
        for gpu in (10, 20, 30, 40, None, 60):
            await agent.beats(gpu, cpu_percent=50.0)
        found = (await self.minutes(db))[START]
        assert (found.samples, found.gpu_samples, found.gpu_sum, found.gpu_max) == (5, 4, 100, 40)
        assert (found.cpu_sum, found.gpu_memory_sum, found.temperature_max) == (250, 40, 41)
        assert (await agent.beat()).sums[:4] == [1, 1, 60, 60]

    async def test_hold_what_came_in_late_where_it_belongs(self, agent: Agent, db: Db) -> None:
        await agent.beats(10)
        agent.clock.advance(minutes=5)
        kept = [agent.sample(20, age=age) for age in (270, 250, 130, 10)]
        odd = [agent.sample(99, age=-5000), agent.sample(99, age=9_000_000)]
        await agent.says(*kept, *odd, agent.sample(30))
        found = {(minute - START).total_seconds() / 60: row.gpu_sum for minute, row in (await self.minutes(db)).items()}
        assert found == {0: 30, 1: 20, 3: 20, 5: 20}
        await agent.beats(0, after=60)
        assert (await self.minutes(db))[at(300)].gpu_sum == 50

    async def test_say_nothing_of_a_temperature_that_nobody_told(self, agent: Agent, db: Db) -> None:
        await agent.beats(gpus=[{**GPU, "temperature_c": None}])
        await agent.beats(0, after=60)
        assert (await self.minutes(db))[START].temperature_max is None


NOTICE = {"id": "n1", "source": "aws", "at": "2026-01-05T12:00:00Z", "ends_at": "2026-01-05T12:02:00Z"}


class TestNotice:
    async def test_is_noted_once_and_wakes_the_controller(self, agent: Agent, db: Db) -> None:
        await agent.says()
        await agent.changes(FleetInstance, look_at=at(3600))
        await agent.says(notices=[NOTICE])
        await agent.says(notices=[NOTICE])
        beat = await agent.beat()
        assert beat.notice is not None
        assert beat.notice["ends_at"] == NOTICE["ends_at"]
        assert (await agent.instance()).look_at == START
        async with db.begin() as tx:
            events = (await tx.execute(select(FleetEvent).where(FleetEvent.kind == "warning"))).scalars().all()
        assert [event.who for event in events] == ["provider"]


class TestSamples:
    async def shown(self, db: Db) -> int:
        async with db.begin() as tx:
            return int(
                (await tx.execute(text("SELECT count(*) FROM events WHERE kind = 'fleet.sampled'"))).scalar_one()
            )

    async def test_are_shown_live_only_while_somebody_looks(self, agent: Agent, db: Db) -> None:
        await agent.beats(0)
        await agent.beats(0)
        assert await self.shown(db) == 0
        async with db.begin() as tx:
            await beats.watch(tx, agent.instance_id, 90)
        await agent.beats(0)
        assert await self.shown(db) == 1
        async with db.begin() as tx:
            await tx.execute(text("UPDATE fleet_beats SET watched_until = now() - interval '1 second'"))
        await agent.beats(0)
        assert await self.shown(db) == 1


def test_nan_is_above_every_number_here_as_in_the_database() -> None:
    assert not idle.is_quiet(math.nan, 1e300)
    assert idle.is_quiet(math.nan, math.nan)
