"""The doctor: finds what is wrong, says how to mend it, and ends with 1 only if something is."""

import json
import shutil
import socket
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from sqlalchemy import make_url
from typer import Typer
from typer.testing import CliRunner

from dumont.main import doctor
from dumont.main.commands.doctor import doctor as command
from dumont.main.doctor import Finding, examine
from dumont.platform.db.engine import asyncpg_url
from dumont.platform.secrets import new_key
from dumont.platform.settings import load
from tests.conftest import DatabaseMaker
from tests.ports import free_port

SAYS = "hunter2"
FAILED_JOB = """
INSERT INTO jobs (id, name, state, priority, args, attempts_max, run_at, deadline_seconds, created_at, finished_at)
VALUES (gen_random_uuid(), 'test.lost', 'failed', 0, '{}', 1, now(), 60, now(), now())
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sound(tmp_path: Path, database_url: str) -> dict[str, str]:
    """An installation without fault."""
    return {
        "DUMONT_HOME": str(tmp_path / "home"),
        "DATABASE_URL": database_url,
        "DUMONT_PORT": str(free_port()),
        "DUMONT_SECRET_KEY": "x" * 32,
        "DUMONT_ENCRYPTION_KEYS": new_key().written(),
    }


@pytest.fixture
async def busy_url(make_database: DatabaseMaker) -> str:
    """A database with a worker."""
    url = await make_database.make()
    connection = await asyncpg.connect(asyncpg_url(url))
    await connection.execute(
        "INSERT INTO workers (id, host, pid, started_at, seen_at) VALUES (gen_random_uuid(), 'here', 1, now(), now())"
    )
    await connection.close()
    return url


async def findings(environ: dict[str, str]) -> dict[str, Finding]:
    return {finding.about: finding async for finding in examine(load(environ))}


async def found(environ: dict[str, str], about: str) -> Finding:
    finding = (await findings(environ))[about]
    assert SAYS not in repr(finding)
    return finding


class TestExamine:
    async def test_finds_nothing_wrong_where_nothing_is(
        self, sound: dict[str, str], redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, busy_url: str
    ) -> None:
        monkeypatch.setattr(doctor, "find_folder", lambda _: tmp_path)
        everything = await findings({**sound, "REDIS_URL": redis_url, "DATABASE_URL": busy_url})
        assert {finding.state for finding in everything.values()} == {"ok"}
        assert list(everything) == [
            *("python", "settings", "home", "disk", "keys", "web", "port", "address", "traces", "mail", "snapshots"),
            *("database", "migrations", "workers", "jobs", "cache"),
        ]
        assert everything["migrations"].says.startswith("newest (")
        assert everything["database"].says.endswith(", by URL")

    async def test_leaves_a_home_that_is_not_there_unmade(self, sound: dict[str, str], tmp_path: Path) -> None:
        assert "will be made" in (await found(sound, "home")).says
        assert not (tmp_path / "home").exists()

    async def test_finds_a_home_that_can_not_be_one(self, sound: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "home").write_text("a file")
        assert (await found({**sound, "DUMONT_SECRET_KEY": ""}, "keys")).state == "wrong"

    async def test_finds_keys_that_others_can_read(self, sound: dict[str, str], tmp_path: Path) -> None:
        local = {**sound, "DUMONT_SECRET_KEY": "", "DUMONT_ENCRYPTION_KEYS": "", "DATABASE_URL": ""}
        (tmp_path / "home").mkdir()
        assert (await found(local, "keys")).state == "ok"
        (tmp_path / "home" / "secret.key").chmod(0o644)
        finding = await found(local, "keys")
        assert (finding.state, finding.says) == ("wrong", "secret.key can be read by others")
        assert "chmod 600" in finding.mend

    async def test_finds_keys_that_are_none(self, sound: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "secret.key").write_text("short")
        finding = await found({**sound, "DUMONT_SECRET_KEY": ""}, "keys")
        assert finding.state == "wrong"
        assert finding.mend

    @pytest.mark.parametrize("name", ["DUMONT_SECRET_KEY", "DUMONT_ENCRYPTION_KEYS"])
    async def test_finds_keys_that_other_machines_would_not_have(
        self, sound: dict[str, str], tmp_path: Path, name: str
    ) -> None:
        finding = await found({**sound, name: ""}, "keys")
        assert (finding.state, "DUMONT_ENCRYPTION_KEYS everywhere" in finding.mend) == ("warning", True)
        assert not (tmp_path / "home").exists()
        assert (await found({**sound, name: "", "DATABASE_URL": ""}, "keys")).state == "ok"

    async def test_finds_a_variable_that_is_no_setting(self, sound: dict[str, str]) -> None:
        finding = await found({**sound, "DUMONT_PROT": SAYS}, "settings")
        assert (finding.state, finding.says) == ("warning", "DUMONT_PROT is no setting: is DUMONT_PORT meant?")

    async def test_tells_whether_the_mail_server_answers(self, sound: dict[str, str]) -> None:
        with closing(socket.socket()) as server:
            server.bind(("127.0.0.1", 0))
            url = f"smtp://me:{SAYS}@127.0.0.1:{server.getsockname()[1]}"
            assert (await found({**sound, "DUMONT_SMTP_URL": url}, "mail")).state == "warning"
            server.listen()
            assert (await found({**sound, "DUMONT_SMTP_URL": url}, "mail")).state == "ok"

    async def test_finds_a_replica_that_is_away_or_is_none(self, sound: dict[str, str]) -> None:
        away = {**sound, "DATABASE_REPLICA_URL": f"postgresql://a:{SAYS}@127.0.0.1:1/x"}
        assert (await found(away, "replica")).state == "wrong"
        none = {**sound, "DATABASE_REPLICA_URL": sound["DATABASE_URL"]}
        assert (await found(none, "replica")).says == "answers, but follows no other database"

    async def test_finds_that_no_worker_runs(self, sound: dict[str, str]) -> None:
        finding = await found(sound, "workers")
        assert (finding.state, finding.mend) == ("warning", "Start `dumont worker`.")

    async def test_counts_the_jobs_that_failed_for_good(self, sound: dict[str, str], busy_url: str) -> None:
        connection = await asyncpg.connect(asyncpg_url(busy_url))
        await connection.execute(FAILED_JOB)
        await connection.close()
        finding = await found({**sound, "DATABASE_URL": busy_url}, "jobs")
        assert (finding.state, finding.says) == ("warning", "1 failed for good and wait for a hand")

    async def test_finds_a_disk_that_is_nearly_full(
        self, sound: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        assert (await found(sound, "disk")).state == "warning"

    async def test_finds_a_web_application_that_is_not_built(
        self, sound: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor, "find_folder", lambda _: None)
        assert (await found(sound, "web")).mend == "Run `make web`."

    @pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
    async def test_finds_a_port_that_is_taken(self, sound: dict[str, str], host: str) -> None:
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", int(sound["DUMONT_PORT"])))
            other.listen()
            assert (await found({**sound, "DUMONT_HOST": host}, "port")).state == "warning"

    @pytest.mark.parametrize("host", ["::1", "::"])
    async def test_looks_at_addresses_of_both_kinds(self, sound: dict[str, str], host: str) -> None:
        assert (await found({**sound, "DUMONT_HOST": host}, "port")).state in ("ok", "wrong")

    async def test_finds_a_public_server_without_a_public_address(self, sound: dict[str, str]) -> None:
        assert (await found({**sound, "DUMONT_HOST": "0.0.0.0"}, "address")).state == "warning"
        fine = {**sound, "DUMONT_HOST": "0.0.0.0", "DUMONT_PUBLIC_URL": "https://dumont.example"}
        assert (await found(fine, "address")).says == "https://dumont.example"

    async def test_finds_traces_that_nothing_can_send(
        self, sound: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = {**sound, "DUMONT_OTEL_ENDPOINT": "http://127.0.0.1:4318"}
        assert (await found(wanted, "traces")).state == "ok"
        monkeypatch.setattr(doctor, "find_spec", lambda _: None)
        assert (await found(wanted, "traces")).mend == "pip install 'dumont[otel]'"

    async def test_does_without_opentelemetry_altogether(
        self, sound: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "opentelemetry"]:
            monkeypatch.delitem(sys.modules, name)
        nothing = [place for place in sys.path if "site-packages" not in place]
        monkeypatch.setattr(sys, "path", nothing)
        wanted = {**sound, "DUMONT_OTEL_ENDPOINT": "http://127.0.0.1:4318"}
        assert (await found(wanted, "traces")).state == "wrong"

    async def test_makes_no_embedded_database_to_look_at(self, sound: dict[str, str]) -> None:
        finding = await found({**sound, "DATABASE_URL": ""}, "database")
        assert (finding.state, finding.says) == ("ok", "embedded, will be made at the first start")
        assert not (Path(sound["DUMONT_HOME"]) / "postgres").exists()

    @pytest.mark.parametrize("wrong", ["refused", "password"])
    async def test_finds_a_database_that_is_away(self, sound: dict[str, str], wrong: str) -> None:
        password = str(make_url(sound["DATABASE_URL"]).password)
        away = {
            "refused": f"postgresql://a:{SAYS}@127.0.0.1:1/x",
            "password": sound["DATABASE_URL"].replace(password, SAYS),
        }
        finding = await found({**sound, "DATABASE_URL": away[wrong]}, "database")
        assert finding.state == "wrong"
        assert finding.mend

    async def test_finds_a_redis_that_is_away(self, sound: dict[str, str]) -> None:
        finding = await found({**sound, "REDIS_URL": f"redis://:{SAYS}@127.0.0.1:1/0"}, "cache")
        assert (finding.state, finding.mend) == ("warning", "Is REDIS_URL right?")


class TestMigrations:
    def test_are_told_when_some_are_to_come(self) -> None:
        finding = doctor._migrations(doctor.migrate.Status("1", "3", ("2", "3"), unknown=False))
        assert (finding.state, finding.says, finding.mend) == ("warning", "2 to be made", "Run `dumont db upgrade`.")

    def test_are_told_when_the_database_is_ahead(self) -> None:
        finding = doctor._migrations(doctor.migrate.Status("9", "3", (), unknown=True))
        assert (finding.state, finding.mend) == ("warning", "Upgrade this installation.")

    def test_need_a_postgresql_that_is_new_enough(self) -> None:
        assert doctor._version(140011, "by URL").state == "wrong"
        assert doctor._version(150000, "by URL").says == "PostgreSQL 15.0, by URL"


class TestCommand:
    @pytest.fixture
    def runner(self, monkeypatch: pytest.MonkeyPatch, sound: dict[str, str], tmp_path: Path) -> CliRunner:
        monkeypatch.setattr(doctor, "find_folder", lambda _: tmp_path)
        for name, value in sound.items():
            monkeypatch.setenv(name, value)
        return CliRunner()

    def test_ends_well_and_tells_programs_in_json(self, runner: CliRunner) -> None:
        ended = self._run(runner, "--json")
        assert ended[0] == 0
        not_ok = [finding["about"] for finding in json.loads(ended[1]) if finding["state"] != "ok"]
        assert not_ok == ["workers"]
        assert set(json.loads(ended[1])[0]) == {"about", "state", "says", "mend"}

    def test_ends_with_1_if_something_is_wrong_and_says_how_to_mend_it(
        self, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor, "find_folder", lambda _: None)
        code, said = self._run(runner)
        assert code == 1
        assert "✗ web" in said
        assert "→ Run `make web`." in said

    def _run(self, runner: CliRunner, *arguments: str) -> tuple[int, str]:
        from concurrent.futures import ThreadPoolExecutor

        app = Typer()
        app.command()(command)
        with ThreadPoolExecutor(1) as apart:  # it begins an event loop of its own
            ended = apart.submit(runner.invoke, app, list(arguments)).result()
        return ended.exit_code, ended.output
