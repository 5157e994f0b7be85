"""A server that rents machines of this computer, as the fleet's verbs need one, with short times."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dumont.providers.local import folders, processes, ssh
from tests.build.accounts import PASSWORD
from tests.cli.terminal import NOT_OURS, Answer, Terminal
from tests.main.installation import until
from tests.ports import free_port
from tests.processes import Dumont

MISSING = "" if ssh.server() and shutil.which("ssh") and shutil.which("ssh-keygen") else "no OpenSSH on this computer"
ADA, BOB = "ada@example.com", "bob@example.com"
SHORT = {
    "DUMONT_WORKER_DUTIES": "true",
    "DUMONT_FLEET_BEAT_SECONDS": "0.5",
    "DUMONT_FLEET_MISSED_BEATS": "40",
    "DUMONT_FLEET_WATCH_SECONDS": "0.2",
    "DUMONT_FLEET_LIST_SECONDS": "1",
    "DUMONT_RATE_LIMIT_USER": "100000/minute",
    "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
}
WORDS = ("gpu_count=0", "--provider", "local", "--disk", "1", "--parallel", "1")


class Person:
    """At a terminal, with a home of their own."""

    def __init__(self, server: str, home: Path) -> None:
        self.home = home
        self.ssh = home / ".ssh"
        self.key = self.ssh / "id_ed25519"
        self._terminal = Terminal(server, home / "config")
        self.ssh.mkdir(parents=True, mode=0o700)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)

    def run(self, *words: str, given: str = "") -> Answer:
        return self._terminal.run(*words, given=given, HOME=str(self.home))

    def does(self, *words: str, given: str = "") -> Answer:
        return self._terminal.does(*words, given=given, HOME=str(self.home))

    def begins(self, *words: str) -> "subprocess.Popen[str]":
        """In a process of its own: it goes on, or another program takes its place."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        env = {**ours, **self._terminal.env, "HOME": str(self.home)}
        command = [sys.executable, "-m", "dumont", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)

    def launches(self, name: str, *more: str) -> Answer:
        return self.does("launch", *WORDS, "-c", name, "-y", *more)

    def state(self, name: str) -> str:
        found = self.does("ls", "--json").json["items"]
        return next((str(each["state"]) for each in found if each["name"] == name), "destroyed")


@contextmanager
def keeping(folder: Path, database: str) -> Iterator[Callable[[str], Person]]:
    """Opens accounts at a server, the first of which is the administrator's."""
    machines = folder / "machines"
    port = str(free_port())  # of which its agents must know
    env = {
        **SHORT,
        "DATABASE_URL": database,
        "DUMONT_HOME": str(folder / "home"),
        "DUMONT_PROVIDER_URLS": json.dumps({"local": f"file://{machines}?slots=20&price_hour=0.36"}),
    }
    try:
        with Dumont("up", "--port", port, env=env) as server:

            def person(email: str) -> Person:
                made = Person(server.url, folder / email)
                made.does("signup", "--email", email, "--name", email[:3], "--password-stdin", given=PASSWORD)
                return made

            yield person
    finally:
        for path in machines.glob("[!.]*/order.json"):
            processes.end(folders.known(path.parent), str(path.parent))


class Following:
    """What a process says, line by line; ended as Ctrl-C does."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.lines: list[str] = []
        self._process = process
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> "Following":
        self._reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._reader.join()

    def until(self, part: str) -> None:
        until(lambda: any(part in line for line in self.lines))

    def interrupt(self) -> int:
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(30)

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.lines.extend(iter(self._process.stdout.readline, ""))
