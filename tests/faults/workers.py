"""Starts workers as processes of their own, and kills, freezes and thaws them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from tests.faults.worker_process import main
from tests.forks import FORKS

PATIENCE = 180.0
EVERY_POINT = bool(os.environ.get("DUMONT_EVERY_POINT"))
LEASE_SECONDS = 2.0


def edges(commits: int) -> Iterator[str]:
    """Where workers kill themselves: before or after each commit, in turn; with DUMONT_EVERY_POINT=1 both."""
    for number in range(1, commits + 1):
        for moment in ("before", "after"):
            if EVERY_POINT or (moment == "before") == (number % 2 == 1):
                yield f"{moment}:{number}"


class WorkerProcess:
    """`with workers.start() as worker: ...`; at the end it is stopped, if it has not died before."""

    def __init__(self, url: str, contexts: str, kill: str, environ: dict[str, str]) -> None:
        self._process = FORKS.Process(target=main, args=(url, contexts, kill, environ))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def died(self) -> None:
        """Waits until it has killed itself; that it ended otherwise is a fault of the test."""
        self._process.join(PATIENCE)
        assert self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()
        self._process.join(PATIENCE)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """As a deployment does."""
        self._process.terminate()
        self._process.join(PATIENCE)
        assert self._process.exitcode == 0

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.is_alive():
            self.thaw()
            self.kill() if kind else self.stop()


class Workers:
    """Of one database and one list of contexts, `module:function`."""

    def __init__(self, url: str, contexts: str, home: Path, environ: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._contexts = contexts
        self._environ = {
            "DUMONT_HOME": str(home),
            "DUMONT_WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
            "DUMONT_WORKER_CONCURRENCY": "4",
            "DUMONT_SHUTDOWN_SECONDS": "1",
            "DUMONT_LOG_LEVEL": "error",
            "DUMONT_WORKER_DUTIES": "false",
            **(environ or {}),
        }
        home.mkdir(parents=True, exist_ok=True)

    def start(self, kill: str = "") -> WorkerProcess:
        """`kill` is `before:3` or `after:3`: at the edge of its third commit."""
        return WorkerProcess(self._url, self._contexts, kill, self._environ)

    def trace_to_death(self, inject: str) -> int:
        """Under strace, which kills it at a system call: `sendto:signal=SIGKILL:when=20`. Returns the exit code."""
        strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"inject={inject}"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_"))}
        worker = [sys.executable, "-m", "tests.faults.worker_process", self._url, self._contexts]
        done = subprocess.run([*strace, *worker], env={**clean, **self._environ}, timeout=PATIENCE, check=False)
        return done.returncode
