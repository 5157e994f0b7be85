"""Real servers on folders of their own, stopped when a test ends, however it ends."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.embedded.folders import DataFolder
from dumont.platform.db.embedded.locks import is_free
from dumont.platform.db.embedded.postmaster import read_postmaster
from tests.platform.db.embedded.other_process import OtherProcess

QUICK = {"fsync": "off"}  # safe while the machine itself does not stop


class Place:
    """A data folder and everybody who uses it."""

    def __init__(self, data_dir: Path) -> None:
        self.data = DataFolder(data_dir)
        self._users: list[EmbeddedPostgres] = []
        self._processes: list[OtherProcess] = []

    def user(self, **given: Any) -> EmbeddedPostgres:
        user = EmbeddedPostgres(self.data.root, **{"options": QUICK, **given})
        self._users.append(user)
        return user

    def process(self) -> OtherProcess:
        process = OtherProcess(self.data.root)
        self._processes.append(process)
        return process

    def server_pid(self) -> int:
        found = read_postmaster(self.data.cluster)
        assert found is not None
        return found.pid

    def is_running(self) -> bool:
        return not is_free(self.data.server_lock)

    def clear(self) -> None:
        for process in self._processes:
            process.kill()
        for user in self._users:
            user.stop()
        found = read_postmaster(self.data.cluster)
        if found is not None and found.lives():
            found.signal(signal.SIGQUIT)
            until(lambda: not found.lives())
            shutil.rmtree(found.socket_dir, ignore_errors=True)


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def ask(url: str, *statements: str) -> Any:
    """The one value of the last statement."""

    async def asking() -> Any:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(asking())


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """Not pytest's own: as root that one is closed to the account the server runs under."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_once(open_folder: Path) -> Path:
    """A data folder as the first start leaves it."""
    with EmbeddedPostgres(open_folder / "made", options=QUICK):
        return open_folder / "made"


@pytest.fixture
def home(open_folder: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def empty(home: Path) -> Iterator[Place]:
    place = Place(home / "data")
    yield place
    place.clear()


@pytest.fixture
def place(made_once: Path) -> Iterator[Place]:
    """With data, and no server yet. Every test leaves it sound: that is what it is about."""
    place = Place(made_once)
    yield place
    place.clear()


@pytest.fixture
def spoilt(made_once: Path, empty: Place) -> Place:
    """A copy, for a test to break."""
    subprocess.run(["cp", "-a", str(made_once), str(empty.data.root)], check=True)
    return empty
