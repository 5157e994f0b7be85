"""Makes the kinds of error of `basics.errors` out of what a server answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dumont.basics.errors import (
    Conflict,
    Failure,
    FieldFault,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutOfFunds,
    TooMany,
    Unavailable,
)

if TYPE_CHECKING:
    import httpx

KINDS: dict[int, type[Failure]] = {
    401: NotSignedIn,
    402: OutOfFunds,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: Conflict,
}
SAY_ID = "Say the id instead of the name."
NO_SUCH_ROUTE = "Is this the address of a Dumont server, and as new as this command line?"


class ServerMistake(Failure):
    """The server met something it did not expect."""

    code = "server_mistake"


def failure_of(response: httpx.Response) -> Failure:
    problem = _problem(response)
    message = str(problem.get("detail") or f"The server answered {response.status_code} {response.reason_phrase}.")
    code, hint = problem.get("code"), problem.get("hint")
    if response.status_code == 429:
        return TooMany(message, code=code, hint=hint, retry_seconds=retry_seconds(response) or 1)
    if response.status_code in (502, 503, 504):
        return Unavailable(message, code=code, hint=hint or "Try again in a few seconds.")
    if response.status_code >= 500:
        return ServerMistake(message, code=code, hint=_with_request_id(hint, problem, response))
    if response.status_code in KINDS:
        if response.status_code == 404 and not problem:
            hint = NO_SUCH_ROUTE
        return KINDS[response.status_code](message, code=code, hint=hint)
    return _invalid(message, code, hint, problem)


def retry_seconds(response: httpx.Response) -> int | None:
    given = response.headers.get("retry-after", "")
    return int(given) if given.isdigit() else None


def _invalid(message: str, code: str | None, hint: str | None, problem: dict[str, Any]) -> Invalid:
    faults = [FieldFault(fault["field"], fault["message"]) for fault in problem.get("errors") or []]
    return Invalid(message, code=code, hint=hint, faults=faults)


def _problem(response: httpx.Response) -> dict[str, Any]:
    """Empty where the answer is not one of ours: a proxy's page, another server."""
    if "json" not in response.headers.get("content-type", ""):
        return {}
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _with_request_id(hint: str | None, problem: dict[str, Any], response: httpx.Response) -> str | None:
    identity = problem.get("request_id") or response.headers.get("x-request-id")
    return " ".join(part for part in (hint, f"Request id: {identity}" if identity else "") if part) or None
