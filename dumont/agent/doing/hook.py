"""People's own scripts: run once in the workspace, whatever becomes of the agent meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any

from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.agent.sampling import processes

OUTPUT_KEPT = 8192
LOG_MOST = 16 << 20
POLL_SECONDS, POLL_SECONDS_MOST = 0.05, 1.0
"""Ever more seldom: some scripts run for days."""
GRACE_SECONDS = 5.0
BEGIN_SECONDS = 5.0
SHELL = """
set -C
echo $$ 2>/dev/null > "$4" || exit
set +C
(umask 022; cd "$1" && exec /bin/sh "$2") >> "$3" 2>&1
echo $? > "$5.new" && mv "$5.new" "$5"
"""
"""Of two that are started only the first goes on. It writes down its number and what came of it, for whoever looks
after the one who started it has died. People's files are as open as is usual, ours are not."""


class Hooks:
    def __init__(self, given: Given) -> None:
        self._given = given

    def run(self, turn: Turn) -> dict[str, Any]:
        """What the script leaves running goes on: only the script itself is waited for, and where no time is said for
        as long as it runs."""
        place, most = _Place(turn.folder), turn.args.get("timeout_seconds")
        until = time.monotonic() + float(most) if most else inf
        if _count(place.shell) is None:
            self._start(place, turn.args)
        code = _waited(place, _number(place), turn, until)
        return {"code": code, "output": _tail(place.log)}

    def trim(self, folder: Path) -> None:
        """What scripts left running may write without end."""
        for path in folder.glob("*/log"):
            with suppress(OSError):
                if path.stat().st_size > LOG_MOST:
                    os.truncate(path, 0)

    def _start(self, place: _Place, args: Mapping[str, Any]) -> None:
        wanted = {str(name): str(value) for name, value in dict(args.get("env") or {}).items()}
        command = ["/bin/sh", "-c", SHELL, "dumont-hook"]
        files = [str(path) for path in (self._given.workspace, place.script, place.log, place.shell, place.code)]
        try:
            place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not place.script.exists():  # whoever reads it already must not find another one
                place.half.write_text(str(args.get("script") or ""), encoding="utf-8")
                place.half.replace(place.script)
            subprocess.Popen(  # noqa: S603 - running what people asked for is what a machine is for
                [*command, *files],
                env={**self._given.env, **wanted},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise Failed("not_started", f"The script could not be started: {error.strerror}.") from error


class _Place:
    def __init__(self, folder: Path) -> None:
        self.folder, self.half = folder, folder / "script.new"
        self.script, self.log, self.code, self.shell = (folder / name for name in ("script", "log", "code", "shell"))


def _number(place: _Place) -> int:
    """Of the shell that runs the script."""
    for _ in _ticks(BEGIN_SECONDS):
        found = _count(place.shell)
        if found is not None:
            return found
    raise Failed("interrupted", "The script began, and nobody knows how far it came.")


def _waited(place: _Place, pid: int, turn: Turn, until: float) -> int:
    pause = POLL_SECONDS
    while _count(place.code) is None:
        if not _lives(pid, place) and _count(place.code) is None:
            raise Failed("killed", f"The script was killed. {_tail(place.log)}".strip())
        if turn.stop.wait(pause):
            _end(pid, place)
            raise Failed("cancelled", "The script was stopped, as asked.")
        if time.monotonic() > until:
            _end(pid, place)
            raise Failed("timeout", f"The script took too long and was ended. {_tail(place.log)}".strip())
        pause = min(POLL_SECONDS_MOST, pause * 1.1)
    return _count(place.code) or 0


def _end(pid: int, place: _Place) -> None:
    """All of its session that did not leave its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _lives(pid, place):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        for _ in _ticks(GRACE_SECONDS):
            if not _lives(pid, place):
                return


def _ticks(seconds: float) -> Iterator[None]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(POLL_SECONDS)


def _lives(pid: int, place: _Place) -> bool:
    """Numbers are used again, but nobody else runs this very file. A child of ours is buried here."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return str(place.script) in processes.words(pid)


def _count(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - OUTPUT_KEPT))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
