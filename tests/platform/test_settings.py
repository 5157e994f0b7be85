"""Settings: environment over file over defaults, one sentence for a wrong one, and no secret ever repeated."""

import base64
import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dumont.basics.errors import Invalid
from dumont.cli import environment
from dumont.platform import settings
from dumont.platform.listed_settings import rows
from dumont.platform.settings import Loaded, Settings, load
from scripts.settings_table import GUIDE, guide

SECRET = "correct-horse-battery-staple-0123456789"
SECRETS = {
    "DATABASE_URL": f"postgresql://dumont:{SECRET}@db/dumont",
    "DUMONT_DATABASE_REPLICA_URL": f"postgres://dumont:{SECRET}@replica/dumont",
    "REDIS_URL": f"redis://:{SECRET}@cache/0",
    "DUMONT_SECRET_KEY": SECRET,
    "DUMONT_ENCRYPTION_KEYS": f"a:{base64.b64encode(SECRET[:32].encode()).decode()}",
    "DUMONT_SMTP_URL": f"smtp://me:{SECRET}@mail",
    "DUMONT_METRICS_TOKEN": SECRET,
    "DUMONT_PROVIDER_KEYS": json.dumps({"vast": {"api_key": SECRET}}),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in: a `dumont.toml` of the developer's must not be read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def loaded(home: Path, environ: Mapping[str, str] | None = None, *, toml: str = "") -> Loaded:
    if toml:
        home.mkdir(exist_ok=True)
        (home / "dumont.toml").write_text(toml)
    return load({"DUMONT_HOME": str(home), **(environ or {})})


def refused(environ: Mapping[str, str], home: Path, *, toml: str = "") -> Invalid:
    with pytest.raises(Invalid) as failure:
        loaded(home, environ, toml=toml)
    return failure.value


class TestOrder:
    def test_begins_with_defaults(self, home: Path) -> None:
        found = loaded(home)
        assert (found.settings.port, found.sources["port"], found.toml_path) == (8000, "default", None)

    def test_puts_the_file_above_defaults(self, home: Path) -> None:
        found = loaded(home, toml="port = 9000\n")
        assert (found.settings.port, found.sources["port"]) == (9000, "toml")
        assert found.toml_path == home / "dumont.toml"

    def test_puts_the_environment_above_the_file(self, home: Path) -> None:
        found = loaded(home, {"DUMONT_PORT": "9001"}, toml="port = 9000\nhost = '0.0.0.0'\n")
        assert (found.settings.port, found.sources["port"]) == (9001, "environment")
        assert (found.settings.host, found.sources["host"]) == ("0.0.0.0", "toml")

    def test_puts_the_command_line_above_all(self, home: Path) -> None:
        found = load({"DUMONT_HOME": str(home), "DUMONT_PORT": "9001"}, overrides={"port": 9002})
        assert found.settings.port == 9002

    def test_reads_the_names_of_other_tools_below_our_own(self, home: Path) -> None:
        assert loaded(home, {"APP_PORT": "9003"}).settings.port == 9003
        assert loaded(home, {"APP_PORT": "9003", "DUMONT_PORT": "9004"}).settings.port == 9004

    def test_takes_an_empty_variable_for_one_that_is_not_set(self, home: Path) -> None:
        found = loaded(home, {"DUMONT_PORT": "", "DATABASE_URL": ""})
        assert (found.settings.port, found.sources["port"], found.settings.embedded) == (8000, "default", True)

    def test_takes_an_empty_address_in_the_file_for_one_that_is_not_set(self, home: Path) -> None:
        found = loaded(home, toml="database_url = ''\nredis_url = ''\n")
        assert (found.settings.embedded, found.settings.redis) == (True, None)

    @pytest.mark.parametrize(
        "name", ["DATABASE_URL", "REDIS_URL", "APP_HOST", "APP_PORT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
    )
    def test_knows_the_names_that_others_use(self, name: str) -> None:
        assert name in {env for field in Settings.model_fields for env in settings.env_names(field)}


class TestFile:
    def test_here_is_read_before_the_one_at_home(self, home: Path, elsewhere: Path) -> None:
        (elsewhere / "dumont.toml").write_text("port = 1111\n")
        assert loaded(home, toml="port = 2222\n").settings.port == 1111

    def test_that_is_named_is_the_only_one(self, home: Path, elsewhere: Path) -> None:
        (elsewhere / "mine.toml").write_text("host = 'here'\n")
        found = loaded(home, {"DUMONT_CONFIG": str(elsewhere / "mine.toml")}, toml="port = 2222\n")
        assert (found.settings.host, found.settings.port) == ("here", 8000)

    def test_takes_hyphens_and_lists(self, home: Path) -> None:
        found = loaded(home, toml="cors-origins = ['https://a', 'https://b']\n")
        assert found.settings.cors_origins == ("https://a", "https://b")

    def test_with_an_unknown_name_stops(self, home: Path) -> None:
        failure = refused({}, home, toml=f"prot = '{SECRET}'\n")
        assert failure.message == "Unknown setting prot in dumont.toml."
        assert SECRET not in f"{failure!r} {failure.hint}"

    def test_that_is_no_toml_stops_and_says_where(self, home: Path) -> None:
        assert f"{home / 'dumont.toml'} is not valid TOML" in refused({}, home, toml="port =\n").message

    def test_that_is_no_text_stops_and_does_not_repeat_it(self, home: Path) -> None:
        home.mkdir()
        (home / "dumont.toml").write_bytes(b"secret_key = '\xff" + SECRET.encode())
        failure = refused({}, home)
        assert "not UTF-8" in failure.message
        assert SECRET not in failure.message

    @pytest.mark.parametrize("name", ["missing.toml", ".", "file.txt/dumont.toml"])
    def test_that_is_named_and_can_not_be_read_stops(self, home: Path, elsewhere: Path, name: str) -> None:
        (elsewhere / "file.txt").write_text("")
        failure = refused({"DUMONT_CONFIG": str(elsewhere / name)}, home)
        assert failure.message.startswith("DUMONT_CONFIG names ")
        assert failure.hint

    def test_that_is_there_but_can_not_be_read_is_not_passed_over(self, home: Path) -> None:
        (home / "dumont.toml").mkdir(parents=True)
        assert "can't be read" in refused({}, home).message


class TestWrongValue:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("port", "web"),
            ("port", "70000"),
            ("sign_up_open", "perhaps"),
            ("log_level", "loud"),
            ("database_pool_size", "1"),
            ("database_statement_seconds", "inf"),
            ("worker_lease_seconds", "nan"),
            ("request_bytes_max", "-1"),
            ("database_url", "mysql://root@db/dumont"),
            ("redis_url", "localhost:6379"),
            ("public_url", "dumont.example.com"),
            ("otel_endpoint", "collector:4318"),
            ("trusted_proxies", "10.0.0.0/8,proxy"),
            ("mail_from", "nobody"),
            ("smtp_url", "mail.example.com"),
            ("smtp_url", "smtp://mail:port"),
            ("rate_limit_anonymous", "often"),
            ("rate_limit_user", "0/minute/x"),
            ("rate_limit_user", "5"),
            ("encryption_keys", "a:short"),
        ],
    )
    def test_stops_with_one_sentence_that_names_the_setting(self, home: Path, name: str, value: str) -> None:
        failure = refused({f"DUMONT_{name.upper()}": value}, home)
        assert failure.message.startswith(f"Setting {name} (DUMONT_{name.upper()}) is wrong: ")
        assert failure.message.endswith(".")
        assert "\n" not in failure.message
        assert "Value error" not in failure.message
        assert "dumont config show" in str(failure.hint)

    @pytest.mark.parametrize("name", ["DATABASE_URL", "DUMONT_DATABASE_REPLICA_URL", "REDIS_URL", "DUMONT_SECRET_KEY"])
    def test_of_a_secret_is_not_repeated(self, home: Path, name: str) -> None:
        failure = refused({name: SECRET[:20]}, home)
        assert SECRET[:20] not in f"{failure!r} {failure.message} {failure.hint} {failure.__cause__}"

    def test_is_a_secret_key_that_is_too_short(self, home: Path) -> None:
        assert "at least 32 characters" in refused({"DUMONT_SECRET_KEY": "x" * 31}, home).message
        assert loaded(home, {"DUMONT_SECRET_KEY": "x" * 32}).settings.secret_key is not None

    def test_is_known_from_a_right_one(self, home: Path) -> None:
        right = {
            "DUMONT_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, fd00::/8",
            "DUMONT_MAIL_FROM": "Dumont <dumont@example.com>",
            "DUMONT_RATE_LIMIT_USER": "10 per second",
            "DUMONT_SMTP_URL": "smtps://me:pass@mail.example.com:465",
        }
        assert loaded(home, right).settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "fd00::/8")

    def test_of_the_keys_for_secrets_is_not_repeated(self, home: Path) -> None:
        failure = refused({"DUMONT_ENCRYPTION_KEYS": f"a:{SECRET}"}, home)
        assert SECRET not in f"{failure!r} {failure.message} {failure.hint} {failure.__cause__}"


