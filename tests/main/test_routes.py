"""Laws that every endpoint keeps, also those not yet written: a guard, words for people, documented errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from pydantic import TypeAdapter, ValidationError

from dumont.accounts import guard
from dumont.main.contexts import contexts
from dumont.main.web import endpoints_of, make_app
from dumont.platform.http.doors import Door

STREAMS = {"download_file", "fetch_download", "fetch_program", "fetch_agent", "fetch_agent_installer"}
"""They send bytes that are nobody's document."""
PUBLIC = {
    "fetch_download",
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


@dataclass(frozen=True)
class Api:
    """Made once: while tests are collected it cost every process of a run a second."""

    app: FastAPI
    document: dict[str, Any]
    endpoints: list[RouteContext]

    def operations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield f"{method.upper()} {path}", operation

    def operation_of(self, endpoint: RouteContext) -> dict[str, Any]:
        found: dict[str, Any] = self.document["paths"][endpoint.path_format][min(endpoint.methods).lower()]
        return found


@pytest.fixture(scope="module")
def api() -> Api:
    app = make_app(contexts())
    return Api(app, app.openapi(), [found for found in endpoints_of(app) if str(found.path).startswith("/api/")])


class TestEveryEndpoint:
    """All of them in one test each, since they are many: what is told are the names of those that do not keep it."""

    def test_is_known(self, api: Api) -> None:
        assert len(api.endpoints) == len(list(api.operations())) > 100

    def test_has_exactly_one_guard(self, api: Api) -> None:
        assert [each.name for each in api.endpoints if len(list(guards_of(each.dependant))) != 1] == []

    def test_is_open_to_anyone_only_if_it_is_on_the_list(self, api: Api) -> None:
        assert {each.name for each in api.endpoints if guard.ANYONE in guards_of(each.dependant)} == PUBLIC

    def test_stands_behind_a_door(self, api: Api) -> None:
        outside = [each.name for each in api.endpoints if not isinstance(each.original_route, Door)]
        assert outside == [], "give its router route_class=Door"

    def test_declares_what_it_returns(self, api: Api) -> None:
        silent = {each.name for each in api.endpoints if each.response_model is None and each.status_code != 204}
        assert silent == STREAMS


class TestEveryOperationOfTheDocument:
    def test_has_a_summary(self, api: Api) -> None:
        summaries = {name: operation["summary"] for name, operation in api.operations()}
        assert {name: said for name, said in summaries.items() if not 5 < len(said) <= 80 or said.endswith(".")} == {}

    def test_documents_its_errors_as_problems(self, api: Api) -> None:
        for name, operation in api.operations():
            for status in ("401", "403", "422", "429"):
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], name

    def test_belongs_to_a_group(self, api: Api) -> None:
        assert [name for name, operation in api.operations() if not operation.get("tags")] == []


class TestWhatIsSent:
    """Bodies of requests and answers, as the document shows them."""

    def test_comes_with_an_example(self, api: Api) -> None:
        assert [name for name, operation in api.operations() if not self._has_examples(operation)] == []

    def _has_examples(self, operation: dict[str, Any]) -> bool:
        sent = [operation["requestBody"]] if "requestBody" in operation else []
        contents = [body["content"] for body in [*sent, *_answers(operation)] if "content" in body]
        if operation["operationId"] in STREAMS:
            return all("application/json" not in content for content in contents)
        shown = all("example" in content["application/json"] for content in contents)
        return shown and bool(contents or "204" in operation["responses"])

    def test_is_exemplified_by_what_is_valid(self, api: Api) -> None:
        wrong = {}
        for endpoint in api.endpoints:
            try:
                self._read_examples(endpoint, api.operation_of(endpoint))
            except ValidationError as error:
                wrong[endpoint.name] = str(error)
        assert wrong == {}

    def _read_examples(self, endpoint: RouteContext, operation: dict[str, Any]) -> None:
        for parameter in endpoint.dependant.body_params:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            TypeAdapter(parameter.field_info.annotation).validate_python(example)
        if endpoint.response_model is not None:
            content = _answers(operation)[0]["content"]
            TypeAdapter(endpoint.response_model).validate_python(content["application/json"]["example"])

    def test_may_hold_no_unknown_field(self, api: Api) -> None:
        asked = {name: operation["requestBody"] for name, operation in api.operations() if "requestBody" in operation}
        open_ones = [name for name, body in asked.items() if not all(self._closed(api, body))]
        assert asked
        assert open_ones == [], "derive it from RequestBody"

    def _closed(self, api: Api, body: dict[str, Any]) -> Iterator[bool]:
        schema = body["content"]["application/json"]["schema"]
        for shape in schema.get("anyOf", [schema]):
            if shape != {"type": "null"}:
                named = shape["$ref"].rsplit("/", 1)[1] if "$ref" in shape else None
                whole = api.document["components"]["schemas"][named] if named else shape
                yield whole["additionalProperties"] is False


def _answers(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


class TestSecurity:
    def test_is_asked_for_where_a_stranger_is_not_let_in(self, api: Api) -> None:
        asked = {
            operation["operationId"]
            for _, operation in api.operations()
            if operation.get("security") and {} not in operation["security"]
        }
        assert asked == {endpoint.name for endpoint in api.endpoints} - PUBLIC


class TestHeaders:
    def test_are_documented_where_the_door_knows_them(self, api: Api) -> None:
        for name, operation in api.operations():
            method = name.split()[0]
            known = [given["name"] for given in operation.get("parameters", []) if given["in"] == "header"]
            assert ("Idempotency-Key" in known) == (method == "POST" and "security" in operation), name
            assert ("If-None-Match" in known) == ("304" in operation["responses"]) == (method == "GET"), name

    def test_are_said_once_however_often_one_asks(self, api: Api) -> None:
        for path in api.app.openapi()["paths"].values():
            for operation in path.values():
                names = [(parameter["name"], parameter["in"]) for parameter in operation.get("parameters", [])]
                assert len(names) == len(set(names))


class TestDocument:
    def test_is_of_version_3_1(self, api: Api) -> None:
        assert api.document["openapi"].startswith("3.1")

    def test_names_every_operation_once(self, api: Api) -> None:
        names = [operation["operationId"] for _, operation in api.operations()]
        assert len(names) == len(set(names))
