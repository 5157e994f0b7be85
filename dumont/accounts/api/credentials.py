"""Reads who wants to sign in, from JSON or from the form that OAuth2 clients send."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json

from dumont.accounts.schemas.auth import LogIn
from dumont.basics.errors import Invalid

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


async def _read(request: Request) -> LogIn:
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in (FORM, JSON):
        # A form of another site can send JSON as plain text, and would sign its visitor in as somebody else.
        raise Invalid.field("body", f"must be {JSON} or {FORM}", hint="Say which by the Content-Type header.")
    is_form = kind == FORM
    given = _from_form(body) if is_form else _from_json(body)
    try:
        return LogIn.model_validate(given)
    except ValidationError as error:
        names = {"email": "username"} if is_form else {}
        found = error.errors(include_input=False, include_url=False, include_context=False)
        faults = [{**fault, "loc": ("body", *(names.get(str(part), part) for part in fault["loc"]))} for fault in found]
        raise RequestValidationError(faults) from None


def _from_form(body: bytes) -> dict[str, Any]:
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=20))
    except ValueError:
        raise Invalid.field("body", "is no form that can be read") from None
    renamed = {"email": fields.get("username"), "password": fields.get("password")}
    return {name: value for name, value in renamed.items() if value is not None}


def _from_json(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        raise Invalid.field("body", "is no JSON") from None


Credentials = Annotated[LogIn, Depends(_read)]
