"""What all benchmarks share: a table, a server process with its CPU seconds and memory, and wrk."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

TICKS = os.sysconf("SC_CLK_TCK")
WRK = shutil.which("wrk")
WRK_MISSING = "" if WRK else "bench: wrk is missing; as root on Debian: apt-get install wrk"


@dataclass(frozen=True)
class Load:
    requests_second: float
    requests_cpu_second: float
    milliseconds_p50: float
    milliseconds_p99: float


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    table = Table(title=title, title_justify="left", caption=note or None, caption_justify="left", min_width=len(title))
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*[f"{cell:,.3g}" if isinstance(cell, float) else str(cell) for cell in row])
    Console(width=max(120, shutil.get_terminal_size().columns)).print(table)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, ahead = [], [pid]
    while ahead:
        found.append(ahead.pop())
        ahead += children.get(found[-1], [])
    return found


def memory_megabytes(pid: int) -> float:
    """Proportional: pages that several processes share are counted once."""
    match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(match[1]) / 1024 if match else 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(arguments: Sequence[str], port: int, env: Mapping[str, str] | None = None) -> Iterator[int]:
    """A server process, waited for until its port answers; yields its pid."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def wrk(
    url: str, pid: int, *, seconds: int = 3, connections: int = 32, headers: Mapping[str, str] | None = None
) -> Load:
    """One round of load; the server's own CPU seconds tell more than the wall on a shared machine."""
    if WRK is None:
        raise SystemExit(WRK_MISSING)
    before = cpu_seconds(pid)
    options = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    command = [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *options, url]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in answer:
        raise SystemExit(f"bench: {url} did not answer 200:\n{answer}")
    count = int(re.search(r"(\d+) requests in", answer)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", answer)[1])  # type: ignore[index]
    spent = max(cpu_seconds(pid) - before, 1 / TICKS)
    return Load(rate, count / spent, _latency(answer, "50%"), _latency(answer, "99%"))


def _latency(answer: str, percentile: str) -> float:
    number, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", answer).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
