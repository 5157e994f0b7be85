"""Why an instance is awake, and how busy it was, as its owner is told."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from dumont.fleet.tables import FleetInstance
from tests.build.accounts import Person
from tests.fakes.clock import START
from tests.fleet.agents.conftest import Agent


@pytest.fixture
async def ada(agent: Agent) -> Person:
    """Whose the instance is."""
    agent.client.base_url = httpx.URL("http://dumont.test/api/v1")
    person = await Person.joins(agent.client, "ada@example.com")
    await agent.changes(FleetInstance, owner_id=UUID(await person.id()), awake_since=START - timedelta(hours=1))
    return person


async def why(person: Person, agent: Agent) -> dict[str, Any]:
    found: dict[str, Any] = await person.gets(f"/instances/{agent.instance_id}/why-awake")
    return found


def signal(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["signals"] if each["signal"] == name)


class TestWhyAwake:
    async def test_names_what_is_busy(self, ada: Person, agent: Agent) -> None:
        await agent.beats(93, sessions=None)
        found = await why(ada, agent)
        assert found["summary"] == "It is busy: a GPU computes, sessions is not known."
        assert (found["why"], found["next"], found["next_at"], found["armed"]) == ("busy", "nothing", None, True)
        gpu, login = signal(found, "gpu"), signal(found, "sessions")
        assert (gpu["value"], gpu["threshold"], gpu["unit"], gpu["busy"], gpu["seconds"]) == (93, 5, "%", True, None)
        assert (login["value"], login["busy"]) == (None, True)
        assert not signal(found, "process")["looked_at"]

    async def test_says_what_comes_next_and_when(self, ada: Person, agent: Agent) -> None:
        await agent.beats(93)
        await agent.beats(0)
        agent.clock.advance(seconds=5)
        found = await why(ada, agent)
        assert (found["why"], found["next"]) == ("quiet", "warn")
        assert found["next_at"] == "2026-01-05T12:02:20Z"
        assert found["hibernates_at"] == "2026-01-05T12:03:20Z"
        assert signal(found, "gpu")["seconds"] == 5
        await agent.changes(FleetInstance, warned_at=agent.clock.now())
        assert (await why(ada, agent))["next"] == "hibernate"

    async def test_waits_for_the_first_use(self, ada: Person, agent: Agent) -> None:
        await agent.beats(0)
        found = await why(ada, agent)
        assert (found["why"], found["armed"], found["next"]) == ("unused", False, "nothing")

    async def test_knows_nothing_of_an_agent_that_is_silent(self, ada: Person, agent: Agent) -> None:
        assert (await why(ada, agent))["why"] == "unknown"
        await agent.beats(93)
        agent.clock.advance(minutes=2)
        found = await why(ada, agent)
        assert found["why"] == "unknown"
        assert {each["value"] for each in found["signals"]} == {None}

    @pytest.mark.parametrize(
        ("given", "code", "following"),
        [
            ({"hibernation": {"enabled": False}}, "off", "nothing"),
            ({"hibernation": {"dry_run": True}}, "quiet", "dry_run"),
            ({"keep_awake_until": START + timedelta(hours=1)}, "kept_awake", "warn"),
            ({"awake_since": START}, "grace", "warn"),
            ({"state": "hibernating"}, "quiet", "nothing"),
        ],
    )
    async def test_knows_what_holds_it_up(
        self, ada: Person, agent: Agent, given: dict[str, Any], code: str, following: str
    ) -> None:
        await agent.changes(FleetInstance, **given)
        await agent.beats(93)
        await agent.beats(0)
        found = await why(ada, agent)
        assert (found["why"], found["next"]) == (code, following)

    async def test_links_to_its_snooze(self, ada: Person, agent: Agent) -> None:
        snooze = (await why(ada, agent))["snooze"]
        await ada.does(snooze["method"], snooze["url"].removeprefix("/api/v1"), {"seconds": 3600})
        await agent.beats(93)
        await agent.beats(0)
        assert (await why(ada, agent))["why"] == "kept_awake"


class TestMetrics:
    async def series(self, person: Person, agent: Agent, query: str = "") -> dict[str, Any]:
        found: dict[str, Any] = await person.gets(f"/instances/{agent.instance_id}/metrics{query}")
        return found

    async def test_shows_gaps_as_gaps_and_the_running_minute(self, ada: Person, agent: Agent) -> None:
        for gpu in (10, 30):
            await agent.beats(gpu)
        await agent.beats(50, after=160)
        await agent.beats(70)
        found = await self.series(ada, agent, f"?from={quote(START.isoformat())}&step=60")
        assert found["gpu_percent"] == [20, None, None, 60]
        assert found["samples"] == [2, 0, 0, 2]
        assert (found["gpu_percent_max"][0], found["gpu_temperature_max"][3]) == (30, 41)
        assert found["at"][3] == "2026-01-05T12:03:00Z"

    async def test_adds_minutes_up_to_wider_steps(self, ada: Person, agent: Agent) -> None:
        for gpu in (0, 0, 0, 0, 0, 100, 100):
            await agent.beats(gpu, after=20)
        found = await self.series(ada, agent, f"?from={quote(START.isoformat())}&step=120")
        assert found["samples"] == [5, 2]
        assert found["gpu_percent"] == [0, 100]

    async def test_shows_six_hours_at_first(self, ada: Person, agent: Agent) -> None:
        found = await self.series(ada, agent)
        assert (found["step_seconds"], len(found["at"])) == (60, 360)

    @pytest.mark.parametrize("query", ["?step=90", "?step=60&from=2025-01-01T00:00:00Z", "?from=2027-01-01T00:00:00Z"])
    async def test_refuses_what_can_be_no_series(self, ada: Person, agent: Agent, query: str) -> None:
        answer = await ada.asks("GET", f"/instances/{agent.instance_id}/metrics{query}")
        assert answer.status_code == 422


class TestStrangers:
    @pytest.mark.parametrize("page", ["why-awake", "metrics"])
    async def test_find_no_such_instance(self, ada: Person, agent: Agent, page: str) -> None:
        bob = await Person.joins(ada.client, "bob@example.com")
        assert (await bob.asks("GET", f"/instances/{agent.instance_id}/{page}")).status_code == 404
