"""The cupboard of parts: typed, and honest about what is not in it."""

from typing import Protocol

import pytest

from dumont.platform.parts import Parts


class Bell(Protocol):
    def ring(self) -> str: ...


class Brass:
    def ring(self) -> str:
        return "dong"


class TestParts:
    def test_gives_back_what_was_put_in_under_its_kind(self) -> None:
        parts, brass = Parts(), Brass()
        assert parts.put(Bell, brass) is brass
        assert parts.get(Bell) is brass
        assert (parts.has(Bell), parts.has(Brass)) == (True, False)

    def test_says_what_is_missing_and_where_it_belongs(self) -> None:
        with pytest.raises(LookupError, match=r"no Bell is wired; main/wiring.py"):
            Parts().get(Bell)

    def test_takes_the_last_one_put_in(self) -> None:
        parts = Parts()
        parts.put(Bell, Brass())
        second = parts.put(Bell, Brass())
        assert parts.get(Bell) is second
