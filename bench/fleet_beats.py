"""How many heartbeats a second one core takes in, and how soon idleness is noticed; beside bare updates of the rows.

`dumont web` as it is, one process, on an embedded database with real fsync; wrk plays the agents, over connections that
stay open, each beat of another of 10,000 rentals. The bare limit is what asyncpg and PostgreSQL do for the same rows in
batches of the same size, without HTTP, tokens and rules.
"""

import asyncio
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.fleet import detection, rows
from bench.table import TICKS, WRK, WRK_MISSING, cpu_seconds, free_port, median, memory_megabytes, serving, show, tree
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres

AGENTS = 10_000
ROUNDS, SECONDS, CONNECTIONS = 3, 4, 128
BATCH = 64
COLUMNS = ("what", "beats/s", "beats per CPU-s, web", "beats per CPU-s, both", "PostgreSQL's share", "p50 ms", "p99 ms")
PATH = "/api/v1/agent/status"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    beats_second: float
    web_seconds: float
    database_seconds: float
    """CPU of each, for one beat."""
    milliseconds_p50: float | None = None
    milliseconds_p99: float | None = None


def main() -> int:
    if WRK is None:
        print(WRK_MISSING, file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="dumont-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(folder / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            tokens = folder / "tokens"
            tokens.write_text("\n".join(asyncio.run(rows.fill(postgres.url, AGENTS))))
            server = int((folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
            with _web(folder, postgres.url) as (url, pid):
                empty = memory_megabytes(pid)
                rounds = [(_load(url, tokens, pid, server), _bare(postgres.url, server)) for _ in range(ROUNDS)]
                held = memory_megabytes(pid)
            found = asyncio.run(detection.measure(postgres.url, folder))
    _show(rounds, (empty, held), found)
    return 0


def _show(rounds: Sequence[tuple[Load, Load]], memory: tuple[float, float], found: detection.Found) -> None:
    ours, bare = ([each[place] for each in rounds] for place in (0, 1))
    show(
        f"Heartbeats of {AGENTS:,} agents: wrk -c{CONNECTIONS}, {SECONDS} s a round, median of {ROUNDS} in turns",
        COLUMNS,
        [_row("POST /agent/status", ours), _row(f"bare UPDATE of the rows, {BATCH} at a time", bare)],
        "CPU seconds of `web` are the web process's own (of the bare update: of the client), `both` adds PostgreSQL's. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, which wrk shares.",
    )
    show(
        f"{AGENTS:,} instances held",
        ("what", "figure"),
        [
            ("memory of the web process before the first beat", f"{memory[0]:.0f} MB"),
            ("memory after the last", f"{memory[1]:.0f} MB"),
            ("instances that become idle within 10 s", f"{found.instances:,}"),
            ("from idle by the rule to the controller's being woken, p50", f"{found.p50:.2f} s"),
            ("the same, slowest", f"{found.slowest:.2f} s"),
            (
                f"one look of the duty at {AGENTS:,} that are quiet, none of them due",
                f"{found.look_milliseconds:.1f} ms",
            ),
        ],
        "The rule is a setting, shortened here; a heartbeat is 10 s as a rule, and the duty looks each second.",
    )


def _row(name: str, loads: Sequence[Load]) -> list[object]:
    def middle(field: str) -> float:
        return median([getattr(load, field) or 0.0 for load in loads])

    web, database = middle("web_seconds"), middle("database_seconds")
    times = [
        f"{middle(each):.1f}" if loads[0].milliseconds_p50 else "-" for each in ("milliseconds_p50", "milliseconds_p99")
    ]
    rates = [f"{rate:,.0f}" for rate in (middle("beats_second"), 1 / web, 1 / (web + database))]
    return [name, *rates, f"{database / (web + database):.0%}", *times]


@contextmanager
def _web(folder: Path, database: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    env = {
        "DATABASE_URL": database,
        "DUMONT_HOME": str(folder),
        "DUMONT_SECRET_KEY": secrets.token_urlsafe(32),
        "DUMONT_PORT": str(port),
        "DUMONT_LOG_FORMAT": "json",
    }
    with serving(["-m", "dumont", "web"], port, env) as pid:
        yield f"http://127.0.0.1:{port}", pid


def _load(url: str, tokens: Path, pid: int, server: int) -> Load:
    before, before_database = cpu_seconds(pid), _spent(server)
    command = [
        str(WRK),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "--latency",
        "-s",
        str(HERE / "fleet" / "beat.lua"),
    ]
    env = {**os.environ, "BENCH_TOKENS": str(tokens), "BENCH_SEQ": str(time.monotonic_ns() // 1000)}
    answer = subprocess.run([*command, url + PATH], capture_output=True, text=True, check=True, env=env).stdout
    if "Non-2xx" in answer:
        raise SystemExit(f"bench: heartbeats were not taken in:\n{answer}")
    count = int(re.search(r"(\d+) requests in", answer)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", answer)[1])  # type: ignore[index]
    spent, spent_database = cpu_seconds(pid) - before, _spent(server) - before_database
    return Load(rate, spent / count, spent_database / count, _latency(answer, "50%"), _latency(answer, "99%"))


def _latency(answer: str, percentile: str) -> float:
    number, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", answer).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def _bare(database: str, server: int) -> Load:
    before, own = _spent(server), time.process_time()
    count, seconds = asyncio.run(rows.update_barely(database, SECONDS, BATCH))
    return Load(count / seconds, (time.process_time() - own) / count, (_spent(server) - before) / count)


def _spent(server: int) -> float:
    """CPU seconds of the whole tree, with what children that are gone have left to their parent."""
    total = 0.0
    for pid in tree(server):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(fields[place]) for place in ((11, 12, 13, 14) if pid == server else (11, 12))) / TICKS
    return total


if __name__ == "__main__":
    sys.exit(main())
