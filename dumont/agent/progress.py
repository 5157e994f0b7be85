"""How far the work itself says that it is: a number in a file of the workspace, so that it goes where the work goes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

NAME = ".dumont-progress"
BYTES_MOST = 64


def path_in(workspace: Path) -> Path:
    return workspace / NAME


def share(workspace: Path) -> float | None:
    """Of 1. None where nothing is said, or what makes no sense, as what is half written does."""
    try:
        handle = os.open(path_in(workspace), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        said = os.read(handle, BYTES_MOST) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    finally:
        os.close(handle)
    return read(said)


def read(said: bytes) -> float | None:
    """`0.42`, or `42%`."""
    text = said.decode("ascii", "replace").strip()
    try:
        found = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
    return round(found, 6) if 0 <= found <= 1 else None
