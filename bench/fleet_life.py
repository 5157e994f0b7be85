"""The life of an instance on a machine of this computer with a workspace of one gigabyte, stage by stage; and a race.

Of the race at a simulated cloud it is asked what the fleet adds to it: until it begins a call, as its log tells, and
until the cloud has answered. All of it goes through a real `dumont up`.
Beside the seconds of a sleep and of a wake stand those that this computer's disk takes to write and to read as much, as
nothing that saves a workspace can be quicker than that.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx

from bench.table import free_port, median, show
from dumont.platform.db.embedded.connection import url_of

ROOT = Path(__file__).parents[1]
FILES, LARGE, RACES, MACHINES, PATIENCE_SECONDS = 3_000, 8, 6, 5, 600.0
LOOK_SECONDS = 0.25
"""More often would take the time of the server that is measured."""
CLOUD = "runpod"
"""Which allows as many calls at once as a race has: others let one call wait for the next, which is their own time."""
GOAL_WAKE_SECONDS, GOAL_RACE_MS = 3.0, 100
PASSWORD = "correct horse battery staple"
LIVE = {
    "DUMONT_FLEET_RACE_MACHINES": "3",
    "DUMONT_LOG_FORMAT": "json",
    "DUMONT_RATE_LIMIT_USER": "100000/minute",
    "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
}
Told = dict[str, Any]


class Race(NamedTuple):
    """Seconds."""

    first: float
    creates: float
    ends_begun: float
    ends_answered: float


class Server:
    """One `dumont up` and its first account, which may rent with the house's keys."""

    def __init__(self, home: Path, url: str, log: Path) -> None:
        self.home = home
        self._log = log
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=60)
        who = {"email": "ada@example.com", "name": "Ada", "password": PASSWORD}
        self._http.post("/auth/signup", json=who).raise_for_status()
        signed_in = self._http.post("/auth/login", json={"email": who["email"], "password": PASSWORD})
        self._http.headers["authorization"] = f"Bearer {signed_in.raise_for_status().json()['access_token']}"

    def get(self, path: str, **params: Any) -> Any:
        return self._http.get(path, params=params).raise_for_status().json()

    def send(self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> Any:
        return self._http.request(method, path, json=body).raise_for_status().json()

    def launch(self, **wish: Any) -> str:
        filters = wish["filters"]
        until(lambda: self.get("/offers", **{**filters, "limit": 5})["items"])
        made = self.send("/instances", {"hibernation": {"enabled": False}, **wish})
        return str(made["instance"]["id"])

    def reaches(self, instance_id: str, state: str) -> Told:
        found: Told = {}

        def there() -> bool:
            found.update(self.get(f"/instances/{instance_id}"))
            if found["state"] == "failed":
                raise SystemExit(f"bench: the instance failed: {found['error']}")
            return bool(found["state"] == state and found["operation"] is None)

        until(there)
        return found

    def stages(self, instance_id: str, kind: str) -> dict[str, float]:
        done = self.get(f"/instances/{instance_id}/operations")["items"]
        one = next(each for each in done if each["kind"] == kind)
        return {**one["stages"], "in all": one["seconds"]}

    def destroy(self, instance_id: str) -> None:
        self.send(f"/instances/{instance_id}?keep_snapshot=false", method="DELETE")
        until(lambda: self.get(f"/instances/{instance_id}")["state"] == "destroyed")

    def calls(self, what: str) -> dict[str, datetime]:
        """By rental: when the first such call to its cloud was begun, all waiting for a turn being over."""
        found: dict[str, datetime] = {}
        for line in self._log.read_text().splitlines():
            if '"rental_call"' in line and (told := json.loads(line))["call"] == what:
                found.setdefault(told["rental"], datetime.fromisoformat(told["timestamp"]))
        return found

    def rows(self, statement: str, *arguments: Any) -> list[Any]:
        return asyncio.run(self._rows(statement, *arguments))

    async def _rows(self, statement: str, *arguments: Any) -> list[Any]:
        folder = self.home / "postgres"
        connection = await asyncpg.connect(url_of(folder / "socket", 5432, (folder / "password").read_text().strip()))
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.fleet_life")
    words.add_argument("--gb", type=float, default=1.0, help="of the workspace")
    words.add_argument("--only", choices=("life", "race"), help="one of the two")
    told = words.parse_args()
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        if told.only != "race":
            _life(Path(folder), told.gb)
        if told.only != "life":
            _races(Path(folder))
    return 0


def _life(folder: Path, gigabytes: float) -> None:
    with _up(folder / "home") as server:
        wish = {"filters": {"provider": ["local"], "gpu_count": 0}, "disk_gb": 4 * gigabytes, "name": "life"}
        one = server.launch(**wish)
        server.reaches(one, "running")
        launch = server.stages(one, "launch")
        work = Path(server.rows(_WORKSPACE, UUID(one))[0][0])
        wrote = _fill(work, gigabytes)
        read = _read(work)
        time.sleep(11)  # it is calm: its agent calls every ten seconds
        server.send(f"/instances/{one}/hibernate")
        server.reaches(one, "hibernated")
        sleep = server.stages(one, "hibernate")
        server.send(f"/instances/{one}/wake")
        server.reaches(one, "running")
        wake = server.stages(one, "wake")
        boot = _boot_seconds(server, one)
        server.destroy(one)
    rows = [
        *[(f"launch: {stage}", seconds, "") for stage, seconds in launch.items()],
        *[(f"hibernate: {stage}", seconds, "") for stage, seconds in sleep.items()],
        *[(f"wake: {stage}", seconds, "") for stage, seconds in wake.items()],
        ("wake, without the machine's own boot", wake["in all"] - boot, f"< {GOAL_WAKE_SECONDS:g}"),
        ("this disk: write as much, and sync", wrote, ""),
        ("this disk: read as much", read, ""),
    ]
    note = f"{FILES:,} small files and {LARGE} large ones. {_load()}"
    show(f"Life of a machine of this computer, {gigabytes:g} GB: seconds", ("stage", "seconds", "goal"), rows, note)


def _races(folder: Path) -> None:
    with _up(folder / "demo", "--demo") as server:
        found = [_race(server, number) for number in range(RACES)]
    table = [
        ("launch is answered, first create call", [each.first for each in found], ""),
        ("first create call, last one of the round", [each.creates for each in found], ""),
        ("winner's agent calls, last loser's destroy call is begun", [each.ends_begun for each in found], ""),
        ("overhead: the last two together", [each.creates + each.ends_begun for each in found], f"< {GOAL_RACE_MS:g}"),
        ("winner's agent calls, last loser's destroy call is answered", [each.ends_answered for each in found], ""),
    ]
    rows = [
        (what, *[f"{1000 * value:.0f}" for value in (min(values), median(values), max(values))], goal)
        for what, values, goal in table
    ]
    note = f"{RACES} races of {MACHINES} at a simulated cloud over HTTP; its answers are in the last row. {_load()}"
    show("Race: milliseconds", ("from, to", "least", "median", "most", "goal"), rows, note)


def _race(server: Server, number: int) -> Race:
    filters = {"provider": [CLOUD], "gpu_count": 1}
    one = server.launch(filters=filters, disk_gb=20, name=f"race-{number}", race={"machines": MACHINES})
    asked = datetime.now(UTC)
    server.reaches(one, "running")
    until(lambda: not server.rows(_LEFT, UUID(one))[0][0])
    first, last, won, ended = server.rows(_MOMENTS, UUID(one))[0]
    destroys = server.calls("destroy")
    begun = max(destroys[str(row[0])] for row in server.rows(_LOSERS, UUID(one)))
    server.send(f"/instances/{one}?keep_snapshot=false", method="DELETE")
    spans = [(asked, first), (first, last), (won, begun), (won, ended)]
    return Race(*[(end - start).total_seconds() for start, end in spans])


def _boot_seconds(server: Server, one: str) -> float:
    """Of the newest winner, from the answer to its create call until its agent called."""
    accepted, called = server.rows(_BOOT, UUID(one))[0]
    return float((called - accepted).total_seconds())


def _fill(work: Path, gigabytes: float) -> float:
    """Small files of code and large ones of numbers, half of which compress; the seconds until all is on the disk."""
    drawn, block = Random(7), 1 << 20
    each = int(gigabytes * 1e9 / LARGE)
    halves = [drawn.randbytes(block) + bytes(drawn.choices(b"0123456789abcdef", k=block)) for _ in range(4)]
    began = time.monotonic()
    for number in range(FILES):
        place = work / f"src{number % 40}"
        place.mkdir(exist_ok=True)
        (place / f"{number}.py").write_bytes(halves[0][number : number + drawn.randrange(2_000)])
    for number in range(LARGE):
        with (work / f"weights{number}.bin").open("wb") as file:
            for part in range(0, each, 2 * block):
                file.write(number.to_bytes(4, "big") + part.to_bytes(8, "big") + halves[(number + part) % 4][12:])
    os.sync()
    return time.monotonic() - began


def _read(work: Path) -> float:
    """From the disk, where the system may forget what it has in memory."""
    files = [path for path in work.rglob("*") if path.is_file()]
    for path in files:
        with path.open("rb") as file, suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.monotonic()
    for path in files:
        with path.open("rb") as file:
            while file.read(4 << 20):
                pass
    return time.monotonic() - began


@contextmanager
def _up(home: Path, *words: str) -> Iterator[Server]:
    port = free_port()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_", "REDIS_"))
    }
    command = [sys.executable, "-m", "dumont", "up", "--port", str(port), "--home", str(home), *words]
    log = home.with_suffix(".log")
    with log.open("wb") as told:
        process = subprocess.Popen(command, cwd=ROOT, env={**kept, **LIVE}, stdout=subprocess.DEVNULL, stderr=told)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: process.poll() is not None or _answers(f"{url}/health/ready"))
        yield Server(home, url, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=5).status_code == 200
    return False


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("bench: it takes too long")
        time.sleep(LOOK_SECONDS)


def _load() -> str:
    return f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."


_PRIMARY = "FROM fleet_rentals WHERE instance_id = $1 AND role = 'primary' ORDER BY created_at DESC LIMIT 1"
_WORKSPACE = f"SELECT agent_facts ->> 'workspace' {_PRIMARY}"
_BOOT = f"SELECT accepted_at, agent_at {_PRIMARY}"
_LEFT = """
    SELECT count(*) FROM fleet_rentals
    WHERE instance_id = $1 AND role <> 'primary' AND provider_machine_id IS NOT NULL AND end_asked_at IS NULL
"""
_LOSERS = """
    SELECT id FROM fleet_rentals
    WHERE instance_id = $1 AND role <> 'primary' AND provider_machine_id IS NOT NULL AND end_asked_at IS NOT NULL
"""
_MOMENTS = """
    SELECT min(attempted_at) FILTER (WHERE round = 1), max(attempted_at) FILTER (WHERE round = 1),
        max(agent_at) FILTER (WHERE role = 'primary'), max(end_asked_at)
    FROM fleet_rentals WHERE instance_id = $1
"""


if __name__ == "__main__":
    sys.exit(main())
