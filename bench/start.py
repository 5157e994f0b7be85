"""How long `dumont up` takes until it is ready, what it takes of memory, and how quick `make up` is the second time.

Homes are folders of our own. Bytecode is kept, as `make` keeps it, so that Python's compiler is not what is timed.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import TICKS, free_port, median, memory_megabytes, show, tree

ROOT = Path(__file__).parents[1]
DUMONT = [sys.executable, "-m", "dumont"]
TARGETS = [".venv/.setup-run", "web/dist/index.html"]
WARM_RUNS, HELP_RUNS, IDLE_SECONDS, PATIENCE_SECONDS = 3, 5, 10, 60
GOAL_HELP, GOAL_COLD, GOAL_WARM, GOAL_AGAIN, GOAL_MEMORY = 0.3, 10.0, 3.0, 3.0, 250.0


@dataclass(frozen=True)
class Start:
    wall: float
    cpu: float


def main() -> int:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        home = Path(folder) / "home"
        _start(home)  # makes the bytecode
        cold, _ = _start(Path(folder) / "cold")
        warm = [_start(home)[0] for _ in range(WARM_RUNS)]
        _, memory = _start(home, idle=IDLE_SECONDS)
        again = _start(home, make=True)[0] if _is_made() else None
    helped = [_help() for _ in range(HELP_RUNS)]
    rows = [
        _row("dumont --help", _median(helped), GOAL_HELP),
        _row("dumont up, empty home, until /health/ready", cold, GOAL_COLD),
        _row("dumont up, home there, until /health/ready", _median(warm), GOAL_WARM),
        _row("make up again, until /health/ready", again, GOAL_AGAIN),
    ]
    note = f"CPU of all processes together. Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    show("Start: seconds", ("what", "wall", "CPU", "goal", ""), rows, note)
    show(
        f"Memory of `dumont up`, idle {IDLE_SECONDS} s after its start: MB",
        ("processes", "PSS", "RSS", "goal of PSS", ""),
        [[name, round(pss), round(rss), *_judged(pss, goal, "< {:.0f}")] for name, pss, rss, goal in memory],
        "PSS counts a page that n processes share as 1/n in each; RSS counts it in each.",
    )
    return 0


def _start(home: Path, *, idle: float = 0, make: bool = False) -> tuple[Start, list[tuple[str, float, float, float]]]:
    port = free_port()
    arguments = ["--port", str(port), "--home", str(home)]
    command = ["make", "up", f"ARGS={' '.join(arguments)}"] if make else [*DUMONT, "up", *arguments]
    began = time.monotonic()
    with _running(command) as process:
        _wait_ready(process, f"http://127.0.0.1:{port}/health/ready")
        wall, cpu = time.monotonic() - began, sum(_cpu_with_buried(pid) for pid in tree(process.pid))
        time.sleep(idle)
        return Start(wall, cpu), _memory(process.pid)


@contextmanager
def _running(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Stopped as Ctrl-C stops it: every process of its group hears it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_", "REDIS_"))}
    if command[0] != "make":
        env["PYTHONDONTWRITEBYTECODE"] = ""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE_SECONDS)


def _wait_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.01)
    raise SystemExit("bench: dumont up did not become ready")


def _memory(pid: int) -> list[tuple[str, float, float, float]]:
    """Of Python and of PostgreSQL, and of both."""
    sizes: dict[str, tuple[float, float]] = {"dumont": (0, 0), "PostgreSQL": (0, 0)}
    for each in tree(pid):
        with suppress(OSError):
            name = "PostgreSQL" if Path(f"/proc/{each}/comm").read_text().startswith("postgres") else "dumont"
            pss, rss = sizes[name]
            sizes[name] = (pss + memory_megabytes(each), rss + _resident_megabytes(each))
    rows = [(name, pss, rss, 0.0) for name, (pss, rss) in sizes.items()]
    return [*rows, ("together", sum(row[1] for row in rows), sum(row[2] for row in rows), GOAL_MEMORY)]


def _resident_megabytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cpu_with_buried(pid: int) -> float:
    """With the seconds of children that have ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11:15]) / TICKS
    return 0.0


def _is_made() -> bool:
    """Nothing is built here for a measurement: what is asked is how long `make up` takes when nothing is to be done."""
    return subprocess.run(["make", "-q", *TARGETS], cwd=ROOT, capture_output=True, check=False).returncode == 0


def _help() -> Start:
    began, before = time.monotonic(), os.times()
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([*DUMONT, "--help"], cwd=ROOT, env=env, capture_output=True, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Start(time.monotonic() - began, cpu)


def _median(starts: Sequence[Start]) -> Start:
    return Start(median([start.wall for start in starts]), median([start.cpu for start in starts]))


def _row(name: str, start: Start | None, goal: float) -> list[object]:
    if start is None:
        return [name, "-", "-", f"< {goal}", "run `make up` first: something is out of date"]
    return [name, f"{start.wall:.2f}", f"{start.cpu:.2f}", *_judged(start.wall, goal, "< {}")]


def _judged(found: float, goal: float, wording: str) -> list[str]:
    return [wording.format(goal), "reached" if found < goal else "MISSED"] if goal else ["", ""]


if __name__ == "__main__":
    sys.exit(main())
