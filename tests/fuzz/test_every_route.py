"""Sends every documented route input that nobody thought of: no answer may be a fault or differ from the document."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, create_test
from schemathesis.generation.hypothesis.builder import HypothesisTestMode as Mode
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from dumont.main.contexts import contexts
from dumont.main.web import make_app
from scripts.generate_client import DOCUMENT
from tests.conftest import DatabaseMaker
from tests.fuzz.thinned import thinned
from tests.processes import Dumont

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fuzz")]
# From the file, which another test holds to the code: routes are needed by every process that collects tests.
ROUTES = [(method, path) for path, methods in json.loads(DOCUMENT.read_text())["paths"].items() for method in methods]
each_route = pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda word: word)
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
]
EVERY = bool(os.environ.get("DUMONT_EVERY_POINT"))
PERSON = {"email": "fuzz@dumont.test", "name": "Fuzz", "password": "correct horse battery staple"}


@dataclass(frozen=True)
class Target:
    url: str
    key: str
    session: requests.Session
    """One connection for all: to open one for each took a third of the time. It keeps no cookie."""


@pytest.fixture(scope="module")
def schema() -> BaseSchema:
    return schemathesis.openapi.from_dict(make_app(contexts()).openapi())


@pytest.fixture(scope="module")
def target(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    env = {
        "DUMONT_HOME": str(tmp_path_factory.mktemp("home")),
        "DATABASE_URL": make_database(),
        "DUMONT_RATE_LIMIT_ANONYMOUS": "1000000/minute",
        "DUMONT_RATE_LIMIT_USER": "1000000/minute",
        "DUMONT_LOG_LEVEL": "error",
    }
    with Dumont("up", "--port", "0", env=env) as process, requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield Target(process.url, _administrators_key(process.url), session)
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


def drawn(check: Callable[..., None], operation: APIOperation, modes: list[Mode]) -> Callable[..., None]:
    """The check with many inputs. Thought of in the test: at the import it cost each process of a run ten seconds."""
    config = HypothesisTestConfig(project=operation.schema.config, modes=modes)
    test = create_test(operation=operation, test_func=check, config=config)
    return test if EVERY else thinned(test)


@each_route
def test_answers_as_documented(method: str, path: str, schema: BaseSchema, target: Target) -> None:
    drawn(answers_as_documented, schema[path][method], [Mode.EXAMPLES, Mode.COVERAGE, Mode.FUZZING])(target=target)


@settings(max_examples=100 if EVERY else 5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def answers_as_documented(case: schemathesis.Case, target: Target) -> None:
    case.call_and_validate(
        base_url=target.url,
        session=target.session,
        headers={"authorization": f"Bearer {target.key}"},
        checks=CHECKS,
        timeout=20,
    )


@each_route
def test_lets_nobody_in_without_a_token(method: str, path: str, schema: BaseSchema, target: Target) -> None:
    """Except where the document says so. Asked for no more than a token, it answers the same to any kind of input."""
    operation = schema[path][method]
    security = operation.definition.raw.get("security")
    if security and {} not in security:
        drawn(is_turned_away, operation, [Mode.FUZZING])(target=target)


@settings(max_examples=10 if EVERY else 2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def is_turned_away(case: schemathesis.Case, target: Target) -> None:
    """With 401, whatever the input."""
    answer = case.call(base_url=target.url, session=target.session, headers={"authorization": ""}, timeout=20)
    assert answer.status_code in (401, 405, 422), answer.status_code
