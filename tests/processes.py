"""Starts the product's own processes as a user does, waits for them by what they say, and stops or kills them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

START_SECONDS = 120.0
STOP_SECONDS = 60.0
READY = re.compile(r"running at (?P<url>http://\S+)|Worker is running")


class Dumont:
    """`with Dumont("up", "--port", "0", env=...) as process: process.url`. It asks no cloud for its offers."""

    def __init__(self, *arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> None:
        self.output: list[str] = []
        self.url = ""
        self._ready = threading.Event()
        base = {
            name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_", "REDIS_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dumont", *arguments],
            env={**base, "DUMONT_LOG_FORMAT": "json", "DUMONT_WORKER_DUTIES": "false", **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Dumont":
        deadline = time.monotonic() + START_SECONDS
        while not self._ready.wait(0.05):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError("dumont did not start:\n" + "\n".join(self.output[-40:]))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("dumont did not stop:\n" + "\n".join(self.output[-40:])) from None

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip())
            found = READY.search(line)
            if found:
                self.url = found["url"] or ""
                self._ready.set()
