"""The kinds of error, told apart by what the one who meets them must do.

Failure
 ├─ NotFound      it is not there, or not for you: look elsewhere
 ├─ Conflict      it clashes with what is there now: look again, then decide
 ├─ NotSignedIn   nobody knows who you are: sign in
 ├─ NotAllowed    you are known, and may not: ask someone who may
 ├─ Invalid       what you sent is wrong: mend the fields named
 ├─ OutOfFunds    there is not enough money: add some
 ├─ TooMany       too often: wait `retry_seconds`
 └─ Unavailable   something we need is away: try again later

A concrete error is a subclass beside the function that raises it, or one of these with its own `code`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldFault:
    field: str
    message: str


class Failure(Exception):
    code: str = "failure"
    hint: str | None = None
    keeps_work: bool = False
    """True for a refusal that is itself a fact to keep: the door commits what was written before it was raised."""

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint or type(self).hint


class NotFound(Failure):
    code = "not_found"


class Conflict(Failure):
    code = "conflict"


class NotSignedIn(Failure):
    code = "not_signed_in"
    hint = "Sign in, or send an API key as `Authorization: Bearer ...`."


class NotAllowed(Failure):
    code = "not_allowed"


class Invalid(Failure):
    code = "invalid"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        faults: Sequence[FieldFault] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.faults = tuple(faults)

    @classmethod
    def field(cls, field: str, message: str, *, code: str | None = None, hint: str | None = None) -> "Invalid":
        return cls(f"{field}: {message}", code=code, hint=hint, faults=[FieldFault(field, message)])


class OutOfFunds(Failure):
    code = "out_of_funds"


class TooMany(Failure):
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_seconds: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_seconds = retry_seconds


class Unavailable(Failure):
    code = "unavailable"
