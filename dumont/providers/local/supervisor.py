"""Runs one machine on this computer: boots it, keeps its SSH server up, and ends when it is told to.

A process of its own, so that the machine outlives whoever rented it. It is given a folder, reads `order.json` there,
and writes `state.json`, which is all that others know. A TERM ends the machine, also from inside (its number is in the
environment as `DUMONT_SUPERVISOR`), and an INT ends it at once. Needs nothing but the standard library.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dumont.providers.local import processes

GRACE_SECONDS = 2.0
SSH_SECONDS = 10.0
SSH_TRIES = 3
PR_SET_CHILD_SUBREAPER = 36


class _Told(Exception):
    """To end."""


class _Failed(Exception):
    """In the words of the one who reads the machine's state."""


class Supervisor:
    def __init__(self, folder: Path, awake: int) -> None:
        self._folder = folder
        self._order: Mapping[str, Any] = json.loads((folder / "order.json").read_text())
        self._awake = awake
        self._grace_seconds: float | None = None
        """Set once it is told to end."""
        self._log: IO[bytes] = (folder / "log").open("ab")
        self._ssh: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    def say(self, phase: str, reason: str | None = None) -> None:
        """Whole or not at all, and with every process that must be known by number."""
        known = [os.getpid(), *([self._ssh.pid] if self._ssh else [])]
        state = {
            "phase": phase,
            "reason": reason,
            "port": self._port if phase == "running" else None,
            "processes": [[pid, born] for pid in known if (born := processes.birth(pid))],
        }
        new = self._folder / "state.json.new"
        new.write_text(json.dumps(state))
        new.replace(self._folder / "state.json")

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        try:
            self._boot()
            self.say("running")
            while True:
                self._pause(1.0)
                self._keep_ssh()
        except _Told:
            self._end("stopped", None)
        except _Failed as error:
            self._end("failed", str(error))

    def _boot(self) -> None:
        self._pause(self._order["boot_seconds"])
        if self._order["boots"] == "never":
            while True:
                self._pause(3600)
        if self._order["boots"] == "fails":
            raise _Failed("It did not boot, as it was set to.")
        if self._order["sshd"]:
            self._start_ssh()
        self._start("onstart", ["/bin/sh", str(self._folder / "onstart")])

    def _start_ssh(self) -> None:
        """On a port that was free a moment ago: another program may take it first."""
        for _ in range(SSH_TRIES):
            self._port = _free_port()
            conf = str(self._folder / "ssh" / "sshd_config")
            self._ssh = self._start("sshd", [self._order["sshd"], "-D", "-e", "-f", conf, "-p", str(self._port)])
            until = time.monotonic() + SSH_SECONDS
            while time.monotonic() < until and self._ssh.poll() is None:
                if _answers(self._port):
                    return
                self._pause(0.02)
            self._ssh.kill()
        raise _Failed("Its SSH server did not start; the log says why.")

    def _keep_ssh(self) -> None:
        if self._ssh and self._ssh.poll() is not None:
            self._start_ssh()
            self.say("running")

    def _start(self, what: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        env = {**self._order["env"], processes.MARK: str(self._folder), "DUMONT_SUPERVISOR": str(os.getpid())}
        self._log.write(f"-- {what} begins\n".encode())
        self._log.flush()
        return subprocess.Popen(  # noqa: S603 - running what was ordered is what a machine is for
            command, cwd=self._folder / "disk", env=env, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def _pause(self, seconds: float) -> None:
        """Until then, or until somebody says that it is over; buries whoever has died meanwhile."""
        until = time.monotonic() + seconds
        while True:
            if self._grace_seconds is not None:
                raise _Told
            self._bury()
            left = until - time.monotonic()
            if left <= 0:
                return
            select.select([self._awake], [], [], min(left, 1.0))
            with suppress(BlockingIOError):
                os.read(self._awake, 512)

    def _bury(self) -> None:
        """Orphans of the machine come to its supervisor; the SSH server's own end is asked of its `Popen`."""
        if self._ssh is not None:
            self._ssh.poll()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def _on_signal(self, number: int, _frame: object) -> None:
        self._grace_seconds = GRACE_SECONDS if number == signal.SIGTERM else 0.0

    def _end(self, phase: str, reason: str | None) -> None:
        me = (os.getpid(), processes.birth(os.getpid()) or "")
        processes.end([me], str(self._folder), grace_seconds=self._grace_seconds or 0)
        self._bury()
        self._ssh = None
        self.say(phase, reason)


def main(folder: Path) -> None:
    """Returns to the one who called once the machine is known by `state.json`; then goes on alone."""
    ready, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os._exit(0 if os.read(ready, 1) else 1)
    os.close(ready)
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    awake, wakes = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    supervisor = Supervisor(folder, awake)
    supervisor.listen()
    supervisor.say("booting")
    os.write(tell, b"1")
    os.close(tell)
    supervisor.run()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]))
