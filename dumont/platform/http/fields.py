"""Kinds of text and time that many requests carry, with the edges that would trip the database cut off."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Must lie in the years 1 to 9999.") from None


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=PRINTABLE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=PRINTABLE)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
