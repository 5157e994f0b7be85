"""What the agent must know after its own death: small files outside of the workspace, for its own eyes only."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from pathlib import Path
from typing import Any

TRIES, PAUSE_SECONDS = 20, 0.05
PID_DIGITS = 10
logger = logging.getLogger(__name__)


class Taken(Exception):
    """Another agent runs with the same folder."""


class Notes:
    """Facts by name; whole or not at all, also when the machine loses its power."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def write(self, name: str, told: dict[str, Any]) -> None:
        place, new = self.folder / f"{name}.json", self.folder / f".{name}.new"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, place)
        self._settle()

    def keep(self, name: str, told: dict[str, Any]) -> None:
        """For what goes on also where the disk is full: it is then known until the agent's death, as work fills disks
        just when it has most to save."""
        try:
            self.write(name, told)
        except OSError as error:
            logger.warning("What is known of %s can't be written down: %s", name, error.strerror)

    def read(self, name: str) -> dict[str, Any] | None:
        """None where there is none, or none that can be read."""
        try:
            told = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

    def names(self) -> list[str]:
        """The oldest first."""
        found = [path for path in self.folder.glob("*.json") if not path.name.startswith(".")]
        return [path.stem for path in sorted(found, key=lambda path: (_changed(path), path.name))]

    def drop(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def _settle(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Alone:
    """One agent a folder: the system lets go of it with whoever held it."""

    def __init__(self, folder: Path, *, tries: int = TRIES) -> None:
        """Tries for a moment: whoever only asks whether one runs holds it for so long."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(folder / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while not _locked(self._handle):
            tries -= 1
            if tries < 1:
                os.close(self._handle)
                raise Taken("An agent runs here already.")
            time.sleep(PAUSE_SECONDS)
        try:  # of one length, so that it fits where another one stood, though the disk is full
            os.pwrite(self._handle, f"{os.getpid():0{PID_DIGITS}}".encode(), 0)
        except OSError:
            os.ftruncate(self._handle, 0)  # nobody's rather than that of one who has died

    def close(self) -> None:
        os.close(self._handle)


def running(folder: Path) -> int | None:
    """The number of the agent that holds the folder."""
    try:
        held = Alone(folder, tries=1)
    except Taken:
        said = (folder / "running").read_text(encoding="ascii")
        return int(said) if said.isdigit() else None
    held.close()
    return None


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
