"""Turns a kind of error into an HTTP answer."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from dumont.basics import errors
from dumont.platform.db.engine import DatabaseAway
from dumont.platform.http.problems import TITLES, FieldProblem, answer

log = structlog.get_logger()

STATUS: dict[type[errors.Failure], int] = {
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.Invalid: 422,
    errors.OutOfFunds: 402,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
DATABASE_AWAY = (DatabaseAway, OperationalError, InterfaceError, PoolTimeout, ConnectionError)
STATEMENT_CANCELLED = "57014"


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.Failure, _failure)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_exception)  # type: ignore[arg-type]
    for kind in (DatabaseAway, DBAPIError, PoolTimeout, ConnectionError):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _our_mistake)


def status_of(failure: errors.Failure) -> int:
    return next(STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS)


async def _failure(request: Request, failure: errors.Failure) -> JSONResponse:
    status = status_of(failure)
    headers = {}
    if isinstance(failure, errors.NotSignedIn):
        headers["www-authenticate"] = f'Bearer error="{failure.code}"'
    if isinstance(failure, errors.TooMany):
        headers["retry-after"] = str(failure.retry_seconds)
    faults = failure.faults if isinstance(failure, errors.Invalid) else ()
    fields = [FieldProblem(field=fault.field, message=fault.message) for fault in faults]
    return answer(
        request, status, failure.message, code=failure.code, hint=failure.hint, errors=fields, headers=headers
    )


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    fields = [FieldProblem(field=_path(found["loc"]), message=_sentence(str(found["msg"]))) for found in error.errors()]
    named = ", ".join(dict.fromkeys(field.field for field in fields))
    return answer(request, 422, f"Some of the input is wrong: {named}.", code="invalid", errors=fields)


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 400:
        # The framework's word for a body that can't even be read as text or form.
        unreadable = [FieldProblem(field="body", message="can't be read: is it JSON, in UTF-8?")]
        return answer(request, 422, "The body can't be read.", code="invalid", errors=unreadable)
    code = TITLES.get(error.status_code, "error").lower().replace(" ", "_")
    detail = f"There is nothing at {request.url.path}." if error.status_code == 404 else str(error.detail)
    return answer(request, error.status_code, detail, code=code, headers=dict(error.headers or {}))


async def _database(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DATABASE_AWAY) and not _is_away(error):
        return await _our_mistake(request, error)
    cause = error.__cause__ or error
    log.warning("database_away", error=f"{type(cause).__name__}: {cause}")
    return answer(
        request,
        503,
        "The database does not answer just now.",
        code=DatabaseAway.code,
        hint=DatabaseAway.hint,
        headers={"retry-after": "2"},
    )


async def _our_mistake(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected", exc_info=error)
    return answer(
        request,
        500,
        "Something went wrong on our side. Nothing was changed.",
        code="our_mistake",
        hint="Try again; if it stays, report the request id.",
    )


def _is_away(error: Exception) -> bool:
    """Cancelled by its time limit or to end a deadlock (40), or the connection went away in mid-statement (08, 57P)."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    return state == STATEMENT_CANCELLED or state.startswith(("08", "40", "57P", "53"))


def _path(location: tuple[int | str, ...]) -> str:
    """`("body", "scopes", 0)` is written `scopes.0`; a body that is no JSON at all is `body`."""
    parts = (
        location[1:] if len(location) > 1 and location[0] in ("body", "query", "path", "header", "cookie") else location
    )
    return ".".join(str(part) for part in parts if not str(part).isdigit() or len(parts) > 1) or "body"


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
