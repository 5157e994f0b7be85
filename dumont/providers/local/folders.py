"""A machine's folder: its state, who runs it, how it is begun and ended, and the locks that keep two hands apart."""

import fcntl
import json
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dumont.providers.errors import Unavailable
from dumont.providers.local import processes, ssh

PACKAGE = Path(__file__).parents[3]
SUPERVISE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
    "from dumont.providers.local.supervisor import main; main(Path(sys.argv[2]))"
)
"""Without the paths and site packages of this program, which a supervisor does not need."""
LAUNCH_SECONDS = 30
PATIENCE_SECONDS = 1.0


def launch(folder: Path) -> None:
    """Returns once the supervisor is known by number."""
    command = [sys.executable, "-I", "-S", "-c", SUPERVISE, str(PACKAGE), str(folder)]
    with (folder / "log").open("ab") as log:
        ended = subprocess.run(  # noqa: S603 - our own program, given a folder of ours
            command,
            cwd=folder,
            env={"PATH": ssh.SYSTEM_PATH, processes.MARK: str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=LAUNCH_SECONDS,
            check=False,
        )
    if ended.returncode != 0:
        raise Unavailable("This computer could not start the machine's supervisor; the machine's log says why.")


def end(folder: Path, *, grace_seconds: float = 0) -> None:
    """By its supervisor, who buries the dead; then, if that takes too long or there is none, by force."""
    for supervisor in known(folder)[:1]:
        processes.tell(supervisor, signal.SIGTERM if grace_seconds else signal.SIGINT)
        processes.wait(supervisor, grace_seconds + PATIENCE_SECONDS)
    if not processes.end(known(folder), str(folder)):
        raise Unavailable("Some processes of the machine do not end.")


def state_in(folder: Path) -> Mapping[str, Any] | None:
    """None before the first start."""
    try:
        state: Mapping[str, Any] = json.loads((folder / "state.json").read_text())
    except FileNotFoundError:
        return None
    return state


def known(folder: Path) -> Sequence[processes.Known]:
    state = state_in(folder) or {}
    return [(int(pid), str(born)) for pid, born in state.get("processes", ())]


def phase(folder: Path, state: Mapping[str, Any] | None) -> tuple[str, str | None]:
    """What the supervisor wrote last is true as long as it lives."""
    if state is None:
        return "failed", "It was never started."
    told: str = state["phase"]
    if told in ("booting", "running"):
        supervisors = known(folder)[:1]
        if not supervisors or not processes.lives(supervisors[0]):
            return "failed", "Its processes have ended, and nobody here ended them."
    return told, state.get("reason")


def replace(path: Path, text: str) -> None:
    """Whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.replace(path)


def tail(path: Path, lines: int) -> str:
    try:
        with path.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines))
    except FileNotFoundError:
        return ""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Over all processes of this computer; the system lets go when the holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
