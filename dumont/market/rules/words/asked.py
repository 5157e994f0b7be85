"""What has been understood so far of a line of words."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from dumont.basics.errors import Invalid
from dumont.basics.gpu import gpus, named
from dumont.market.rules import places
from dumont.market.rules.query import NUMBER_MAX

FIGURES_MAX = 40


class Asked:
    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self._places: list[str] = []

    def put(self, field: str, value: Any, said: str) -> None:
        """Saying a thing twice is all right; saying two things is not."""
        if self.fields.setdefault(field, value) != value:
            raise refused(said, f"contradicts an earlier word: {field} is {self.fields[field]} already")

    def add(self, field: str, values: Iterable[str]) -> None:
        self.fields[field] = self.fields.get(field, frozenset()) | frozenset(values)

    def model(self, name: str) -> None:
        """One that nobody knows is kept as it was written."""
        name = " ".join(name.replace("_", " ").split())
        known = [name] if name in gpus() else [gpu.name for gpu in named(name)]
        self.add("models", known)
        if name and not known:
            self.nobodys(name)

    def nobodys(self, name: str) -> None:
        """A model that there is none of."""
        self.add("models", ())
        if name not in self.fields.get("unknown_models", ()):
            self.fields["unknown_models"] = (*self.fields.get("unknown_models", ()), name)

    def place(self, text: str) -> None:
        self._places.append(text)

    def finished(self) -> dict[str, Any]:
        """Countries where only countries were named, so that they are seen as such; else all of them as regions,
        for any one of them will do."""
        means = [places.countries(text) for text in self._places]
        if self._places and all(len(codes) == 1 for codes in means):
            self.add("countries", frozenset().union(*means))
        elif self._places:
            self.add("regions", (text.upper() if len(text) == 2 else text for text in self._places))
        return self.fields


def refused(said: str, why: str, hint: str | None = None) -> Invalid:
    return Invalid.field("q", f"`{said}` {why}", hint=hint)


def number(text: str, said: str) -> Decimal:
    """Without its unit, of which the caller has taken care."""
    try:
        if len(text) > FIGURES_MAX or not text.isascii():
            raise InvalidOperation  # noqa: TRY301 - told below like any other
        value = Decimal(text.replace("_", "x"))
    except InvalidOperation:
        raise refused(said, "needs a number") from None
    if not (value.is_finite() and 0 <= value <= NUMBER_MAX):
        raise refused(said, "needs a number that is neither negative nor above 1e12")
    return value
