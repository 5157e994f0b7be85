"""The shape of every error answer: RFC 9457 problem JSON, with a code for programs and a hint for people."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    402: "Not enough money",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Invalid input",
    429: "Too many requests",
    500: "Our mistake",
    503: "Unavailable",
}
ALWAYS = (401, 403, 422, 429)


class FieldProblem(BaseModel):
    field: str = Field(description="Dotted path of the field, or the name of the parameter.")
    message: str


class Problem(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no such API key.",
                    "code": "not_found",
                    "hint": None,
                    "errors": [],
                    "request_id": "5f1c0a9e7d3b4c21",
                }
            ]
        }
    )

    type: str = Field("about:blank", description="A page about this kind of problem, where there is one.")
    title: str = Field(description="The kind of problem.")
    status: int
    detail: str = Field(description="What happened, in one sentence.")
    code: str = Field(description="Stable name of the problem, for programs.")
    hint: str | None = Field(None, description="What to do next.")
    errors: list[FieldProblem] = Field(default_factory=list, description="Which fields are wrong, and why.")
    request_id: str = Field("", description="Give this to whoever helps you; the logs carry it too.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint; what every endpoint may answer is there already."""
    return {
        status: {
            "description": TITLES.get(status, "Error"),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, *ALWAYS})
    }


def schemas() -> dict[str, Any]:
    """The components that `problems` points at."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def answer(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str,
    hint: str | None = None,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        errors=errors or [],
        request_id=getattr(request.state, "request_id", ""),
    )
    return JSONResponse(problem.model_dump(), status, headers, media_type=MEDIA_TYPE)
