"""Many processes on one PostgreSQL and one Redis: no state in any of them matters, and any may be killed."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest
import websockets

from tests.conftest import DatabaseMaker
from tests.main.installation import signs_in, signs_up, until
from tests.processes import Dumont

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.xdist_group("scaled-out")]

LEASE_SECONDS = 2
REQUESTS = 400


class Cluster:
    """Two web processes and two workers, each of which believes itself on a machine of its own."""

    def __init__(self, stack: ExitStack, folder: Path, database_url: str, redis_url: str) -> None:
        self._stack, self._folder, self.database_url = stack, folder, database_url
        self._env = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DUMONT_SECRET_KEY": secrets.token_urlsafe(32),
            "DUMONT_WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
            "DUMONT_RATE_LIMIT_USER": f"{REQUESTS}/hour",
        }
        self.webs = [self.start("web", "--port", "0") for _ in range(2)]
        self.workers = [self.start("worker") for _ in range(2)]

    def start(self, *arguments: str) -> Dumont:
        home = self._folder / secrets.token_hex(4)
        return self._stack.enter_context(Dumont(*arguments, env={**self._env, "DUMONT_HOME": str(home)}))

    @property
    def urls(self) -> list[str]:
        return [web.url for web in self.webs]

    def worker(self, pid: int) -> Dumont:
        return next(worker for worker in self.workers if worker.process.pid == pid)


@pytest.fixture(scope="module")
def cluster(
    make_database: DatabaseMaker, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    with ExitStack() as stack:
        cluster = Cluster(stack, tmp_path_factory.mktemp("machines"), make_database(), redis_url)
        signs_up(cluster.urls[0], "root@example.com")
        yield cluster


@pytest.fixture
def both(cluster: Cluster) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """The administrator at either web process, by one token."""
    one = signs_in(cluster.urls[0], "root@example.com")
    with one, httpx.Client(base_url=f"{cluster.urls[1]}/api", headers=one.headers, timeout=20) as other:
        yield one, other


def state_of(client: httpx.Client, job: str) -> str:
    return str(client.get(f"/jobs/{job}").json()["state"])


def runner_of(client: httpx.Client, job: str) -> int:
    """The process that runs a job, or ran it last."""
    worker = client.get(f"/jobs/{job}").json()["worker"]
    return int(next(item["pid"] for item in client.get("/workers").json()["items"] if item["id"] == worker))


class TestScaledOut:
    def test_takes_a_token_of_one_at_the_other(self, both: tuple[httpx.Client, httpx.Client]) -> None:
        assert both[1].get("/auth/me").json()["email"] == "root@example.com"

    def test_refuses_everywhere_at_once_what_was_revoked_anywhere(
        self, both: tuple[httpx.Client, httpx.Client]
    ) -> None:
        one, other = both
        assert one.get("/auth/me").status_code == 200
        assert other.post("/auth/logout").status_code == 204
        assert one.get("/auth/me").json()["code"] == "session_revoked"

    def test_runs_a_job_on_exactly_one_worker(self, cluster: Cluster, both: tuple[httpx.Client, httpx.Client]) -> None:
        one, other = both
        jobs = [client.post("/jobs/schedules/platform.prune_jobs/run").json()["id"] for client in both * 3]
        for job in jobs:
            until(lambda job=job: state_of(other, job) == "succeeded")  # type: ignore[misc]
            assert one.get(f"/jobs/{job}").json()["attempt"] == 1
        ours = {worker.process.pid for worker in cluster.workers}
        assert ours <= {item["pid"] for item in one.get("/workers").json()["items"]}

    async def test_shows_at_one_what_happens_at_the_other(
        self, cluster: Cluster, both: tuple[httpx.Client, httpx.Client]
    ) -> None:
        token = both[0].headers["authorization"].removeprefix("Bearer ")
        async with websockets.connect(cluster.urls[1].replace("http", "ws") + "/api/v1/live") as live:
            await live.send(json.dumps({"type": "hello", "token": token}))
            assert json.loads(await live.recv()) == {"type": "ready"}
            await live.send(json.dumps({"type": "subscribe", "topics": ["jobs"]}))
            assert json.loads(await live.recv())["type"] == "subscribed"
            answer = await asyncio.to_thread(both[0].post, "/jobs/schedules/platform.prune_jobs/run")
            async with asyncio.timeout(20):
                while True:
                    seen = json.loads(await live.recv())
                    if seen["type"] == "event" and answer.json()["id"] in json.dumps(seen):
                        break

    async def test_finishes_the_job_of_a_worker_that_was_killed(
        self, cluster: Cluster, both: tuple[httpx.Client, httpx.Client]
    ) -> None:
        """The job waits at a lock that the test holds: so it surely runs when its worker dies."""
        client = both[0]
        holder = await asyncpg.connect(cluster.database_url)
        await holder.execute("SELECT pg_advisory_lock(hashtextextended('tend:events', 0))")
        job = client.post("/jobs/schedules/platform.tend_partitions/run").json()["id"]
        until(lambda: state_of(client, job) == "running")
        first = runner_of(client, job)
        cluster.worker(first).kill()
        await holder.close()
        until(lambda: state_of(client, job) == "succeeded")
        assert client.get(f"/jobs/{job}").json()["attempt"] == 2
        assert runner_of(client, job) in {worker.process.pid for worker in cluster.workers} - {first}

    def test_limits_an_account_over_both_processes_together(self, both: tuple[httpx.Client, httpx.Client]) -> None:
        """A Redis that was slow to answer, as on a busy machine, is let alone for some seconds: then nobody counts."""
        left: list[int] = []

        def counted() -> bool:
            answers = [client.get("/auth/me") for client in both * 2]
            left[:] = [int(answer.headers.get("ratelimit-remaining", -1)) for answer in answers]
            return min(left) >= 0

        until(counted)
        assert left == [left[0] - step for step in range(4)]

    def test_goes_on_when_a_web_process_is_killed(
        self, cluster: Cluster, both: tuple[httpx.Client, httpx.Client]
    ) -> None:
        cluster.webs[0].kill()
        assert both[1].get("/auth/me").status_code == 200
        again = signs_in(cluster.urls[1], "root@example.com")
        assert again.post("/teams", json={"name": "Left"}).status_code == 201
        again.close()
