"""A fleet that is played, and agents that are real: started, killed, and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import dumont
from dumont.agent import onefile
from tests.agent.cloud import Cloud, answering
from tests.agent.fleet import TOKEN, Fleet, serving

ROOT = Path(dumont.__file__).parents[1]


class Agent:
    """One machine's agent: `start` begins a process, `kill` ends it as the kernel does."""

    def __init__(
        self, fleet: Fleet, folder: Path, *, python: str = sys.executable, program: Path | None = None
    ) -> None:
        self.workspace, self.state = folder / "workspace", folder / "state"
        self.workspace.mkdir(parents=True)
        (folder / "home").mkdir()
        self._command = [python, *(["-I", "-S", str(program)] if program else ["-m", "dumont.agent"]), "run"]
        self._env = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder / "home"),
            "DUMONT_SERVER": fleet.url,
            "DUMONT_AGENT_TOKEN": TOKEN,
            "DUMONT_WORKSPACE": str(self.workspace),
            "DUMONT_AGENT_STATE": str(self.state),
            "DUMONT_SSH_FOLDER": str(folder / "ssh"),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            self._command,
            env={**self._env, **(env or {})},
            cwd=self.workspace,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=0o077,
        )

    def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def log(self) -> str:
        place = self.state / "agent.log"
        return place.read_text() if place.exists() else ""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with serving(Fleet(tmp_path / "store")) as made:
        yield made
    assert made.faults == []


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with answering() as made:
        yield made


@pytest.fixture
def make_agent(fleet: Fleet, tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    made: list[Agent] = []

    def make(name: str = "machine", **options: object) -> Agent:
        made.append(Agent(fleet, tmp_path / name, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for agent in made:
        agent.close()


@pytest.fixture
def agent(make_agent: Callable[..., Agent]) -> Agent:
    return make_agent()


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("agent") / onefile.NAME
    place.write_bytes(onefile.content())
    return place
