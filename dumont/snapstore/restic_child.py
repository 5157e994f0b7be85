"""Runs the real `restic`: secrets by pipe and environment, its lines of JSON as they come, its failures by kind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any, Callable

from dumont.snapstore.errors import (
    BadRequest,
    Damaged,
    KeyNeeded,
    Missing,
    NoRoom,
    SnapError,
    StoreAway,
    StoreRefused,
)
from dumont.snapstore.track import Track

PATIENCE = 10.0
"""Seconds that a child which was asked to stop has for taking its lock away."""
LOOK_EVERY = 0.2
SOME_FILES_UNREAD = 3
Line = Mapping[str, Any]


class ResticAbsent(SnapError):
    """There is no such program here."""

    code = "restic_absent"
    hint = "Install it: `apt-get install restic`, `brew install restic`, or from restic.net."


class Child:
    """One run of restic."""

    def __init__(self, command: list[str], env: dict[str, str], passphrase: str, folder: str | None = None) -> None:
        self._said: deque[str] = deque(maxlen=50)
        self._lines: Queue[Line | None] = Queue(1000)
        with _passphrase(passphrase, env) as pipes:
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- a list of words, no shell
                    command,
                    env=env,
                    cwd=folder,
                    pass_fds=pipes,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            except FileNotFoundError as error:
                if folder is not None and not Path(folder).is_dir():
                    raise BadRequest(f"There is no folder {folder}.") from error
                raise ResticAbsent(f"There is no program called {command[0]} here.") from error
            except OSError as error:
                raise ResticAbsent(f"{command[0]} can't be started: {error.strerror}.") from error
        self._readers = [
            Thread(target=self._read, args=(self._process.stdout, True), daemon=True),
            Thread(target=self._read, args=(self._process.stderr, False), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def lines(self, track: Track, meanwhile: Callable[[int], None] | None = None) -> Iterator[Line]:
        """What it says, until it ends; it ends at once when somebody cancels. `meanwhile` is given its number."""
        try:
            open_ends = 2
            while open_ends:
                track.check()
                try:
                    line = self._lines.get(timeout=LOOK_EVERY)
                except Empty:
                    if meanwhile:
                        meanwhile(self._process.pid)
                    continue
                if line is None:
                    open_ends -= 1
                else:
                    yield line
        finally:
            self.stop()
        self._judge(self._process.returncode)

    @property
    def partly(self) -> bool:
        """It has ended, and some files could not be read."""
        return self._process.returncode == SOME_FILES_UNREAD

    def said(self) -> str:
        """Its last lines that were no JSON."""
        return "\n".join(self._said)

    def stop(self) -> None:
        """Asks it to end, and makes it."""
        if any(reader.is_alive() for reader in self._readers):
            self._process.send_signal(signal.SIGINT)
        self._drain(PATIENCE)
        self._process.kill()
        self._process.wait()
        self._drain(PATIENCE)
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()

    def _drain(self, seconds: float) -> None:
        """Waits for its end, taking its lines: a child that nobody listens to would wait for us."""
        for _ in range(int(seconds / LOOK_EVERY)):
            with contextlib.suppress(Empty):
                while True:
                    self._lines.get_nowait()
            for reader in self._readers:
                reader.join(LOOK_EVERY / 2)
            if not any(reader.is_alive() for reader in self._readers):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(seconds)
                return

    def _read(self, stream: IO[bytes], wanted: bool) -> None:
        with contextlib.suppress(ValueError, OSError):  # closed, as nobody listens any more
            for line in stream:
                text = line.decode(errors="replace").strip()
                said = _json(text)
                if said is not None and (wanted or said.get("message_type") == "error"):
                    self._lines.put(said)
                if said is None or not wanted:
                    self._said.append(text)
        self._lines.put(None)

    def _judge(self, status: int) -> None:
        if status not in (0, SOME_FILES_UNREAD):
            raise failure(status, list(self._said))


def output(command: list[str], env: dict[str, str], passphrase: str, track: Track) -> list[Line]:
    """All that a short run says."""
    return list(Child(command, env, passphrase).lines(track))


KINDS: tuple[tuple[frozenset[int], str, type[SnapError], str, str], ...] = (
    (
        frozenset({12}),
        r"wrong password|no key found",
        KeyNeeded,
        "The passphrase does not open this restic repository.",
        "",
    ),
    (
        frozenset({11}),
        r"already locked|unable to create lock",
        BadRequest,
        "Somebody else works on this restic repository.",
        "Wait until it is done; if nobody does any more, run `restic unlock`.",
    ),
    (
        frozenset(),
        r"access ?denied|forbidden|access ?key ?id|signature|permission denied|unauthorized",
        StoreRefused,
        "The store of this restic repository says no.",
        "",
    ),
    (
        frozenset(),
        r"connection refused|no such host|i/o timeout|timed out|connection reset|network is unreachable",
        StoreAway,
        "The store of this restic repository does not answer.",
        "",
    ),
    (frozenset(), r"no space left", NoRoom, "The disk is full.", "Make room, and run the same again."),
    (
        frozenset({10}),
        r"is there a repository|unable to open config|repository does not exist",
        Missing,
        "There is no restic repository at this address.",
        "Check the address, or make one: `restic init`.",
    ),
    (
        frozenset(),
        r"no matching ID|no snapshot found|no snapshot matched|invalid id|snapshot .* not found|path .* not found",
        Missing,
        "The restic repository has no such snapshot, or no such folder in it.",
        "List what there is.",
    ),
    (
        frozenset(),
        r"ciphertext verification failed|hash does not match|is damaged|invalid data|wrong hash|unexpected EOF",
        Damaged,
        "The restic repository is damaged.",
        "Run `restic check --read-data`.",
    ),
)


def failure(status: int, said: list[str]) -> SnapError:
    """What went wrong, by kind; restic's own last words are in it, without anybody's password."""
    text = "\n".join(_plain(line) for line in said if line)
    words = _without_secrets(text)
    last = next((line for line in words.splitlines() if "atal" in line), words.splitlines()[-1] if words else "")
    for statuses, pattern, kind, message, hint in KINDS:
        if status in statuses or re.search(pattern, text, re.IGNORECASE):
            return kind(f"{message} restic says: {last}" if last else message, hint)
    return SnapError(f"restic ended with {status}" + (f": {last}" if last else "."), "Run the same again.")


def _plain(line: str) -> str:
    said = _json(line)
    return line if said is None else str(said.get("message") or said.get("error") or "")


def _without_secrets(text: str) -> str:
    return re.sub(r"://[^/@\s]+@", "://", text)


def _json(text: str) -> dict[str, Any] | None:
    """Also of answers that are a list: its parts, under `list`."""
    if text[:1] not in ("{", "["):
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else {"list": said}


@contextlib.contextmanager
def _passphrase(passphrase: str, env: dict[str, str]) -> Iterator[tuple[int, ...]]:
    """By a pipe that has no name; never an argument, and never where other programs can read it."""
    if not passphrase or passphrase != passphrase.strip() or len(passphrase) > 4096:
        # Of a file restic takes the spaces off, so such a passphrase has to come by the child's environment.
        env["RESTIC_PASSWORD"] = passphrase
        yield ()
        return
    reading, writing = os.pipe()
    try:
        os.write(writing, passphrase.encode())
        os.close(writing)
        env["RESTIC_PASSWORD_FILE"] = f"/dev/fd/{reading}"
        yield (reading,)
    finally:
        os.close(reading)
