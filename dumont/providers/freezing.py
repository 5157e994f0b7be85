"""Stops what can't be taken back at a cloud that answers in a form we don't know, until a person has looked.

A list that no longer parses looks like a list without our machines, or with strange ones: acting on it would end the
wrong things. So a `ContractBroken` freezes the cloud: machines may still be made and seen there, none stopped or ended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dumont.basics.clock import Clock


@dataclass(frozen=True, slots=True)
class Freeze:
    provider: str
    reason: str
    since: datetime


class Freezes(Protocol):
    """Shared by every process; kept until `unfreeze`, which an operator asks for."""

    async def of(self, provider: str) -> Freeze | None: ...

    async def all_of_them(self) -> list[Freeze]: ...

    async def freeze(self, provider: str, reason: str) -> None:
        """The first reason stays."""
        ...

    async def unfreeze(self, provider: str) -> bool:
        """Whether it was frozen."""
        ...


class LocalFreezes:
    """For one process: the command line and tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._frozen: dict[str, Freeze] = {}

    async def of(self, provider: str) -> Freeze | None:
        return self._frozen.get(provider)

    async def all_of_them(self) -> list[Freeze]:
        return list(self._frozen.values())

    async def freeze(self, provider: str, reason: str) -> None:
        self._frozen.setdefault(provider, Freeze(provider, reason, self._clock.now()))

    async def unfreeze(self, provider: str) -> bool:
        return self._frozen.pop(provider, None) is not None