class TestThresholdsOfMachines:
    def test_descend(self, home: Path) -> None:
        assert "above machine_excellent_rate" in refused({"DUMONT_MACHINE_GOOD_RATE": "0.95"}, home).message
        assert "above machine_excellent_rate" in refused({"DUMONT_MACHINE_EXCELLENT_RATE": "0.6"}, home).message
        found = loaded(home, {"DUMONT_MACHINE_GOOD_RATE": "0.9", "DUMONT_MACHINE_POOR_RATE": "0"}).settings
        assert (found.machine_good_rate, found.machine_poor_rate) == (0.9, 0.0)

    def test_call_critical_what_is_a_reason(self, home: Path) -> None:
        name = "DUMONT_BLACKLIST_CRITICAL_REASONS"
        assert loaded(home, {name: "network, out_of_disk"}).settings.blacklist_critical_reasons == (
            "network",
            "out_of_disk",
        )
        for wrong in ("bad luck", "offer_gone"):
            assert "blacklist_critical_reasons" in refused({name: wrong}, home).message


class TestKeysOfClouds:
    def test_come_as_text_or_as_a_table(self, home: Path) -> None:
        by_text = loaded(home, {"DUMONT_PROVIDER_KEYS": '{"vast": {"api_key": "a"}}'}).settings
        by_file = loaded(home, toml='[provider_keys.vast]\napi_key = "a"\n').settings
        assert by_text.keys_of("vast") == by_file.keys_of("vast") == {"api_key": "a"}
        assert by_text.keys_of("runpod") == {}

    @pytest.mark.parametrize("text", [SECRET, "[1]", '{"vast": "' + SECRET + '"}', '{"vast": {"api_key": 1}}'])
    def test_are_refused_without_being_repeated(self, home: Path, text: str) -> None:
        failure = refused({"DUMONT_PROVIDER_KEYS": text}, home)
        assert "provider_keys" in failure.message
        assert SECRET not in f"{failure!r} {failure.message} {failure.hint}"

    def test_go_with_addresses_of_http_and_this_computer_with_a_folder(self, home: Path) -> None:
        found = loaded(home, {"DUMONT_PROVIDER_URLS": '{"vast": "http://127.0.0.1:9000/vast/"}'}).settings
        assert found.provider_urls == {"vast": "http://127.0.0.1:9000/vast"}
        assert "http" in refused({"DUMONT_PROVIDER_URLS": '{"vast": "file:///etc"}'}, home).message
        assert "file" in refused({"DUMONT_PROVIDER_URLS": '{"local": "http://127.0.0.1:1"}'}, home).message


