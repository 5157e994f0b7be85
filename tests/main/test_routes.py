"""Laws that every endpoint keeps, also those not yet written: a guard, words for people, documented errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from pydantic import TypeAdapter

from dumont.accounts import guard
from dumont.main.contexts import contexts
from dumont.main.web import endpoints_of, make_app
from dumont.platform.http.doors import Door

APP = make_app(contexts())
DOCUMENT: dict[str, Any] = APP.openapi()
ENDPOINTS = [found for found in endpoints_of(APP) if str(found.path).startswith("/api/")]
OPERATIONS = [
    pytest.param(operation, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
STREAMS = {"download_file", "fetch_program", "fetch_agent", "fetch_agent_installer"}
"""They send bytes that are nobody's document."""
PUBLIC = {
    "forgot_password",
    "log_in",
    "sign_up",
    "refresh_session",
    "reset_password",
    "show_system",
    "password_strength",
    "search_gpus",
    "list_offers",
    "list_gpu_facets",
    "list_gpu_models",
    "list_gpu_providers",
    "compare_gpus",
    "get_gpu",
    "list_opportunities",
    "show_savings",
    "compare_providers",
    "list_best_deals",
    "list_providers",
    "show_machine_summary",
    "list_machine_history",
    "get_machine_history",
    "list_machine_attempts",
    "list_blacklist",
    "check_blacklist",
    "list_reliability",
    "get_reliability",
    "get_reliability_history",
    "get_ratings",
    "fetch_program",
    "fetch_agent",
    "fetch_agent_installer",
}


def guards_of(dependant: Dependant) -> Iterator[str]:
    permission = guard.permission_of(dependant.call)
    if permission is not None:
        yield permission
    for inner in dependant.dependencies:
        yield from guards_of(inner)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda found: f"{min(found.methods)} {found.path}")
class TestEveryEndpoint:
    def test_has_exactly_one_guard(self, endpoint: RouteContext) -> None:
        assert len(list(guards_of(endpoint.dependant))) == 1

    def test_is_open_to_anyone_only_if_it_is_on_the_list(self, endpoint: RouteContext) -> None:
        open_to_all = guard.ANYONE in guards_of(endpoint.dependant)
        assert open_to_all == (endpoint.name in PUBLIC), endpoint.name

    def test_stands_behind_a_door(self, endpoint: RouteContext) -> None:
        assert isinstance(endpoint.original_route, Door), "give its router route_class=Door"

    def test_declares_what_it_returns(self, endpoint: RouteContext) -> None:
        declared = endpoint.response_model is not None or endpoint.status_code == 204
        assert declared != (endpoint.name in STREAMS)


@pytest.mark.parametrize("operation", OPERATIONS)
class TestEveryOperationOfTheDocument:
    def test_has_a_summary(self, operation: dict[str, Any]) -> None:
        assert 5 < len(operation["summary"]) <= 80
        assert not operation["summary"].endswith(".")

    def test_documents_its_errors_as_problems(self, operation: dict[str, Any]) -> None:
        for status in ("401", "403", "422", "429"):
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]

    def test_belongs_to_a_group(self, operation: dict[str, Any]) -> None:
        assert operation.get("tags")


class TestWhatIsSent:
    """Bodies of requests and answers, as the document shows them."""

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_comes_with_an_example(self, operation: dict[str, Any]) -> None:
        sent = [operation["requestBody"]] if "requestBody" in operation else []
        answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        contents = [body["content"] for body in [*sent, *answers] if "content" in body]
        if operation["operationId"] in STREAMS:
            assert all("application/json" not in content for content in contents)
            return
        assert all("example" in content["application/json"] for content in contents)
        assert contents or "204" in operation["responses"]

    @pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda found: f"{min(found.methods)} {found.path}")
    def test_is_exemplified_by_what_is_valid(self, endpoint: RouteContext) -> None:
        operation = DOCUMENT["paths"][endpoint.path_format][min(endpoint.methods).lower()]
        for parameter in endpoint.dependant.body_params:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            TypeAdapter(parameter.field_info.annotation).validate_python(example)
        if endpoint.response_model is not None:
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            TypeAdapter(endpoint.response_model).validate_python(answers[0]["content"]["application/json"]["example"])

    @pytest.mark.parametrize("operation", [given for given in OPERATIONS if "requestBody" in given.values[0]])
    def test_may_hold_no_unknown_field(self, operation: dict[str, Any]) -> None:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        shapes = [shape for shape in schema.get("anyOf", [schema]) if shape != {"type": "null"}]
        for shape in shapes:
            whole = DOCUMENT["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]] if "$ref" in shape else shape
            assert whole["additionalProperties"] is False, "derive it from RequestBody"


class TestSecurity:
    def test_is_asked_for_where_a_stranger_is_not_let_in(self) -> None:
        asked = {
            operation.values[0]["operationId"]
            for operation in OPERATIONS
            if operation.values[0].get("security") and {} not in operation.values[0]["security"]
        }
        assert asked == {endpoint.name for endpoint in ENDPOINTS} - PUBLIC


class TestHeaders:
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_are_documented_where_the_door_knows_them(
        self, operation: dict[str, Any], request: pytest.FixtureRequest
    ) -> None:
        method = request.node.callspec.id.split()[0]
        names = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
        assert ("Idempotency-Key" in names) == (method == "POST" and "security" in operation)
        assert ("If-None-Match" in names) == ("304" in operation["responses"]) == (method == "GET")

    def test_are_said_once_however_often_one_asks(self) -> None:
        for path in APP.openapi()["paths"].values():
            for operation in path.values():
                names = [(parameter["name"], parameter["in"]) for parameter in operation.get("parameters", [])]
                assert len(names) == len(set(names))


class TestDocument:
    def test_is_of_version_3_1(self) -> None:
        assert DOCUMENT["openapi"].startswith("3.1")

    def test_names_every_operation_once(self) -> None:
        names = [operation.values[0]["operationId"] for operation in OPERATIONS]
        assert len(names) == len(set(names))
