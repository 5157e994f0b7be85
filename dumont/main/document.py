"""What the API document says beyond what FastAPI sees: problems, headers that every door knows, whole examples."""

from collections.abc import Collection, Iterator
from typing import Any

from dumont.platform.http.examples import example_of
from dumont.platform.http.problems import problems, schemas

JSON = "application/json"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your choice, new for each new request. A repeat with the same key within a day gets the "
    "first answer again and is not done twice; the same key with another request is refused with 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: if nothing has changed since, the answer is 304 without a body.",
    "schema": {"type": "string"},
}
NOT_MODIFIED = {"description": "Nothing has changed since the answer with this ETag"}


def complete(document: dict[str, Any], *, open_to_all: Collection[str]) -> None:
    """In place, and once: doing it again would say everything twice. `open_to_all` are ids of operations."""
    components = document["components"]["schemas"]
    components.update(schemas())
    for path in document["paths"].values():
        for method, operation in path.items():
            _with_headers(method, operation)
            if operation["operationId"] in open_to_all and "security" in operation:
                operation["security"].append({})  # a token is understood there, and not asked for
            for content in _bodies(operation):
                content["example"] = example_of(content["schema"], components)


def _with_headers(method: str, operation: dict[str, Any]) -> None:
    parameters, responses = operation.setdefault("parameters", []), operation["responses"]
    if method == "get":
        parameters.append(IF_NONE_MATCH)
        responses["304"] = NOT_MODIFIED
    if method == "post" and operation.get("security"):  # of a caller whom it knows, the door honours it
        parameters.append(IDEMPOTENCY_KEY)
        responses.setdefault("409", problems(409)[409])


def _bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The request's, and those of the answers that say yes."""
    found = [operation.get("requestBody", {})]
    found += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for body in found:
        if JSON in body.get("content", {}):
            yield body["content"][JSON]
