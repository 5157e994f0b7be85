"""How many requests a second the API answers, beside bare Starlette on uvicorn doing the same in the same run.

Both servers are one process each on the same embedded PostgreSQL; ours writes its logs as in production, to /dev/null.
It is `dumont web` with one route more (bench/servers/ours.py), for no route of the product does as little.
"""

import asyncio
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.table import WRK_MISSING, Load, free_port, median, serving, show, wrk
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres

ROUNDS, SECONDS, CONNECTIONS = 3, 2, 32
API = "/api/v1"
ACCOUNT = {"email": "bench@example.com", "name": "Bench", "password": secrets.token_urlsafe(24)}
COLUMNS = ("route", "req/s", "req per CPU-s", "p50 ms", "p99 ms", "CPU of bare JSON", "CPU of bare query")


@dataclass(frozen=True)
class Server:
    url: str
    pid: int


@dataclass(frozen=True)
class Target:
    name: str
    server: Server
    path: str
    headers: dict[str, str]


def main() -> int:
    if WRK_MISSING:
        print(WRK_MISSING, file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with _servers(Path(folder)) as (ours, bare):
            targets = _targets(ours, bare)
            loads = _measure(targets)
    show(
        f"HTTP: wrk -t1 -c{CONNECTIONS}, {SECONDS} s a round, median of {ROUNDS} interleaved rounds, one process each",
        COLUMNS,
        [_row(target.name, load, loads) for target, load in zip(targets, loads, strict=True)],
        "CPU seconds are the server's own, without PostgreSQL's; they compare even on a busy machine. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Server, Server]]:
    with EmbeddedPostgres(folder / "postgres") as postgres:
        asyncio.run(migrate.upgrade(postgres.url))
        port, bare_port = free_port(), free_port()
        env = {
            "DATABASE_URL": postgres.url,
            "DUMONT_HOME": str(folder),
            "DUMONT_SECRET_KEY": secrets.token_urlsafe(32),
            "DUMONT_PORT": str(port),
            "DUMONT_LOG_FORMAT": "json",
            "DUMONT_RATE_LIMIT_USER": "100000000/minute",
        }
        uvicorn = ["-m", "uvicorn", "bench.servers.bare:make", "--factory", "--port", str(bare_port)]
        quiet = ["--no-access-log", "--log-level", "warning"]
        with (
            serving(["-m", "bench.servers.ours"], port, env) as pid,
            serving([*uvicorn, *quiet], bare_port, env) as bare_pid,
        ):
            yield Server(f"http://127.0.0.1:{port}", pid), Server(f"http://127.0.0.1:{bare_port}", bare_pid)


def _targets(ours: Server, bare: Server) -> list[Target]:
    with httpx.Client(base_url=ours.url + API, timeout=30) as client:
        client.post("/auth/signup", json=ACCOUNT).raise_for_status()
        granted = (
            client.post("/auth/login", json={name: ACCOUNT[name] for name in ("email", "password")})
            .raise_for_status()
            .json()
        )
        signed_in = {"Authorization": f"Bearer {granted['access_token']}"}
        me = client.get("/auth/me", headers=signed_in).raise_for_status().json()
    return [
        Target("bare: JSON", bare, "/json", {}),
        Target("bare: one query by asyncpg", bare, f"/users/{me['id']}", {}),
        Target("bare: token, its session, one query", bare, "/me", signed_in),
        Target("ours: signed in, nothing else", ours, f"{API}/bench/nothing", signed_in),
        Target("ours: signed in, one query (auth/me)", ours, f"{API}/auth/me", signed_in),
    ]


def _measure(targets: list[Target]) -> list[Load]:
    rounds = [[_load(target) for target in targets] for _ in range(ROUNDS)]
    return [_median(column) for column in zip(*rounds, strict=True)]


def _load(target: Target) -> Load:
    server = target.server
    return wrk(server.url + target.path, server.pid, seconds=SECONDS, connections=CONNECTIONS, headers=target.headers)


def _median(loads: tuple[Load, ...]) -> Load:
    return Load(*(median([getattr(load, field.name) for load in loads]) for field in fields(Load)))


def _row(name: str, load: Load, loads: list[Load]) -> list[object]:
    times = [f"{peer.requests_cpu_second / load.requests_cpu_second:.2f}x" for peer in loads[:2]]
    rates = [f"{rate:,.0f}" for rate in (load.requests_second, load.requests_cpu_second)]
    return [name, *rates, f"{load.milliseconds_p50:.1f}", f"{load.milliseconds_p99:.1f}", *times]


if __name__ == "__main__":
    sys.exit(main())
