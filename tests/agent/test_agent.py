"""An agent's life: it beats, does what it is told once, and goes on after its own death."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.agent.conftest import Agent
from tests.agent.fleet import Fleet
from tests.snapstore import bare


def fill(folder: Path) -> dict[str, bytes]:
    contents = {f"file{number}": os.urandom(50_000) for number in range(6)} | {"code.py": b"print('hello')\n"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return contents


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


class TestAgent:
    def test_says_who_it_is_and_how_the_machine_is(self, fleet: Fleet, agent: Agent) -> None:
        agent.start()
        measured = fleet.until(lambda: [c for c in fleet.calls if c["facts"] and c["facts"]["net_down_mbps"]])
        first, facts = fleet.calls[0], measured[-1]["facts"]
        assert first["seq"] == 1
        assert first["facts"]["workspace"] == str(agent.workspace)
        assert facts["cpu_cores"] >= 1
        assert facts["disk_write_mbps"] is None or facts["disk_write_mbps"] > 0
        sample = first["samples"][-1]
        assert sample["ram_total_mb"] > sample["ram_used_mb"] > 0
        assert sample["disk_total_gb"] > 0
        fleet.until(lambda: fleet.calls[-1]["samples"][-1]["cpu_percent"] is not None)
        fleet.until(lambda: fleet.calls[-1]["facts"] is None)

    def test_keeps_what_it_saw_while_the_fleet_is_away(self, fleet: Fleet, agent: Agent) -> None:
        agent.start()
        fleet.beats(2)
        fleet.away.set()
        fleet.until(lambda: "can't be reached" in agent.log())
        fleet.away.clear()
        late = fleet.until(lambda: next((call for call in fleet.calls if len(call["samples"]) > 1), None))
        stamps = [sample["at"] for sample in late["samples"]]
        assert stamps == sorted(stamps)
        fleet.until(lambda: len(fleet.calls[-1]["samples"]) == 1)

    def test_never_writes_its_token_down(self, fleet: Fleet, agent: Agent) -> None:
        fill(agent.workspace)
        fleet.order("1", "snapshot", path=str(agent.workspace), **fleet.grant("dsg_not-known", "restore"))
        agent.start()
        assert fleet.end_of("1")["error_code"] == "bad_request"
        agent.kill()
        for path in agent.state.rglob("*"):
            if path.is_file():
                assert b"dag_of" not in path.read_bytes(), path
                assert b"dsg_not" not in path.read_bytes(), path

    def test_gets_on_with_a_fleet_that_can_not_read_what_it_tells(self, fleet: Fleet, agent: Agent) -> None:
        fleet.refuses = lambda status: status["facts"] is not None
        agent.start()
        fleet.until(lambda: "can't read" in agent.log() and len(fleet.calls) > 2)
        assert len(fleet.calls[0]["samples"]) == 1

    def test_lets_only_one_run(self, fleet: Fleet, agent: Agent) -> None:
        agent.start()
        fleet.beats()
        first = agent.process
        agent.start()
        assert agent.process is not None
        assert agent.process.wait(30) == 75
        agent.process = first

    def test_says_in_a_sentence_what_it_was_not_told(self, make_agent: Callable[..., Agent]) -> None:
        agent = make_agent()
        agent.start({"DUMONT_AGENT_TOKEN": ""})
        assert agent.process is not None
        assert agent.process.wait(30) == 78
        agent.state.mkdir()
        agent.state.chmod(0o777)
        agent.start()
        assert agent.process.wait(30) == 78


class TestCommands:
    def test_are_done_once_though_the_answer_to_their_end_is_lost(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "hook", script="echo again >> times; echo told", timeout_seconds=30)
        agent.start()
        fleet.until(lambda: fleet.calls)
        fleet.deaf = True
        assert fleet.end_of("1")["result"] == {"code": 0, "output": "told\n"}
        fleet.order("1", "hook", script="echo again >> times", timeout_seconds=30)
        fleet.until(lambda: len([ack for ack in fleet.ended if ack["id"] == "1"]) >= 2)
        fleet.deaf = False
        fleet.order("2", "hook", script="true")
        fleet.end_of("2")
        fleet.until(lambda: fleet.calls[-1]["acks"] == [])
        assert (agent.workspace / "times").read_text() == "again\n"

    def test_are_done_though_the_disk_has_no_room_to_remember_them(self, fleet: Fleet, agent: Agent) -> None:
        (agent.state / "commands").mkdir(mode=0o700, parents=True)
        for place in (".deadman.new", ".saved.new", "commands/.1.new"):
            (agent.state / place).symlink_to("/dev/full")
        fleet.deadman = {"stop": None}
        fill(agent.workspace)
        fleet.order("1", "snapshot", path=str(agent.workspace), **fleet.grant("dsg_a", "snapshot"))
        agent.start()
        assert fleet.end_of("1")["error_message"] is None
        assert "deadman can't be written down: No space left" in agent.log()

    def test_of_an_unknown_kind_fail_with_a_word(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "dance")
        agent.start()
        assert fleet.end_of("1")["error_code"] == "unknown_kind"

    def test_to_shut_down_ends_the_agent_once_the_fleet_knows(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "hook", script="sleep 600")
        agent.start()
        fleet.until(lambda: fleet.calls and fleet.calls[-1]["acks"])
        fleet.order("2", "shutdown")
        assert fleet.end_of("2")["error_message"] is None
        assert fleet.end_of("1")["error_code"] == "cancelled"
        assert agent.process is not None
        assert agent.process.wait(60) == 0


class TestHook:
    def test_runs_in_the_workspace_without_our_secrets(self, fleet: Fleet, agent: Agent) -> None:
        script = 'umask; pwd; echo "$WHO"; env | grep -c "^DUMONT_AGENT"; exit 7'
        fleet.order("1", "hook", script=script, timeout_seconds=30, env={"WHO": "it's me"})
        agent.start()
        told = fleet.end_of("1")
        assert told["state"] == "done"
        assert told["result"] == {"code": 7, "output": f"0022\n{agent.workspace}\nit's me\n0\n"}

    def test_may_say_how_far_the_work_is(self, fleet: Fleet, agent: Agent) -> None:
        agent.start()
        fleet.beats(1)
        assert "progress" not in fleet.calls[-1]["samples"][-1]
        fleet.order("1", "hook", script='echo 42% > "$DUMONT_PROGRESS_FILE"', timeout_seconds=30)
        assert fleet.end_of("1")["result"]["code"] == 0
        fleet.until(lambda: fleet.calls[-1]["samples"][-1].get("progress") == 0.42)
        assert (agent.workspace / ".dumont-progress").exists()

    def test_does_not_wait_for_what_it_leaves_running(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "hook", script="sleep 600 & echo $!", timeout_seconds=60)
        agent.start()
        left = int(fleet.end_of("1")["result"]["output"])
        os.kill(left, signal.SIGKILL)

    def test_is_ended_with_its_children_when_it_takes_too_long(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "hook", script="sleep 600 & echo $!; wait", timeout_seconds=0.5)
        agent.start()
        told = fleet.end_of("1")
        assert told["error_code"] == "timeout"
        child = int(told["error_message"].split()[-1])
        fleet.until(lambda: not _lives(child))

    def test_outlives_its_agent_and_is_told_of_by_the_next(self, fleet: Fleet, agent: Agent) -> None:
        script = "echo begun >> times; while [ ! -e go ]; do sleep 0.05; done; echo over; exit 4"
        fleet.order("1", "hook", script=script, timeout_seconds=60)
        agent.start()
        fleet.until((agent.workspace / "times").exists)
        agent.kill()
        (agent.workspace / "go").touch()
        agent.start()
        assert fleet.end_of("1")["result"] == {"code": 4, "output": "over\n"}
        assert (agent.workspace / "times").read_text() == "begun\n"


class TestRun:
    def test_is_told_of_where_it_is_asked_for_and_when_it_ends(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "run", script="echo begun >> times; while [ ! -e go ]; do sleep 0.05; done; exit 3")
        agent.start()
        fleet.until(lambda: any(ack["state"] == "running" for call in fleet.calls for ack in call["acks"]))
        fleet.commands.clear()  # it has heard that it has begun, and no longer lists it
        fleet.until(lambda: fleet.calls[-1]["facts"] is None and fleet.calls[-1]["acks"] == [])
        agent.kill()
        agent.start()
        again = fleet.until(lambda: next((call for call in fleet.calls if call["seq"] == 1 and call["acks"]), None))
        assert (again["facts"] is not None, again["acks"][0]["state"]) == (True, "running")
        (agent.workspace / "go").touch()
        assert fleet.end_of("1")["result"] == {"code": 3, "output": ""}
        assert (agent.workspace / "times").read_text() == "begun\n"


class TestTransfers:
    def test_bring_every_byte_to_another_machine(self, fleet: Fleet, make_agent: Callable[..., Agent]) -> None:
        before, after = make_agent("before"), make_agent("after")
        wanted = fill(before.workspace)
        fleet.order("1", "snapshot", path=str(before.workspace), learn_hot=True, **fleet.grant("dsg_a", "snapshot"))
        before.start()
        told = fleet.end_of("1")
        assert (told["state"], told["result"]["files"], told["percent"]) == ("done", 7, 100.0)
        before.kill()
        (after.workspace / "code.py").write_bytes(b"something older")
        fleet.order("2", "restore", target=str(after.workspace), delta=True, **fleet.grant("dsg_b", "restore"))
        after.start()
        assert fleet.end_of("2")["error_message"] is None
        assert contents(after.workspace) == wanted
        assert list((after.state / "dumont" / "restored").glob("*.seen"))
        assert fleet.reports == [("dsg_a", "complete"), ("dsg_b", "complete")]

    def test_go_on_after_the_agent_was_killed_in_their_midst(
        self, fleet: Fleet, make_agent: Callable[..., Agent]
    ) -> None:
        agent = make_agent()
        wanted = fill(agent.workspace)
        fleet.gate.clear()
        fleet.order("1", "snapshot", path=str(agent.workspace), **fleet.grant("dsg_a", "snapshot"))
        _killed_at_the_gate(fleet, agent)
        assert fleet.end_of("1")["error_message"] is None
        for path in agent.workspace.iterdir():
            path.unlink()
        fleet.gate.clear()
        fleet.order("2", "restore", target=str(agent.workspace), **fleet.grant("dsg_b", "restore"))
        _killed_at_the_gate(fleet, agent)
        assert fleet.end_of("2")["error_message"] is None
        assert contents(agent.workspace) == wanted
        assert fleet.reports == [("dsg_a", "complete"), ("dsg_b", "complete")]

    def test_of_a_grant_that_is_over_say_so(self, fleet: Fleet, agent: Agent) -> None:
        fleet.order("1", "snapshot", path=str(agent.workspace), server=fleet.url, grant="dsg_gone")
        agent.start()
        told = fleet.end_of("1")
        assert (told["state"], told["error_code"]) == ("failed", "store_refused")
        assert "over" in told["error_message"]

    def test_work_with_the_oldest_python_from_one_file(
        self, fleet: Fleet, make_agent: Callable[..., Agent], program: Path
    ) -> None:
        agent = make_agent(python=str(bare.bare_python(bare.OLDEST)), program=program)
        wanted = fill(agent.workspace)
        fleet.order("1", "snapshot", path=str(agent.workspace), **fleet.grant("dsg_a", "snapshot"))
        agent.start()
        assert fleet.end_of("1")["error_message"] is None
        for path in agent.workspace.iterdir():
            path.unlink()
        fleet.order("2", "restore", target=str(agent.workspace), **fleet.grant("dsg_b", "restore"))
        assert fleet.end_of("2")["error_message"] is None
        assert contents(agent.workspace) == wanted
        assert fleet.calls[-1]["version"]


def _killed_at_the_gate(fleet: Fleet, agent: Agent) -> None:
    """Dead while bytes are on their way, and begun anew when they may pass."""
    fleet.waiting.clear()
    if agent.process is None:
        agent.start()
    fleet.until(fleet.waiting.is_set)
    agent.kill()
    fleet.gate.set()
    agent.start()


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
