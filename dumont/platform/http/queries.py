"""Refuses questions that nobody reads (a filter that is misspelt must not pass for one that fits everything), and those
that no database can be asked."""

from collections.abc import Sequence
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params

from dumont.basics.errors import FieldFault, Invalid

ELSEWHERE = ("path", "header", "cookie")
NEAR = 0.5


class UnknownParameter(Invalid):
    code = "unknown_parameter"


def names_of(dependant: Dependant) -> frozenset[str]:
    """What an endpoint, and all that it depends on, reads of a query."""
    fields = get_flat_params(dependant)
    return frozenset(field.alias for field in fields if _place(field.field_info) not in ELSEWHERE)


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise UnknownParameter(
            f"There is no parameter {unknown[0][:60]} here.",
            hint=_hint(unknown[0], sorted(known)),
            faults=[FieldFault(name[:60], "is not known here") for name in unknown],
        )


def refuse_nothing(request: Request) -> None:
    """The letter of number 0 is in no text that PostgreSQL keeps, so nothing can be found by it."""
    for name, value in request.query_params.multi_items():
        if "\0" in value:
            raise Invalid.field(name[:60], "holds a character that no text has")


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), known, 1, NEAR)
    if near:
        return f"Do you mean {near[0]}?"
    return f"It takes {', '.join(known)}." if known else "It takes none."


def _place(info: object) -> str:
    place = getattr(info, "in_", None)
    return str(getattr(place, "value", ""))
