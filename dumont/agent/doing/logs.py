"""Shows what was written on this machine: by its start script, or by the agent itself; the end of it, and what comes.

Whole lines only, so that a secret which is just being written is not told in two halves that nobody would recognise.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.logs import FILE, SECRET

BYTES_MOST = 24 * 1024
"""Of one answer, which the fleet takes in with a heartbeat."""
PARTIAL_MOST = 4096
"""A line without an end that is longer is told all the same."""
LINES, LINES_MOST = 200, 2000
WAIT_SECONDS_MOST = 10.0
LOOK_SECONDS = 0.2
COMMAND = re.compile(r"[0-9A-Za-z-]{1,64}")
CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
"""Colours, titles of windows, and what else is no text."""


class Logs:
    def __init__(self, state: Path, commands: Path) -> None:
        """`commands` is the folder in which each script has its own."""
        self._state = state
        self._commands = commands

    def run(self, turn: Turn) -> dict[str, Any]:
        """From `offset` on, waiting for something new there; without one, the last `lines` lines."""
        args, path = turn.args, self._path(turn.args)
        offset = args.get("offset")
        if offset is None:
            return _told(*_end(path, min(LINES_MOST, max(1, int(args.get("lines") or LINES)))), anew=False)
        size = _size(path)
        if int(offset) > size:  # it was begun anew
            return _told(*_from(path, 0), anew=True)
        self._wait(turn, path, int(offset))
        return _told(*_from(path, int(offset)), anew=False)

    def _path(self, args: dict[str, Any] | Any) -> Path:
        if args.get("source") == "agent":
            return self._state / FILE
        command = str(args.get("command") or "")
        if not COMMAND.fullmatch(command):
            raise Failed("bad_request", "The command does not say whose output is wanted.")
        return self._commands / command / "log"

    def _wait(self, turn: Turn, path: Path, offset: int) -> None:
        left = min(WAIT_SECONDS_MOST, max(0.0, float(turn.args.get("wait_seconds") or 0)))
        while left > 0 and not _from(path, offset)[0]:
            if turn.stop.wait(LOOK_SECONDS):
                return
            left -= LOOK_SECONDS


def _end(path: Path, lines: int) -> tuple[bytes, int, bool]:
    """What is there, where it ends, and whether there is more before it."""
    size = _size(path)
    start = max(0, size - BYTES_MOST)
    content = _read(path, start)
    whole = _whole(content)
    kept = whole.splitlines(keepends=True)
    if start and len(kept) > 1:
        kept = kept[1:]
    return b"".join(kept[-lines:]), start + len(whole), start > 0 or len(kept) > lines


def _from(path: Path, offset: int) -> tuple[bytes, int, bool]:
    whole = _whole(_read(path, offset))
    return whole, offset + len(whole), False


def _whole(content: bytes) -> bytes:
    """Without a last line that has no end yet; what draws over its own line ends it each time."""
    end = max(content.rfind(b"\n"), content.rfind(b"\r")) + 1
    return content if len(content) - end >= PARTIAL_MOST else content[:end]


def _told(content: bytes, offset: int, more: bool, *, anew: bool) -> dict[str, Any]:
    text = content.decode("utf-8", "replace").replace("\ufffd", "?").replace("\r\n", "\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in CONTROL.sub("", text).split("\n")]
    return {"text": SECRET.sub(r"\1_***", "\n".join(lines)), "offset": offset, "more": more, "anew": anew}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(path: Path, start: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start, os.SEEK_SET)
            return file.read(BYTES_MOST)
    except OSError:
        return b""
