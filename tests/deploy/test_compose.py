"""Compose on one machine: hardened, limited, healthy, and with settings that the product accepts."""

import re
from pathlib import Path
from typing import Any

import pytest

from dumont.__main__ import TABLE
from dumont.platform.settings import load
from tests.deploy.tools import COMPOSE, KNOWN, TAG, program, read_yaml, run

FILE = COMPOSE / "compose.yaml"
PROJECT: dict[str, Any] = read_yaml(FILE)
SERVICES: dict[str, dict[str, Any]] = PROJECT["services"]
OURS = ["web", "worker", "migrate"]
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")
EXAMPLE = dict(
    line.split("=", 1) for line in (COMPOSE / ".env.example").read_text().splitlines() if re.match(r"\w+=", line)
)
FILLED = EXAMPLE | {
    "POSTGRES_PASSWORD": "p" * 24,
    "DATABASE_OWNER_PASSWORD": "o" * 24,
    "DATABASE_APP_PASSWORD": "a" * 24,
    "REDIS_PASSWORD": "r" * 24,
    "DUMONT_SECRET_KEY": "s" * 48,
    "DUMONT_ENCRYPTION_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def resolved(value: object) -> str:
    return REFERENCE.sub(lambda found: FILLED.get(found["name"]) or found["rest"] or "", str(value))


def environment(service: str) -> dict[str, str]:
    return {name: resolved(value) for name, value in SERVICES[service]["environment"].items()}


@pytest.mark.parametrize("name", sorted(SERVICES))
class TestContainer:
    def test_has_no_rights_that_it_does_not_need(self, name: str) -> None:
        service = SERVICES[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]
        assert not {"privileged", "network_mode", "pid", "devices"} & service.keys()
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}

    def test_has_limits(self, name: str) -> None:
        assert {"cpus", "memory", "pids"} <= SERVICES[name]["deploy"]["resources"]["limits"].keys()

    def test_tells_how_it_is(self, name: str) -> None:
        if name == "migrate":
            assert SERVICES[name]["healthcheck"] == {"disable": True}
        else:
            assert SERVICES[name]["healthcheck"]["test"]

    def test_comes_from_a_pinned_image(self, name: str) -> None:
        assert TAG.match(resolved(SERVICES[name]["image"]))

    def test_opens_no_door_to_the_host(self, name: str) -> None:
        assert not [mount for mount in SERVICES[name].get("volumes", []) if "docker.sock" in mount]
        assert name == "proxy" or "ports" not in SERVICES[name]


@pytest.mark.parametrize("name", OURS)
class TestContainerOfOurs:
    def test_is_started_by_a_word_of_the_command_line(self, name: str) -> None:
        words = {word for group in TABLE.values() for word in group}
        assert SERVICES[name]["command"][0] == "dumont"
        assert SERVICES[name]["command"][1] in words

    def test_sets_only_what_there_is_to_set(self, name: str) -> None:
        assert set(SERVICES[name]["environment"]) <= KNOWN

    def test_gets_settings_that_are_accepted(self, name: str, tmp_path: Path) -> None:
        settings = load({"DUMONT_HOME": str(tmp_path), **environment(name)}).settings
        assert not settings.embedded
        assert seconds(SERVICES[name]["stop_grace_period"]) > settings.drain_seconds + settings.shutdown_seconds

    def test_waits_for_what_it_needs(self, name: str) -> None:
        waits = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        if name == "migrate":
            assert waits == {"postgres": "service_healthy"}
        else:
            assert waits["migrate"] == "service_completed_successfully"


class TestProject:
    def test_runs_two_of_each(self) -> None:
        assert [SERVICES[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]

    def test_keeps_the_stores_away_from_the_street(self) -> None:
        assert PROJECT["networks"]["data"] == {"internal": True}
        assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["data"]
        assert SERVICES["proxy"]["networks"] == ["edge"]

    def test_gives_web_processes_the_lesser_role(self) -> None:
        assert "//dumont_app:" in environment("web")["DATABASE_URL"]
        assert all("//dumont_owner:" in environment(name)["DATABASE_URL"] for name in ("worker", "migrate"))

    def test_has_no_secret_with_a_default(self) -> None:
        secrets = [found for found in REFERENCE.finditer(FILE.read_text()) if re.search("PASSWORD|KEY", found["name"])]
        assert len(secrets) > 5
        assert {found["name"] for found in secrets if found["kind"] != "?"} == {"DUMONT_PROVIDER_KEYS"}
        assert not [found["name"] for found in secrets if found["kind"] == "-" and found["rest"]]
        assert not [name for name, value in EXAMPLE.items() if re.search("PASSWORD|KEY|TOKEN", name) and value]

    def test_explains_each_variable_in_the_example(self) -> None:
        used = {found["name"] for found in REFERENCE.finditer(FILE.read_text())}
        assert used == set(EXAMPLE)

    def test_mounts_files_that_exist(self) -> None:
        mounts = [m for service in SERVICES.values() for m in service.get("volumes", []) if m.startswith(".")]
        assert mounts
        assert all((COMPOSE / mount.split(":")[0]).is_file() for mount in mounts)

    def test_is_accepted_by_docker_compose(self, tmp_path: Path) -> None:
        docker = program("docker")
        if run(docker, "compose", "version").returncode:
            pytest.skip("docker is here, but without its compose plugin")
        filled = tmp_path / "env"
        filled.write_text("".join(f"{name}={value}\n" for name, value in FILLED.items()))
        done = run(docker, "compose", "--env-file", str(filled), "--file", str(FILE), "config", "--quiet")
        assert done.returncode == 0, done.stderr


class TestProxy:
    def test_has_a_configuration_that_caddy_accepts(self) -> None:
        for address in (":80", "dumont.example.com"):
            done = run(
                program("caddy"),
                "validate",
                "--adapter",
                "caddyfile",
                "--config",
                str(COMPOSE / "Caddyfile"),
                SITE_ADDRESS=address,
            )
            assert done.returncode == 0, done.stderr

    def test_takes_bodies_as_large_as_the_product_does(self, tmp_path: Path) -> None:
        largest = load({"DUMONT_HOME": str(tmp_path)}).settings.request_bytes_max
        found = re.search(r"max_size (\d+)MB", (COMPOSE / "Caddyfile").read_text())
        assert found is not None
        assert int(found[1]) * 1_000_000 >= largest
