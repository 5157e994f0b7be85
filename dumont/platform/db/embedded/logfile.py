"""The server's own log: kept small, and quoted when a start fails."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

BYTES_MAX = 5 * 1024 * 1024
LINES_QUOTED = 8


def open_log(log: Path) -> BinaryIO:
    """Appending, always: the file is cut while the server writes to it."""
    log.touch(mode=0o600)
    return log.open("ab")


def trim(log: Path) -> None:
    """One older piece is kept. A line written between the copy and the cut is lost: the price of no extra process."""
    if not log.exists() or log.stat().st_size <= BYTES_MAX:
        return
    older = log.with_name(log.name + ".1")
    shutil.copy(log, older)
    os.truncate(log, 0)


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def last_lines(log: Path, since: int = 0) -> str:
    if not log.exists():
        return "(it has no log)"
    with log.open("rb") as file:
        file.seek(max(since, size(log) - 16_384))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-LINES_QUOTED:]) or "(its log is empty)"
