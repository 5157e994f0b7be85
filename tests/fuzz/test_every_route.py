"""Sends every documented route input that nobody thought of: no answer may be a fault or differ from the document."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from dumont.main.contexts import contexts
from dumont.main.web import make_app
from tests.conftest import DatabaseMaker
from tests.processes import Dumont

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fuzz")]
DOCUMENT = make_app(contexts()).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
# Who is asked nothing but for a token gets the same answer at every edge of the input: a few of any kind will do.
AT_THE_GATE = schemathesis.openapi.from_dict(DOCUMENT)
AT_THE_GATE.config.phases.coverage.enabled = False
AT_THE_GATE.config.phases.examples.enabled = False
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
]
PERSON = {"email": "fuzz@dumont.test", "name": "Fuzz", "password": "correct horse battery staple"}


@dataclass(frozen=True)
class Target:
    url: str
    key: str


@pytest.fixture(scope="module")
def target(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    env = {
        "DUMONT_HOME": str(tmp_path_factory.mktemp("home")),
        "DATABASE_URL": make_database(),
        "DUMONT_RATE_LIMIT_ANONYMOUS": "1000000/minute",
        "DUMONT_RATE_LIMIT_USER": "1000000/minute",
        "DUMONT_LOG_LEVEL": "error",
    }
    with Dumont("up", "--port", "0", env=env) as process:
        yield Target(process.url, _administrators_key(process.url))
        assert not [line for line in process.output if '"unexpected"' in line]


def _administrators_key(url: str) -> str:
    """A key and not a session: no route that is fuzzed may sign it out."""
    with httpx.Client(base_url=f"{url}/api", timeout=30) as client:
        client.post("/auth/signup", json=PERSON).raise_for_status()
        tokens = client.post("/auth/login", json={key: PERSON[key] for key in ("email", "password")}).json()
        client.headers["authorization"] = f"Bearer {tokens['access_token']}"
        me = client.get("/auth/me").json()
        made = client.post("/api-keys", json={"name": "fuzz", "scopes": me["permissions"]})
        made.raise_for_status()
        return str(made.json()["key"])


@SCHEMA.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_as_documented(case: schemathesis.Case, target: Target) -> None:
    case.call_and_validate(
        base_url=target.url, headers={"authorization": f"Bearer {target.key}"}, checks=CHECKS, timeout=20
    )


@AT_THE_GATE.parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_lets_nobody_in_without_a_token(case: schemathesis.Case, target: Target) -> None:
    """Except where the document says so, an answer without a token is 401, whatever the input."""
    security = case.operation.definition.raw.get("security")
    if security and {} not in security:
        answer = case.call(base_url=target.url, headers={"authorization": ""}, timeout=20)
        assert answer.status_code in (401, 405, 422), answer.status_code