class TestUnknownVariable:
    def test_is_told_with_the_nearest_name(self, home: Path) -> None:
        found = loaded(home, {"DUMONT_PUBLIC_ULR": "x", "DUMONT_ZZZZ": SECRET}).unknown
        assert found == ("DUMONT_PUBLIC_ULR is no setting: is DUMONT_PUBLIC_URL meant?", "DUMONT_ZZZZ is no setting.")

    def test_is_none_that_the_command_line_reads(self, home: Path) -> None:
        class Asked(dict[str, str]):
            names: ClassVar[set[str]] = set()

            def get(self, name: str, default: Any = None) -> Any:
                self.names.add(name)
                return super().get(name, default)

        environment.read(Asked(HOME="/nowhere"))
        ours = {name for name in Asked.names if name.startswith("DUMONT_")}
        assert ours
        assert loaded(home, {**dict.fromkeys(ours, "x"), "DUMONT_NO_WEB": "1"}).unknown == ()


class TestRows:
    def test_cover_every_setting_with_its_names_and_what_it_is_for(self, home: Path) -> None:
        found = {row.name: row for row in rows(loaded(home))}
        assert list(found) == list(Settings.model_fields)
        assert found["port"].env == ("DUMONT_PORT", "APP_PORT")
        assert all(row.description.endswith(".") or row.secret or ":" in row.description for row in found.values())

    def test_tell_value_default_and_source(self, home: Path) -> None:
        row = next(row for row in rows(loaded(home, {"DUMONT_SIGN_UP_OPEN": "0"})) if row.name == "sign_up_open")
        assert (row.value, row.default, row.source) == ("false", "true", "environment")

    def test_never_hold_a_secret(self, home: Path) -> None:
        found = loaded(home, SECRETS)
        written = json.dumps([dataclasses.asdict(row) for row in rows(found)])
        assert SECRET not in written
        assert sum(row.secret and row.value == "•••••• (set)" for row in rows(found)) == len(SECRETS)

    def test_are_not_the_only_place_where_secrets_are_hidden(self, home: Path) -> None:
        found = loaded(home, SECRETS)
        assert SECRET not in f"{found!r} {found.settings} {found.settings.model_dump_json()}"


