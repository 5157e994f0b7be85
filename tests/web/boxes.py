"""Two snapshots of a small tree, made as a machine makes them: by the command that the page shows."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.people import Account, Installation

SOON_SECONDS = 60.0


@dataclass(frozen=True)
class Box:
    """Ada's, of the label `box`: the later one has another file, and one of other content."""

    earlier: str
    later: str
    folder: Path


def keep(installation: Installation, folder: Path) -> Box:
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "src" / "train.py").write_text("print('hello')\n")
    (folder / "src" / "deep" / "notes.txt").write_text("deep\n" * 100)
    (folder / "weights.bin").write_bytes(bytes(range(256)) * 4000)
    earlier = take(installation, installation.ada, folder)
    (folder / "src" / "train.py").write_text("print('goodbye')\n")
    (folder / "new.txt").write_text("new\n")
    return Box(earlier, take(installation, installation.ada, folder), folder)


def take(installation: Installation, who: Account, folder: Path) -> str:
    """Its id, when the server has seen that it is complete."""
    started = installation.does(who, "POST", "/snapshots", {"path": str(folder), "label": "box"})
    run(started["command"])
    snapshot = started["snapshot"]["id"]
    become(installation, who, f"/snapshots/{snapshot}", "complete")
    return str(snapshot)


def run(command: str) -> None:
    """What a page says to run; only the program's place is the test's."""
    grant, dumont, *words = command.split(" ")
    name, token = grant.split("=")
    assert dumont == "dumont"
    done = subprocess.run(
        [sys.executable, "-m", "dumont", *words],
        env={**os.environ, name: token},
        capture_output=True,
        text=True,
        timeout=SOON_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def become(installation: Installation, who: Account, path: str, state: str) -> Any:
    deadline = time.monotonic() + SOON_SECONDS
    while (found := installation.does(who, "GET", path))["state"] != state:
        assert time.monotonic() < deadline, found
        assert found["state"] != "failed", found["error"]
        time.sleep(0.1)
    return found
