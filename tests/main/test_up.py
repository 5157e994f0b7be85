"""`dumont up`, started, stopped and killed as it happens to a user; forked, where a start from nothing says no more."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import httpx
import pytest

from dumont.platform.db.embedded.locks import FileLock
from tests.main.installation import Installation, gets, installed, run, signs_in, signs_up, until
from tests.processes import STOP_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """One for the whole module, because making a database takes seconds: no test may leave it running."""
    with installed() as installation:
        yield installation


@pytest.fixture(autouse=True)
def stopped(installation: Installation) -> Iterator[None]:
    yield
    assert not installation.is_running(), "a test left the database running"


def administrator(url: str) -> httpx.Client:
    """The first account of the installation, made by whichever test comes first."""
    signs_up(url)
    return signs_in(url)


def slow_login(url: str, halfway: Thread | None = None) -> bytes:
    """A request that arrives in two halves, and its answer."""
    host, port = re.fullmatch(r"http://(.+):(\d+)", url).groups()  # type: ignore[union-attr]
    body = b'{"email": "ada@example.com", "password": "wrong"}'
    head = f"POST /api/auth/login HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
    with closing(socket.create_connection((host, int(port)), timeout=30)) as line:
        line.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body[:10])
        if halfway is not None:
            halfway.start()
            halfway.join()
        line.sendall(body[10:])
        return line.recv(1000)


class TestUp:
    def test_serves_and_stops_cleanly(self, installation: Installation) -> None:
        with installation.up(forked=False) as dumont:
            assert gets(f"{dumont.url}/health/live") == 200
            assert httpx.get(f"{dumont.url}/health/ready", timeout=20).json() == {"status": "ok", "database": "ok"}
            page = httpx.get(f"{dumont.url}/", timeout=20)
            assert page.headers["content-type"].startswith("text/html")
            assert administrator(dumont.url).get("/auth/me").json()["role"] == "admin"
            assert installation.is_running()
            assert dumont.stop() == 0
        assert dumont.output[-1] == "Stopped. Everything is saved."
        assert not installation.is_running()

    def test_is_killed_and_loses_nothing(self, installation: Installation) -> None:
        with installation.up() as dumont:
            signs_up(dumont.url)
            signs_up(dumont.url, "bob@example.com")
            dumont.kill()
        with installation.up() as again:
            assert signs_in(again.url, "bob@example.com").get("/auth/me").json()["email"] == "bob@example.com"
            again.process.send_signal(signal.SIGTERM)
            assert again.process.wait(STOP_SECONDS) == 0

    def test_shares_its_database_with_another_worker(self, installation: Installation) -> None:
        with installation.up() as dumont, installation.worker() as worker:
            client = administrator(dumont.url)
            both = {dumont.process.pid, worker.process.pid}
            until(lambda: both <= {item["pid"] for item in client.get("/workers").json()["items"]})
            assert dumont.stop() == 0
            assert installation.is_running()
            assert worker.stop() == 0

    def test_recovers_by_itself_when_its_database_dies(self, installation: Installation) -> None:
        with installation.up() as dumont:
            client = administrator(dumont.url)
            with closing(FileLock(installation.home / "postgres" / "start.lock")) as lock:
                assert lock.wait_exclusive(time.monotonic() + 60)  # nobody can bring it back meanwhile
                os.kill(installation.postmaster(), signal.SIGKILL)
                until(lambda: gets(f"{dumont.url}/health/ready") == 503)
                problem = client.get("/auth/me")
                assert (problem.status_code, problem.json()["code"]) == (503, "database_unavailable")
            until(lambda: gets(f"{dumont.url}/health/ready") == 200)
            assert client.get("/auth/me").status_code == 200
            job = client.post("/jobs/schedules/platform.prune_jobs/run").json()
            until(lambda: client.get(f"/jobs/{job['id']}").json()["state"] == "succeeded")
            assert dumont.stop() == 0

    def test_finishes_a_request_that_has_begun_and_is_no_longer_ready(self, installation: Installation) -> None:
        def stop() -> None:
            dumont.process.send_signal(signal.SIGTERM)
            until(lambda: gets(f"{dumont.url}/health/ready") == 503)
            assert gets(f"{dumont.url}/api/system") == 200
            until(lambda: gets(f"{dumont.url}/health/ready") == 0)

        with installation.up(env={"DUMONT_DRAIN_SECONDS": "3"}) as dumont:
            answer = slow_login(dumont.url, Thread(target=stop))
            assert answer.startswith(b"HTTP/1.1 401 ")
            assert dumont.process.wait(STOP_SECONDS) == 0

    def test_stops_at_once_when_told_twice(self, installation: Installation) -> None:
        with installation.up(env={"DUMONT_SHUTDOWN_SECONDS": "600"}) as dumont:
            host, port = dumont.url.removeprefix("http://").split(":")
            with closing(socket.create_connection((host, int(port)))) as line:
                line.sendall(b"POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n")
                dumont.process.send_signal(signal.SIGTERM)
                until(lambda: gets(f"{dumont.url}/health/live") == 0)
                dumont.process.send_signal(signal.SIGTERM)
                assert dumont.process.wait(STOP_SECONDS) != 0, "ten minutes were given to what is under way"
        assert not any(line.startswith("Traceback") for line in dumont.output)

    def test_that_is_stopped_while_it_starts_leaves_nothing(self, installation: Installation) -> None:
        dumont = installation.up(forked=False)
        until(installation.is_running)
        dumont.process.send_signal(signal.SIGTERM)
        dumont.process.wait(STOP_SECONDS)
        assert not any("Traceback" in line for line in dumont.output), dumont.output


class TestUpRefuses:
    def test_a_busy_port_in_one_sentence(self, tmp_path: Path) -> None:
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            ended = run("up", "--port", str(port), "--home", str(tmp_path / "home"), env={})
        assert ended.returncode == 7
        self._is_a_sentence(ended, f"dumont: Can't listen on 127.0.0.1:{port}: Address already in use.")
        assert not (tmp_path / "home").exists()

    def test_a_wrong_setting_in_one_sentence(self, tmp_path: Path) -> None:
        ended = run("up", "--home", str(tmp_path / "home"), env={"DUMONT_PORT": "web"})
        assert ended.returncode == 2
        self._is_a_sentence(ended, "dumont: Setting port (DUMONT_PORT) is wrong: ")
        assert not (tmp_path / "home").exists()

    def test_a_database_that_is_away_in_one_sentence(self, tmp_path: Path) -> None:
        url = "postgresql://a:hunter2@127.0.0.1:1/x"
        ended = run("up", "--port", "0", "--home", str(tmp_path / "home"), env={"DATABASE_URL": url})
        assert ended.returncode == 7
        self._is_a_sentence(ended, "dumont: The database does not answer")

    def _is_a_sentence(self, ended: "subprocess.CompletedProcess[str]", begins: str) -> None:
        assert ended.stderr.startswith(begins), ended.stderr
        assert "Traceback" not in ended.stderr
        assert "hunter2" not in ended.stderr
        assert len(ended.stderr.splitlines()) <= 2
