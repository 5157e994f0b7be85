"""The dead-man switch: when it acts, what it does first, and when it would rather wait."""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dumont.agent import deadman
from dumont.agent.deadman import DeadMan, life
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.agent.remembering import Notes
from dumont.agent.sealing import SealedNotes
from dumont.agent.stopping import Stopper
from dumont.snapstore import repository
from tests.agent.conftest import Agent
from tests.agent.fleet import Fleet

ORDERS = {"snapshot": {"grant": "dsg_a"}, "stop": {"provider": "aws", "id": "i-1"}}


class Machine:
    """What is done to it, in order; its clock stands still until it is moved."""

    def __init__(self, folder: Path) -> None:
        self.now = 1000.0
        self.done: list[str] = []
        self.saves = True
        self.notes = Notes(folder)

    def snapshot(self, turn: Turn) -> dict[str, Any]:
        self.done.append(f"snapshot {turn.args['grant']}")
        if not self.saves:
            raise Failed("store_away", "Nobody answers.")
        return {}

    def stop(self) -> bool:
        self.done.append("stop")
        return True

    def may_lose_the_disk(self, provider: str | None) -> bool:
        return provider == "aws"

    def switch(self, this_life: str = "one") -> DeadMan:
        return DeadMan(self.notes, self.snapshot, self, this_life, lambda: self.now)  # type: ignore[arg-type]

    def pass_by(self, switch: DeadMan, seconds: float) -> list[str]:
        self.now += seconds
        switch.look()
        if switch._acting is not None:
            switch._acting.join(30)
        return self.done


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(deadman, "PAUSE_SECONDS", 0.0)
    return Machine(tmp_path)


class TestDeadMan:
    def test_saves_first_and_then_stops(self, machine: Machine) -> None:
        switch = machine.switch()
        switch.reached(1800, ORDERS)
        assert machine.pass_by(switch, 1799) == []
        assert machine.pass_by(switch, 2) == ["snapshot dsg_a", "stop"]

    def test_waits_as_long_as_the_fleet_has_not_said_otherwise(self, machine: Machine) -> None:
        switch = machine.switch()
        assert machine.pass_by(switch, deadman.SECONDS - 1) == []
        assert machine.pass_by(switch, 2) == ["stop"]

    def test_begins_anew_with_each_word_of_the_fleet(self, machine: Machine) -> None:
        switch = machine.switch()
        for _ in range(3):
            switch.reached(1800, ORDERS)
            assert machine.pass_by(switch, 1700) == []

    def test_would_rather_pay_than_lose_what_is_not_saved(self, machine: Machine) -> None:
        switch, machine.saves = machine.switch(), False
        switch.reached(1800, ORDERS)
        assert machine.pass_by(switch, 1801) == ["snapshot dsg_a"] * deadman.TRIES
        assert machine.pass_by(switch, 1800 * deadman.PATIENCE)[-1] == "stop"

    def test_stops_a_machine_that_keeps_its_disk_in_any_case(self, machine: Machine) -> None:
        switch = machine.switch()
        switch.reached(1800, {"snapshot": None, "stop": {"provider": "gcp"}})
        assert machine.pass_by(switch, 1801) == ["stop"]

    @pytest.mark.parametrize(("seconds", "orders"), [(0, ORDERS), (1800, {"snapshot": None, "stop": None})])
    def test_leaves_alone_what_it_was_told_to(self, machine: Machine, seconds: float, orders: dict[str, Any]) -> None:
        switch = machine.switch()
        switch.reached(seconds, orders)
        assert machine.pass_by(switch, 100_000) == []

    def test_counts_the_silence_over_a_death_of_the_agent(self, machine: Machine) -> None:
        machine.switch().reached(1800, ORDERS)
        machine.now += 1700
        switch = machine.switch()
        assert machine.pass_by(switch, deadman.LEAST_SECONDS - 1) == []
        assert machine.pass_by(switch, 60) == ["snapshot dsg_a", "stop"]

    def test_does_not_count_while_the_machine_was_off(self, machine: Machine) -> None:
        machine.switch().reached(1800, ORDERS)
        machine.now += 86_400
        switch = machine.switch("another")
        assert machine.pass_by(switch, 1700) == []

    def test_goes_back_to_work_when_the_fleet_comes_back_meanwhile(self, machine: Machine) -> None:
        switch = machine.switch()
        switch.reached(1800, ORDERS)

        def back(_turn: Turn) -> dict[str, Any]:
            switch.reached(1800, ORDERS)
            return {}

        switch._snapshot = back
        assert machine.pass_by(switch, 1801) == []

    def test_tells_one_run_of_the_machine_from_another(self, tmp_path: Path) -> None:
        boot = tmp_path / "boot_id"
        boot.write_text("a\n")
        before = life(None, boot)
        assert before == life(None, boot)
        boot.write_text("b\n")
        assert life(None, boot) != before


