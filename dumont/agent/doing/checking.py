"""Looks whether a copy of the workspace could be worked with: its files can be read, and somebody could log in."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dumont.agent.doing.turn import Failed, Turn

BANNER = b"SSH-"
KNOCK_SECONDS = 3.0
READ_BYTES = 1 << 16
"""Of each file: a disk that gives its beginning mostly gives the rest, and nobody is held up for hours."""


class Checking:
    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    def run(self, turn: Turn) -> dict[str, Any]:
        """Writes nothing."""
        from dumont.snapstore import ignore
        from dumont.snapstore.model import Kind
        from dumont.snapstore.scan import scan
        from dumont.snapstore.track import Track

        began = time.monotonic()
        tree = scan(os.fsencode(self._workspace), Track(), ignore.Judge([ignore.defaults()], []))
        scanned = time.monotonic()
        paths = [os.path.join(tree.root, tree.paths[entry]) for entry in tree.files()]
        unreadable = [path for path in paths if not self._is_readable(path, turn)]
        read = time.monotonic()
        ssh = _answers(turn.args.get("doors") or ())
        return {
            "files": len(paths) + tree.kind.count(Kind.HARDLINK),
            "bytes": sum(tree.size),
            "unreadable": len(unreadable),
            "first_unreadable": os.fsdecode(unreadable[0]) if unreadable else None,
            "ssh": ssh,
            "seconds": {"count": scanned - began, "read": read - scanned, "ssh": time.monotonic() - read},
        }

    def _is_readable(self, path: bytes, turn: Turn) -> bool:
        if turn.stop.is_set():
            raise Failed("cancelled", "Stopped in the midst of it.")
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:  # gone since
            return True
        except OSError:
            return False
        try:
            os.read(handle, READ_BYTES)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True


def _answers(doors: Sequence[Any]) -> bool | None:
    """Whether an SSH server greets at any of these, as seen from the machine itself; None where there is no door."""
    found = [(str(door["host"]), int(door["port"])) for door in doors]
    return any(_greets(*door) for door in [*found, ("127.0.0.1", 22)]) if found else None


def _greets(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=KNOCK_SECONDS) as made:
            return made.recv(len(BANNER), socket.MSG_WAITALL) == BANNER
    except OSError:
        return False
