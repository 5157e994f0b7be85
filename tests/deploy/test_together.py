"""The parts as Compose and the chart run them: two web processes with the lesser role, a worker that owns, a proxy."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.roles import acting, database_with_roles
from tests.deploy.tools import COMPOSE, program
from tests.ports import free_port
from tests.processes import Dumont

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("roles")]
PASSWORD = "violet harbour ladder 9"
PATIENCE_SECONDS = 60.0


@dataclass
class Installation:
    url: str
    web: list[Dumont]
    worker: Dumont

    def asks(self, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # To read the machine's certificates takes longer than the call.
        options: Any = {"json": body, "headers": headers, "timeout": 30, "verify": False}
        return httpx.request(method, f"{self.url}/api/v1{path}", **options)

    def admin(self) -> str:
        person = {"email": "ada@example.com", "password": PASSWORD}
        assert self.asks("POST", "/auth/signup", {**person, "name": "Ada"}).status_code == 202
        answer = self.asks("POST", "/auth/login", person)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def installation(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("together")
    with ExitStack() as stack:
        url = stack.enter_context(database_with_roles(postgres))
        port = free_port()
        shared = {
            "DUMONT_HOME": str(folder / "nobody-writes-here"),
            "DUMONT_SECRET_KEY": "s" * 48,
            "DUMONT_ENCRYPTION_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "DUMONT_TRUSTED_PROXIES": "127.0.0.0/8,::1",
            "DUMONT_PORT": str(port),
            "DUMONT_SHUTDOWN_SECONDS": "5",
        }
        app, owner = {"DATABASE_URL": acting(url, "app")}, {"DATABASE_URL": acting(url, "owner")}
        web = [
            stack.enter_context(Dumont("web", env={**shared, **app, "DUMONT_HOST": host}))
            for host in ("127.0.0.1", "::1")
        ]
        worker = stack.enter_context(Dumont("worker", env={**shared, **owner}))
        proxy = stack.enter_context(_proxy(folder, port))
        yield Installation(proxy, web, worker)
        assert not (folder / "nobody-writes-here").exists()


class TestInstallation:
    def test_does_all_that_it_does_with_no_more_rights_than_it_has(self, installation: Installation) -> None:
        token = installation.admin()
        for path in ("/auth/me", "/jobs", "/workers", "/teams", "/audit", "/admin/users", "/admin/settings"):
            assert installation.asks("GET", path, token=token).status_code == 200, path
        schedules = installation.asks("GET", "/jobs/schedules", token=token).json()["items"]
        assert schedules
        for schedule in schedules:
            started = installation.asks("POST", f"/jobs/schedules/{schedule['name']}/run", {}, token)
            assert started.is_success, started.text
            job = _finished(installation, started.json()["id"], token)
            assert job["state"] == "succeeded", job

    def test_hides_its_figures_from_the_street(self, installation: Installation) -> None:
        assert httpx.get(f"{installation.url}/metrics", timeout=30).status_code == 404

    def test_answers_while_a_web_process_stops(self, installation: Installation) -> None:
        leaving = installation.web.pop()
        leaving.process.terminate()
        answers = {installation.asks("GET", "/system").status_code for _ in range(50)}
        assert answers == {200}
        assert leaving.process.wait(PATIENCE_SECONDS) == 0


def _finished(installation: Installation, job_id: str, token: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        job: dict[str, Any] = installation.asks("GET", f"/jobs/{job_id}", token=token).json()
        if job["state"] in ("succeeded", "failed", "cancelled") or time.monotonic() > deadline:
            return job


@contextmanager
def _proxy(folder: Path, port: int) -> Iterator[str]:
    """Caddy with our own file, but for the name and the port at which web processes are found."""
    own = free_port()
    text = (COMPOSE / "Caddyfile").read_text()
    for ours, theirs in {
        "{$SITE_ADDRESS::80}": f":{own}",
        "name web": "name localhost",
        "port 8000": f"port {port}",
        "grace_period 20s": "admin off",
    }.items():
        assert ours in text
        text = text.replace(ours, theirs)
    (folder / "Caddyfile").write_text(text)
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    homes = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with subprocess.Popen(
        command, env={**os.environ, **homes}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as caddy:
        url = f"http://127.0.0.1:{own}"
        try:
            _wait_for(f"{url}/health/ready")
            yield url
        finally:
            caddy.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url, verify=False).status_code == 200:
                return
    raise AssertionError(f"{url} did not answer")