class TestStopper:
    @pytest.mark.skipif(os.getuid() != 0, reason="only root may switch a machine off")
    def test_switches_off_only_what_is_a_machine_of_its_own(self, tmp_path: Path) -> None:
        program = tmp_path / "systemctl"
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\n')
        program.chmod(0o755)
        given = Given("https://a", "dag_b", tmp_path, tmp_path)
        assert not Stopper(given, str(program)).stop()
        assert not (tmp_path / "said").exists()
        assert Stopper(replace(given, whole=True), str(program)).stop()
        assert (tmp_path / "said").read_text() == "poweroff\n"

    def test_asks_the_cloud_with_the_machines_own_key(self, fleet: Fleet, tmp_path: Path) -> None:
        known = {"server": "https://a", "token": "dag_b", "workspace": tmp_path, "state": tmp_path}
        own = {**known, "machine_key": "narrow", "clouds": {"vast": fleet.url, "runpod": fleet.url}}
        machine = Stopper(Given(**own, machine_id="7", cloud="vast"))
        assert machine.stop()
        assert Stopper(Given(**own, machine_id="p1", cloud="runpod")).stop()
        first, second = fleet.others
        assert first == ("PUT", "/api/v0/instances/7/", "narrow", {"state": "stopped"})
        assert second[:3] == ("POST", "/graphql", "narrow")
        assert 'podStop(input: {podId: "p1"})' in second[3]["query"]
        fleet.away.set()
        assert not machine.stop()


class TestAgent:
    def test_saves_its_work_when_nobody_hears_its_heartbeats(
        self, fleet: Fleet, make_agent: Callable[..., Agent]
    ) -> None:
        """The doors of snapshots still answer."""
        agent = make_agent()
        (agent.workspace / "work").write_text("done")
        fleet.deadman_seconds = 1.0
        granted = fleet.grant("dsg_a", "snapshot")
        fleet.deadman = {"snapshot": {**granted, "path": str(agent.workspace)}, "stop": None}
        agent.start()
        fleet.beats()
        fleet.refuses = lambda _status: True
        fleet.until(lambda: ("dsg_a", "complete") in fleet.reports)
        agent.kill(signal.SIGTERM)

    def test_saves_into_what_was_lent_when_nobody_is_there_at_all(
        self, fleet: Fleet, make_agent: Callable[..., Agent], tmp_path: Path
    ) -> None:
        """And says so when somebody is."""
        agent, drop, config = make_agent(), tmp_path / "drop", tmp_path / "store" / "config"
        repository.create(fleet.blobs)
        (agent.workspace / "work").write_text("done")
        fleet.deadman_seconds, fleet.deadman = 1.0, {"snapshot": None, "stop": None}
        lent = {"reads": {"config": config.as_uri()}, "slots": {"folder": str(drop)}, "parent": None}
        fleet.order("1", "standing", drop="d1", label="box", tags=[], path="", **lent)
        agent.start()
        assert fleet.end_of("1")["result"] == {"drop": "d1"}
        fleet.away.set()
        fleet.until((drop / "book").exists)
        book = json.loads((drop / "book").read_bytes())
        assert (book["files"], book["objects"][f"snapshots/{book['manifest']}"]["size"] > 0) == (1, True)
        fleet.away.clear()
        fleet.until(lambda: any((call["facts"] or {}).get("dropped") == "d1" for call in fleet.calls))
        agent.kill()
        assert not any(str(drop).encode() in path.read_bytes() for path in agent.state.rglob("*.json"))


class TestSealedNotes:
    def test_says_nothing_without_the_token(self, tmp_path: Path) -> None:
        notes = Notes(tmp_path)
        SealedNotes(notes, "dag_a").write("standing", {"address": "https://somewhere"})
        assert SealedNotes(notes, "dag_a").read("standing") == {"address": "https://somewhere"}
        assert SealedNotes(notes, "dag_b").read("standing") is None
        assert b"somewhere" not in (tmp_path / "standing.json").read_bytes()

    def test_notices_a_change(self, tmp_path: Path) -> None:
        sealed = SealedNotes(Notes(tmp_path), "dag_a")
        sealed.write("standing", {"a": 1})
        (tmp_path / "other.json").write_bytes((tmp_path / "standing.json").read_bytes())
        assert sealed.read("other") is None
