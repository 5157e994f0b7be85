"""`dumont history`: machines that something was tried with, and the blacklist."""

import asyncio
from random import Random

import pytest

from dumont.basics.machine_key import MachineKey
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Work
from tests.build.reliability import tried
from tests.cli.terminal import Terminal

PASTS = {"vast:good": ["ok", "ok", "ok", "ok"], "vast:bad": ["ok", "network", "network", "network"]}


@pytest.fixture(scope="session", autouse=True)
def pasts(server: str, database: str, settings: Settings) -> None:
    assert server
    asyncio.run(_record(database, settings))


async def _record(database: str, settings: Settings) -> None:
    engine = make_engine(database, settings, name="tests")
    async with make_db(engine).begin() as tx:
        for name, words in PASTS.items():
            work = Work(tx, SystemClock().now(), Random(7), SYSTEM, _publish, settings)
            await tried(work, words, MachineKey.parse(name))
    await engine.dispose()


async def _publish(_event: Event) -> None:
    pass


class TestList:
    def test_shows_anybody_how_machines_did(self, nobody: Terminal) -> None:
        lines = {line.split()[0]: line.split() for line in nobody.does("history", "list").lines}
        assert lines["vast:good"][1:6] == ["excellent", "100.0%", "4", "0", "40"]
        assert lines["vast:bad"][1:5] == ["blacklisted", "25.0%", "4", "3"]

    def test_filters_for_pipes(self, nobody: Terminal) -> None:
        assert nobody.does("history", "list", "--status", "excellent", "-q").lines == ["vast:good"]
        assert nobody.does("history", "list", "--provider", "runpod", "-q").lines == []

    def test_refuses_a_status_that_is_none(self, nobody: Terminal) -> None:
        assert nobody.run("history", "list", "--status", "fine").code == 2


class TestShow:
    def test_shows_one_with_its_attempts(self, nobody: Terminal) -> None:
        shown = nobody.does("history", "show", "vast:bad").out
        assert "3 failures in a row, the last one network" in shown
        assert "it was network" in shown
        assert nobody.does("history", "show", "vast:bad", "--json").json["failure_reasons"] == {"network": 3}

    @pytest.mark.parametrize(("name", "code"), [("vast:nobody", 5), ("vast", 2), ("clowd:1", 2)])
    def test_says_what_is_wrong_with_a_name(self, nobody: Terminal, name: str, code: int) -> None:
        answer = nobody.run("history", "show", name)
        assert answer.code == code, answer.err
        assert name in answer.err or "provider" in answer.err


class TestSummary:
    def test_counts_all(self, nobody: Terminal) -> None:
        shown = nobody.does("history", "summary").out
        assert "vast=62.5%" in shown
        assert "network=3" in shown


class TestBlacklist:
    def test_is_checked_by_exit_code(self, nobody: Terminal) -> None:
        assert nobody.run("history", "check", "vast:good").code == 0
        assert nobody.run("history", "check", "vast:bad").code == 1

    def test_takes_machines_in_and_out(self, bob: Terminal, nobody: Terminal) -> None:
        blacklist = ("history", "blacklist")
        bob.does(*blacklist, "add", "vast:good", "--reason", "The disk is slow.")
        assert bob.run("history", "check", "vast:good").code == 1
        assert nobody.run("history", "check", "vast:good").code == 0
        assert set(bob.does(*blacklist, "list", "-q").lines) == {"vast:good", "vast:bad"}
        bob.does(*blacklist, "remove", "vast:good", "--why", "It has a new one.")
        assert bob.run("history", "check", "vast:good").code == 0
        (over,) = bob.does(*blacklist, "list", "--over", "--json").json["items"]
        assert over["ended_why"] == "It has a new one."

    def test_for_everyone_is_for_operators(self, bob: Terminal, ada: Terminal, nobody: Terminal) -> None:
        wish = ("history", "blacklist", "add", "vast:other", "--reason", "It vanished.", "--type", "temporary")
        assert bob.run(*wish).code == 4
        ada.does(*wish)
        assert nobody.run("history", "check", "vast:other").code == 1
        ada.does("history", "blacklist", "remove", "vast:other", "--everyone")
        assert nobody.run("history", "check", "vast:other").code == 0
