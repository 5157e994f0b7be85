"""What a machine's agent shows of what was written there."""

import json
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from dumont.agent.doing.logs import BYTES_MOST, Logs
from dumont.agent.doing.turn import Failed, Turn
from tests.agent.conftest import Agent
from tests.agent.fleet import Fleet


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "commands" / "c1").mkdir(parents=True)
    return tmp_path / "commands" / "c1" / "log"


def shown(log: Path, **args: Any) -> dict[str, Any]:
    logs = Logs(log.parents[2], log.parents[1])
    return logs.run(Turn("t", {"source": "onstart", "command": "c1", **args}, log.parent, again=False))


class TestLogs:
    def test_are_the_last_lines_and_then_what_comes(self, log: Path) -> None:
        log.write_text("".join(f"line {number}\n" for number in range(50)))
        first = shown(log, lines=2)
        assert (first["text"], first["more"]) == ("line 48\nline 49\n", True)
        assert shown(log, offset=first["offset"])["text"] == ""
        with log.open("a") as file:
            file.write("later\n")
        assert shown(log, offset=first["offset"])["text"] == "later\n"

    def test_are_waited_for(self, log: Path) -> None:
        log.write_text("one\n")
        timer = Timer(0.1, lambda: log.write_text("one\ntwo\n"))
        timer.start()
        assert shown(log, offset=4, wait_seconds=8)["text"] == "two\n"
        timer.join()

    def test_hold_back_a_line_that_is_not_whole(self, log: Path) -> None:
        log.write_text("one\ntoken=dag_ab")
        first = shown(log)
        assert first["text"] == "one\n"
        with log.open("a") as file:
            file.write("cdef\n")
        assert shown(log, offset=first["offset"])["text"] == "token=dag_***\n"

    def test_show_a_bar_as_it_stands_and_no_colours(self, log: Path) -> None:
        log.write_bytes(b"\x1b[32mok\x1b[0m\r\n10%\r50%\r90%\r")
        assert shown(log)["text"] == "ok\n90%"

    def test_begin_anew_where_the_file_did(self, log: Path) -> None:
        log.write_text("fresh\n")
        told = shown(log, offset=4000, wait_seconds=8)
        assert (told["text"], told["anew"]) == ("fresh\n", True)

    def test_fit_into_a_heartbeat_whatever_is_written(self, log: Path) -> None:
        log.write_bytes(bytes(range(256)) * 400)
        told = shown(log, lines=2000)
        assert len(json.dumps(told, ensure_ascii=False).encode()) < 60_000
        assert told["offset"] <= BYTES_MOST * 10
        log.write_bytes(b'"\\' * 50_000)
        assert len(json.dumps(shown(log), ensure_ascii=False).encode()) < 60_000

    def test_are_empty_before_anything_was_written(self, log: Path) -> None:
        assert shown(log) == {"text": "", "offset": 0, "more": False, "anew": False}

    @pytest.mark.parametrize("command", ["", "../x", "a/b", None])
    def test_are_of_no_other_file(self, log: Path, command: str | None) -> None:
        with pytest.raises(Failed):
            shown(log, command=command)


class TestAgent:
    def test_shows_its_own_log_and_a_scripts_and_remembers_no_asking(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("h1", "hook", script="echo dag_secret-of-mine; echo hello", timeout_seconds=30)
        agent.start()
        fleet.end_of("h1")
        fleet.order("asked-for-its-log", "logs", source="onstart", command="h1", lines=10)
        assert fleet.end_of("asked-for-its-log")["result"]["text"] == "dag_***\nhello\n"
        fleet.order("l2", "logs", source="agent", lines=50)
        said = fleet.end_of("l2")["result"]["text"]
        assert "Beginning hook h1" in said
        assert "asked-for-its-log" not in said
        fleet.until(lambda: fleet.calls[-1]["acks"] == [])
        assert sorted(path.name for path in (agent.state / "commands").iterdir()) == ["h1", "h1.json"]
