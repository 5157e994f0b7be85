"""Several ways to do the same, of which this machine has some: the first that works is found out once and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Way = TypeVar("Way")


class Ways(Generic[Way]):
    """Best first, by name; what makes a way gives None where it does not work here."""

    def __init__(self, made: Mapping[str, Callable[[], Way | None]]) -> None:
        self._made = made
        self._chosen: list[Way] = []

    def chosen(self) -> Way:
        if not self._chosen:
            self.use()
        return self._chosen[0]

    def use(self, *names: str) -> str:
        """Takes the first of these ways, or of all, that works here, and says which."""
        for name in names or tuple(self._made):
            made = self._made[name]()
            if made is not None:
                self._chosen[:] = [made]
                return name
        raise LookupError("none of these works here: " + ", ".join(names))
