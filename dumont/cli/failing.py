"""How a command ends when it could not do what was asked: one sentence, what to do next, and an exit code."""

import json
from typing import Any

from dumont.basics.errors import (
    Conflict,
    Failure,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutOfFunds,
    TooMany,
    Unavailable,
)

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
CODES: tuple[tuple[type[Failure], int], ...] = (
    (Invalid, USAGE),
    (NotSignedIn, 3),
    (NotAllowed, 4),
    (NotFound, 5),
    (Conflict, 6),
    (Unavailable, 7),
    (TooMany, 8),
    (OutOfFunds, 9),
)
SIGN_IN = "Sign in with `dumont login`, or set DUMONT_TOKEN to an API key."


def exit_code(failure: Failure) -> int:
    return next((code for kind, code in CODES if isinstance(failure, kind)), FAILED)


def told(failure: Failure) -> list[str]:
    """The lines for people: the sentence, the fields that are wrong, what to do next."""
    lines = [failure.message, *_faults(failure)]
    hint = _hint(failure)
    return [*lines, hint] if hint else lines


def shown(failure: Failure, *, as_json: bool, of: str = "") -> list[str]:
    """The lines that are printed: `told`, or one for programs in the words of the API's own errors."""
    if as_json:
        return [json.dumps(({"of": of} if of else {}) | _problem(failure), ensure_ascii=False)]
    first, *others = "\n".join(told(failure)).splitlines() or [""]
    return [f"{of or 'dumont'}: {first}", *others]


def _problem(failure: Failure) -> dict[str, Any]:
    faults = failure.faults if isinstance(failure, Invalid) else ()
    errors = [{"field": fault.field, "message": fault.message} for fault in faults]
    return {"detail": failure.message, "code": failure.code, "hint": _hint(failure), "errors": errors}


def _faults(failure: Failure) -> list[str]:
    """Not said twice where the sentence names the field already."""
    faults = failure.faults if isinstance(failure, Invalid) else ()
    return [f"  {fault.field}: {fault.message}" for fault in faults if fault.message not in failure.message]


def _hint(failure: Failure) -> str | None:
    """The server speaks of headers, for it does not know who asks; at a terminal a verb is what helps."""
    if isinstance(failure, NotSignedIn) and failure.code in ("not_signed_in", "token_expired", "session_revoked"):
        return SIGN_IN
    if isinstance(failure, TooMany) and not failure.hint:
        return f"Wait {failure.retry_seconds} s."
    return failure.hint
