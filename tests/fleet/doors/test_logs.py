"""What was written on a machine, as its owner sees it: asked of the agent, scrubbed, and never kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from dumont.fleet.agents import logs
from dumont.fleet.instances import environment
from dumont.fleet.rules import logs as rules
from dumont.fleet.tables import FleetCommand, FleetInstance
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fleet.agents.conftest import Agent
from tests.fleet.doors.conftest import Box

STATUS = "/agent/status"
LINES = {"text": "one\ntwo\n", "offset": 8, "more": True, "anew": False}


@dataclass
class Machine:
    """Its agent answers what a test has put there; commands come with the answers to its heartbeats."""

    api: httpx.AsyncClient
    agent: Agent
    says: Mapping[str, Any] = field(default_factory=lambda: LINES)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def calls(self, _seconds: float) -> None:
        """While it is waited for: it beats, and says what became of what the answer held."""
        found = (await self.agent.says()).json()["commands"]
        self.heard += [each["args"] for each in found]
        if found:
            await self.agent.says(acks=[{"id": each["id"], "state": "done", "result": self.says} for each in found])

    async def shows(self, ada: Person, path: str) -> dict[str, Any]:
        self.heard.clear()
        answer = await ada.asks("GET", path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        shown: dict[str, Any] = answer.json()
        return shown


@pytest.fixture
async def machine(
    api: httpx.AsyncClient, box: Box, clock: FakeClock, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    """With an environment that holds a secret, and a start script that runs."""
    vault, env = parts.get(Vault), {"HF_TOKEN": "hf_abcdefgh", "HF_HOME": "/workspace/hf"}
    async with box.db.begin() as tx:
        instance = await tx.get_one(FleetInstance, box.id)
        rental, token = await build.a_rental(tx, instance, clock.now(), agent_at=clock.now(), provider_machine_id="9")
        instance.env_sealed = environment.sealed(vault, box.id, env)
        instance.wanted, instance.onstart_command_id = {"onstart": "python train.py"}, uuid4()
    machine = Machine(api, Agent(api, clock, box.db, token, box.id, rental.id))
    monkeypatch.setattr(logs, "wait", machine.calls)
    return machine


class TestLogs:
    async def test_are_read_on_the_machine_and_followed_by_a_cursor(
        self, ada: Person, box: Box, machine: Machine
    ) -> None:
        first = await machine.shows(ada, f"{box.path}/logs?tail=2")
        assert (first["source"], first["text"], first["more"], first["live"]) == ("onstart", "one\ntwo\n", True, True)
        assert machine.heard[0]["lines"] == 2
        machine.says = {**LINES, "text": "three\n", "offset": 14}
        then = await machine.shows(ada, f"{box.path}/logs?since={first['cursor']}&follow=true")
        assert (then["text"], then["anew"]) == ("three\n", False)
        assert (machine.heard[0]["offset"], machine.heard[0]["wait_seconds"]) == (8, logs.WAIT_SECONDS)

    async def test_begin_anew_where_another_machine_is(self, ada: Person, box: Box, machine: Machine) -> None:
        found = await machine.shows(ada, f"{box.path}/logs?source=agent&since=0123456789ab.77")
        assert found["anew"]
        assert "offset" not in machine.heard[0]

    async def test_show_no_secret_and_are_not_kept(self, ada: Person, box: Box, machine: Machine) -> None:
        said = "HF_TOKEN=hf_abcdefgh at /workspace/hf\nDUMONT_AGENT_TOKEN=dag_abc-DEF_1 dmt_ab12_cd\n"
        machine.says = {**LINES, "text": said}
        found = await machine.shows(ada, f"{box.path}/logs")
        assert found["text"] == "HF_TOKEN=*** at /workspace/hf\nDUMONT_AGENT_TOKEN=dag_*** dmt_***\n"
        async with box.db.begin() as tx:
            assert (await tx.execute(select(func.count()).select_from(FleetCommand))).scalar_one() == 0

    async def test_say_that_the_agent_is_silent(
        self, ada: Person, box: Box, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def nobody_calls(_seconds: float) -> None:
            return

        monkeypatch.setattr(logs, "wait", nobody_calls)
        answer = await ada.asks("GET", f"{box.path}/logs")
        assert (answer.status_code, answer.json()["code"]) == (503, "agent_silent")
        async with box.db.begin() as tx:
            assert (await tx.execute(select(func.count()).select_from(FleetCommand))).scalar_one() == 0

    async def test_of_a_machine_that_is_given_up_meanwhile_blame_no_agent(
        self, ada: Person, box: Box, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def is_given_up(_seconds: float) -> None:
            async with box.db.begin() as tx:
                failed = {"state": "failed", "error_code": "withdrawn", "error_message": "The machine is given up."}
                await tx.execute(update(FleetCommand).values(**failed))

        monkeypatch.setattr(logs, "wait", is_given_up)
        answer = await ada.asks("GET", f"{box.path}/logs")
        assert (answer.status_code, answer.json()["code"]) == (409, "no_log")
        assert "newer agent" not in answer.text

    async def test_that_can_not_be_read_are_not_empty(self, ada: Person, box: Box, machine: Machine) -> None:
        machine.says = {**LINES, "text": r"it says \u0000"}
        assert (await machine.shows(ada, f"{box.path}/logs"))["text"] == r"it says \u0000"
        machine.says = {**LINES, "text": "\0"}
        answer = await ada.asks("GET", f"{box.path}/logs")
        assert (answer.status_code, answer.json()["code"]) == (503, "log_unreadable")

    async def test_of_the_cloud_say_why_there_are_none(self, ada: Person, box: Box, machine: Machine) -> None:
        await box.set(onstart_command_id=None)
        async with box.db.begin() as tx:
            rental = await tx.get_one(type(await machine.agent.rental()), machine.agent.rental_id)
            rental.provider = "lambda"
        answer = (await ada.asks("GET", f"{box.path}/logs?source=cloud")).json()
        assert answer["code"] == "no_log"
        assert "Lambda" in answer["detail"]
        followed = await ada.asks("GET", f"{box.path}/logs?source=cloud&follow=true")
        assert followed.status_code == 422

    async def test_without_a_machine_are_the_end_that_is_kept(
        self, ada: Person, box: Box, machine: Machine, clock: FakeClock
    ) -> None:
        now = clock.now()
        await box.add(
            FleetCommand(
                id=uuid4(),
                rental_id=machine.agent.rental_id,
                instance_id=box.id,
                kind="hook",
                args_sealed="",
                state="done",
                created_at=now,
                ended_at=now,
                expires_at=now,
                result={"code": 0, "output": "a\nb\nhf_abcdefgh\n"},
            )
        )
        await box.set(primary_rental_id=None, state="hibernated", wish="hibernated")
        kept = await ada.gets(f"{box.path}/logs?tail=2")
        assert (kept["text"], kept["live"], kept["more"], kept["cursor"]) == ("b\n***\n", False, True, None)
        assert "no machine now" in kept["note"]
        gone = (await ada.asks("GET", f"{box.path}/logs?source=agent")).json()
        assert gone["code"] == "no_log"
        assert "source: onstart" in gone["hint"]

    async def test_of_a_run_are_the_usual_ones_once_it_has_begun(self, ada: Person, box: Box, machine: Machine) -> None:
        answer = (await ada.asks("GET", f"{box.path}/logs?source=run")).json()
        assert (answer["code"], "nothing to run" in answer["detail"]) == ("no_log", True)
        await box.set(wanted={"onstart": "nvidia-smi", "run": "python train.py"})
        answer = (await ada.asks("GET", f"{box.path}/logs?source=run")).json()
        assert (answer["code"], "has not begun" in answer["detail"]) == ("no_log", True)
        run_id = uuid4()
        await box.set(run_command_id=run_id)
        found = await machine.shows(ada, f"{box.path}/logs")
        assert (found["source"], machine.heard[0]["source"], machine.heard[0]["command"]) == ("run", "run", str(run_id))
        assert (await machine.shows(ada, f"{box.path}/logs?source=onstart"))["source"] == "onstart"

    async def test_of_a_run_are_kept_beside_those_of_the_start_script(
        self, ada: Person, box: Box, machine: Machine, clock: FakeClock
    ) -> None:
        now = clock.now()
        common = {"rental_id": machine.agent.rental_id, "instance_id": box.id, "args_sealed": "", "state": "done"}
        moments = {"created_at": now, "ended_at": now, "expires_at": now}
        await box.add(FleetCommand(id=uuid4(), kind="run", result={"code": 3, "output": "hi\n"}, **common, **moments))
        await box.set(primary_rental_id=None, state="hibernated", wish="hibernated")
        answer = (await ada.asks("GET", f"{box.path}/logs?source=onstart")).json()
        assert (answer["code"], "source: run" in answer["hint"]) == ("no_log", True)
        kept = await ada.gets(f"{box.path}/logs?source=run")
        assert (kept["text"], kept["live"]) == ("hi\n", False)
        assert (await ada.gets(f"{box.path}/logs"))["source"] == "run"

    @pytest.mark.parametrize("query", ["tail=0", "tail=2001", "since=x", "source=dmesg", "lines=5"])
    async def test_refuse_what_makes_no_sense(self, ada: Person, box: Box, machine: Machine, query: str) -> None:
        answer = await ada.asks("GET", f"{box.path}/logs?{query}")
        assert (answer.status_code, machine.heard) == (422, [])


class TestSecrets:
    def test_are_values_of_names_that_secrets_have(self) -> None:
        env = {
            "HF_HOME": "/workspace",
            "WANDB_API_KEY": "abcdef",
            "PASSWORD": "abc",
            "CERT_PRIVATE": "line-one\nline-two",
        }
        assert set(rules.secrets_of(env)) == {"abcdef", "line-one\nline-two", "line-one", "line-two"}

    @pytest.mark.parametrize(
        "value",
        [
            "redis://:p4ss-word@cache:6379/0",
            "mongodb+srv://ada:p%40ss-word@db.example.com/box",
            "https://ghp0abcdefghijkl@example.com/box.git",
            "https://hooks.example.com/T1/B2/x8Kd02LmQq4Zt7Rw",
            "9f86d081884c7d659a2feaa0c55ad015",
            "sk-proj-a8Xk2LmQ9ZtR4wYb",
        ],
    )
    def test_are_values_that_look_like_one_whatever_their_name(self, value: str) -> None:
        assert value in rules.secrets_of({"WHERE": value})

    @pytest.mark.parametrize(
        "value",
        ["/workspace/runs/2026-11-22", "meta-llama/Llama-3.1-8B-Instruct", "https://example.com:8080/a", "3e-4"],
    )
    def test_are_not_what_a_person_has_named(self, value: str) -> None:
        assert rules.secrets_of({"WHERE": value}) == []

    def test_are_also_what_an_address_holds_as_it_is_and_as_it_is_read(self) -> None:
        secrets = rules.secrets_of({"MONGODB_URI": "mongodb://ada:p%40ss%C3%A9-word@db/box"})
        assert rules.scrubbed("p@ssé-word, p%40ss%C3%A9-word", secrets) == "***, ***"

    def test_are_passwords_and_tokens_of_addresses_in_any_line(self) -> None:
        said = "REDIS_URL=redis://:p4ss@host/0 'amqp://ada:a@b:c@mq:5672' https://ghp0abcdefghijkl@example.com ada@box"
        shown = "REDIS_URL=redis://:***@host/0 'amqp://ada:***@mq:5672' https://***@example.com ada@box"
        assert rules.scrubbed(said, ()) == shown
        assert rules.scrubbed("http://localhost:8888/a?by=ada@box", ()) == "http://localhost:8888/a?by=ada@box"
