"""The verbs that run beside the server: settings, the API's document, keys, the database, as a user calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dumont.platform.secrets import read_keys
from tests.cli.terminal import Terminal
from tests.conftest import DatabaseMaker
from tests.processes import Dumont, run_forked

SECRET = "a-password-nobody-may-see"
PROVIDER_SECRET = "vst-sealed-secret-4711"


def dumont(*words: str, home: Path, given: bytes = b"", **env: str) -> "subprocess.CompletedProcess[bytes]":
    return run_forked(words, env=environment(home, env), cwd=home, given=given)


def from_nothing(*words: str, home: Path, **env: str) -> "subprocess.CompletedProcess[bytes]":
    """As a shell starts it."""
    command = [sys.executable, "-m", "dumont", *words]
    return subprocess.run(command, env=environment(home, env), capture_output=True, check=False, cwd=home)


def environment(home: Path, env: dict[str, str]) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "DATABASE_"))}
    return {**base, "DUMONT_HOME": str(home), **env}


class TestConfigShow:
    def test_lists_settings_with_their_sources_and_no_secret(self, tmp_path: Path) -> None:
        (tmp_path / "dumont.toml").write_text('port = 8123\nmail_from = "x@y.z"\n')
        url = f"postgresql://u:{SECRET}@db/x"
        shown = from_nothing("config", "show", home=tmp_path, DATABASE_URL=url, DUMONT_SMTP_URL=f"smtp://a:{SECRET}@m")
        text = shown.stdout.decode()
        assert SECRET not in text
        assert [line.split()[1:3] for line in text.splitlines() if line.startswith("port ")] == [["8123", "toml"]]
        assert str(tmp_path / "dumont.toml") in text

    def test_prints_json_of_those_that_are_set(self, tmp_path: Path) -> None:
        shown = from_nothing("config", "show", "--json", "--set", home=tmp_path, DUMONT_PORT="9000")
        items = {item["name"]: item for item in json.loads(shown.stdout)["items"]}
        assert set(items) == {"home", "port"}
        assert items["port"]["source"] == "environment"

    def test_warns_of_a_variable_that_is_no_setting(self, tmp_path: Path) -> None:
        shown = from_nothing("config", "show", "--json", "--set", home=tmp_path, DUMONT_PROT="9000")
        assert (shown.returncode, shown.stderr) == (0, b"Warning: DUMONT_PROT is no setting: is DUMONT_PORT meant?\n")
        assert json.loads(shown.stdout)["items"]

    @pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "MAIL_FROM", "RATE_LIMIT_USER", "ENCRYPTION_KEYS", "SMTP_URL"])
    def test_refuses_what_the_start_would_refuse(self, tmp_path: Path, name: str) -> None:
        shown = from_nothing("config", "show", home=tmp_path, **{f"DUMONT_{name}": "wrong"})
        assert (shown.returncode, f"DUMONT_{name}" in shown.stderr.decode()) == (2, True)

    def test_says_which_setting_is_wrong(self, tmp_path: Path) -> None:
        shown = from_nothing("config", "show", home=tmp_path, DUMONT_PORT="many")
        assert shown.returncode == 2
        assert b"DUMONT_PORT" in shown.stderr
        assert b"Traceback" not in shown.stderr


class TestOpenapi:
    def test_needs_neither_server_nor_database(self, tmp_path: Path) -> None:
        shown = dumont("openapi", home=tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
        assert json.loads(shown.stdout)["openapi"].startswith("3.1")
        assert list(tmp_path.iterdir()) == []


class TestNewKey:
    def test_prints_keys_that_the_settings_take(self, tmp_path: Path) -> None:
        first, second = (dumont("secrets", "new-key", home=tmp_path).stdout.decode().strip() for _ in range(2))
        assert len(read_keys(f"{first},{second}")) == 2
        assert len(dumont("secrets", "new-key", "--signing", home=tmp_path).stdout.strip()) >= 32


class TestDb:
    def test_upgrades_and_tells_where_it_stands(self, make_database: DatabaseMaker, tmp_path: Path) -> None:
        url = make_database()
        made = json.loads(from_nothing("db", "status", "--json", home=tmp_path, DATABASE_URL=url).stdout)
        assert made["pending"] == []
        shown = dumont("db", "upgrade", home=tmp_path, DATABASE_URL=url)
        assert shown.returncode == 0
        assert made["newest"].encode() in shown.stderr

    def test_says_that_the_database_is_away(self, tmp_path: Path) -> None:
        url = f"postgresql://u:{SECRET}@127.0.0.1:9/x"
        for words in (("status",), ("upgrade",), ("export", "x.gz"), ("import", __file__)):
            shown = dumont("db", *words, home=tmp_path, DATABASE_URL=url)
            assert shown.returncode in (2, 7), shown
            assert SECRET.encode() not in shown.stderr
            assert b"Traceback" not in shown.stderr
        assert not (tmp_path / "x.gz").exists()
        assert not (tmp_path / "x.gz.part").exists()

    def test_refuses_files_that_are_not_there(self, make_database: DatabaseMaker, tmp_path: Path) -> None:
        url = make_database()
        assert dumont("db", "import", "nowhere.gz", home=tmp_path, DATABASE_URL=url).returncode == 2
        assert dumont("db", "export", "no/such/folder/x", home=tmp_path, DATABASE_URL=url).returncode == 2


@pytest.mark.slow
class TestAnInstallation:
    """One story: an embedded installation gets data, changes its keys, and moves to a server, with all that it knew."""

    def test_rotates_its_keys_and_moves_to_a_server(self, make_database: DatabaseMaker, tmp_path: Path) -> None:
        home = Path(f"/tmp/dumont-move-{os.getpid()}")
        try:
            self.story(home, make_database(), tmp_path)
        finally:
            subprocess.run(["rm", "-rf", str(home)], check=True)

    def story(self, home: Path, url: str, folder: Path) -> None:
        home.mkdir()
        with Dumont("up", "--port", "0", env={"DUMONT_HOME": str(home)}) as process:
            ada = Terminal(process.url, folder)
            ada.does("signup", "--email", "a@x.org", "--name", "A", "--password-stdin", given="violet harbour ladder 9")
            ada.does("provider-keys", "set", "vast", "--stdin", given=PROVIDER_SECRET)
            running = dumont("secrets", "rotate", home=home)
            assert running.returncode == 6, running
            assert process.stop() == 0
        old = (home / "encryption.keys").read_text()
        rotated = dumont("secrets", "rotate", "--forget-old", home=home)
        assert rotated.returncode == 0, rotated
        assert not set(self.ids(old)) & set(self.ids((home / "encryption.keys").read_text()))
        exported = dumont("db", "export", "-", home=home)
        assert exported.returncode == 0, exported
        assert PROVIDER_SECRET.encode() not in exported.stdout
        (folder / "new").mkdir()
        moved = dumont("db", "import", "-", home=folder / "new", given=exported.stdout, DATABASE_URL=url)
        assert moved.returncode == 0, moved
        assert self.ids((home / "encryption.keys").read_text())[0].encode() in moved.stderr
        keys = (home / "encryption.keys").read_text().strip()
        env = {"DATABASE_URL": url, "DUMONT_HOME": str(folder / "new"), "DUMONT_ENCRYPTION_KEYS": keys}
        with Dumont("web", "--port", "0", env=env) as process:
            there = Terminal(process.url, folder / "there")
            there.does("login", "--email", "a@x.org", "--password-stdin", given="violet harbour ladder 9")
            assert there.does("provider-keys", "ls", "-q").lines == ["vast"]

    def ids(self, text: str) -> list[str]:
        return [key.id for key in read_keys(text)]
