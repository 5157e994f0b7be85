"""Starts the product's own processes as a user does, waits for what they say or for their end, and ends them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from tests.forks import FORKS

START_SECONDS = 120.0
STOP_SECONDS = 60.0
RUN_SECONDS = 120.0
READY = re.compile(r"running at (?P<url>http://\S+)|Worker is running")


class Dumont:
    """`with Dumont("up", "--port", "0", env=...) as process: process.url`. It asks no cloud for its offers."""

    def __init__(self, *arguments: str, env: Mapping[str, str], cwd: Path | None = None, forked: bool = True) -> None:
        """`forked` from what is imported already, or else as a shell starts it, from nothing."""
        self.output: list[str] = []
        self.url = ""
        self._ready = threading.Event()
        ours = ("DUMONT_", "DATABASE_", "REDIS_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environ = {**clean, "DUMONT_LOG_FORMAT": "json", "DUMONT_WORKER_DUTIES": "false", **env}
        self.process = (Forked if forked else Started)(arguments, environ, cwd)
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
            with suppress(ProcessLookupError):
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


class Started(subprocess.Popen[str]):
    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], cwd: Path | None) -> None:
        super().__init__(
            [sys.executable, "-m", "dumont", *arguments],
            env=environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


class Forked:
    """What `Dumont` and tests use of a `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], cwd: Path | None) -> None:
        heard, said = FORKS.Pipe(duplex=False)
        given = (said, tuple(arguments), dict(environ), cwd)
        self._process = FORKS.Process(target=_become_dumont, args=given, daemon=True)  # none outlives the tests
        self._process.start()
        said.close()
        assert self._process.pid is not None
        self.pid = self._process.pid
        self.stdout = os.fdopen(os.dup(heard.fileno()), errors="replace")
        heard.close()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("dumont", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_forked(
    arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path, given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """A command that ends by itself, forked from what is imported already: to import it takes longer than most do."""
    with TemporaryDirectory(prefix="dumont-run-") as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_bytes(given)
        process = FORKS.Process(target=_run_dumont, args=(streams, tuple(arguments), dict(env), cwd), daemon=True)
        process.start()
        process.join(RUN_SECONDS)
        assert process.exitcode is not None, f"dumont {' '.join(arguments)} does not end"
        return subprocess.CompletedProcess(
            list(arguments), process.exitcode, streams[1].read_bytes(), streams[2].read_bytes()
        )


def _become_dumont(said: Connection, arguments: tuple[str, ...], environ: dict[str, str], cwd: Path | None) -> None:
    os.setsid()
    for number in (1, 2):
        os.dup2(said.fileno(), number)
    said.close()
    _main(arguments, environ, cwd)


def _run_dumont(streams: list[Path], arguments: tuple[str, ...], environ: dict[str, str], cwd: Path) -> None:
    for number, (place, flags) in enumerate(zip(streams, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)):
        os.dup2(os.open(place, flags), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - of the process
    _main(arguments, environ, cwd)


def _main(arguments: tuple[str, ...], environ: dict[str, str], cwd: Path | None) -> None:
    os.environ.clear()
    os.environ.update(environ)
    if cwd is not None:
        os.chdir(cwd)
    sys.argv = ["dumont", *arguments]
    from dumont.__main__ import main

    main()
