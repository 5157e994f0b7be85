"""An installation as a user has it: a home folder, and the processes that run on it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from dumont.platform.db.embedded.postmaster import read_postmaster
from tests.build.accounts import PASSWORD
from tests.processes import Dumont

PATIENCE = 180.0
QUICK = {"DUMONT_WORKER_LEASE_SECONDS": "2", "DUMONT_SHUTDOWN_SECONDS": "10"}


class Installation:
    """Its database is the embedded one."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def up(self, *options: str, env: dict[str, str] | None = None, forked: bool = True) -> Dumont:
        words = ("up", "--port", "0", "--home", str(self.home), *options)
        return Dumont(*words, env={**QUICK, **(env or {})}, forked=forked)

    def worker(self) -> Dumont:
        return Dumont("worker", "--home", str(self.home), env=QUICK)

    def postmaster(self) -> int:
        found = read_postmaster(self.home / "postgres" / "cluster")
        assert found is not None
        return found.pid

    def is_running(self) -> bool:
        """Whether any process of the database is left."""
        mark = f" {self.home}/postgres/cluster ".encode()
        return any(mark in b" " + line + b" " for line in _command_lines())


def run(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_", "REDIS_"))
    }
    command = [sys.executable, "-m", "dumont", *arguments]
    return subprocess.run(command, env={**clean, **env}, capture_output=True, text=True, timeout=120, check=False)


def until(is_true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Asked more and more seldom: what is asked at once again keeps the server from what is waited for."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)
        pause = min(1.2 * pause, 0.1)


def gets(url: str) -> int:
    """The status; 0 where nobody answers. To read the machine's certificates takes longer than the call."""
    try:
        return httpx.get(url, timeout=20, verify=False).status_code
    except httpx.TransportError:
        return 0


def signs_up(url: str, email: str = "ada@example.com") -> None:
    """The answer is the same if there is such an account: a test needs none before it."""
    body = {"email": email, "name": "Ada", "password": PASSWORD}
    assert httpx.post(f"{url}/api/auth/signup", json=body, timeout=20).status_code == 202


def signs_in(url: str, email: str = "ada@example.com") -> httpx.Client:
    answer = httpx.post(f"{url}/api/auth/login", json={"email": email, "password": PASSWORD}, timeout=20)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    return httpx.Client(base_url=f"{url}/api", headers={"authorization": f"Bearer {token}"}, timeout=20)


@contextmanager
def installed() -> Iterator[Installation]:
    """Stops what a failed test has left."""
    with open_folder() as folder:
        installation = Installation(folder / "home")
        try:
            yield installation
        finally:
            if installation.is_running():
                os.kill(installation.postmaster(), signal.SIGQUIT)
                until(lambda: not installation.is_running())


@contextmanager
def open_folder() -> Iterator[Path]:
    """One that the account of the database may pass through, which it may not through pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="dumont-up-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command_lines() -> Iterator[bytes]:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
