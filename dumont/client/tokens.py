"""Who the client speaks as: a fixed key, nobody, or a session that renews itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dumont.client.models import Grant

Exchange = Callable[[str], "Grant"]
"""Gives a refresh token to the server, and gets the next pair."""


class Tokens(Protocol):
    def access(self) -> str | None:
        """What to send as bearer token; None speaks as nobody."""
        ...

    def renew(self, refused: str, exchange: Exchange, /) -> str | None:
        """The server refused this token: another one, or None if there is no way to get one."""
        ...


@dataclass(frozen=True, slots=True)
class FixedToken:
    """An API key, or nothing at all."""

    token: str | None = None

    def access(self) -> str | None:
        return self.token

    def renew(self, _refused: str, _exchange: Exchange, /) -> str | None:
        return None

    def __repr__(self) -> str:
        return "FixedToken(hidden)"