class TestTable:
    def test_in_the_guide_is_as_the_code_is(self) -> None:
        assert GUIDE.read_text() == guide(), "run scripts/settings_table.py"

    def test_is_the_same_on_every_machine(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        written = guide()
        monkeypatch.setenv("DUMONT_PORT", "1")
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert guide() == written
        assert "| `port` | 8000 | `DUMONT_PORT`, `APP_PORT` |" in written


class TestHome:
    def test_of_root_lies_where_its_database_may_pass(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert load({"HOME": "/root", "XDG_DATA_HOME": "/root/data"}).settings.home == Path("/var/lib/dumont")

    def test_of_others_lies_in_their_folder_of_data(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert load({"HOME": str(tmp_path)}).settings.home == tmp_path / ".local" / "share" / "dumont"
        assert load({"XDG_DATA_HOME": str(tmp_path / "x")}).settings.home == tmp_path / "x" / "dumont"

    def test_is_a_whole_path_however_it_was_written(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(elsewhere))
        assert load({"DUMONT_HOME": "~/here"}).settings.home == elsewhere / "here"
        assert load({"DUMONT_HOME": "here"}).settings.home == elsewhere / "here"

    def test_written_with_a_tilde_is_where_the_file_is_looked_for(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(elsewhere))
        (elsewhere / "here").mkdir()
        (elsewhere / "here" / "dumont.toml").write_text("port = 7777\n")
        assert load({"DUMONT_HOME": "~/here"}).settings.port == 7777
