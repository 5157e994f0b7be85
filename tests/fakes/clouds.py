"""Clouds that answer as a test tells them to, without a network."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dumont.providers.freezing import LocalFreezes
from dumont.providers.http import Http
from dumont.providers.port import Adapter, Capabilities, Catalogue, CredentialField, Kind
from tests.fakes.clock import FakeClock


class Hang:
    """Never answers."""


def kind(name: str = "vast", **other: Any) -> Kind:
    def make(http: Http, credentials: Mapping[str, str]) -> Adapter:
        raise AssertionError("a fake cloud is opened by FakeClouds")

    values: dict[str, Any] = {"title": name.title(), "url": "http://127.0.0.1:1", "public_search": True}
    values |= {"can": Capabilities(), "credentials": (CredentialField("api_key", "API key"),)}
    return Kind(name=name, make=make, **{**values, **other})


@dataclass
class _Open:
    adapter: Any


class FakeClouds:
    """`answers[name]` is what comes next; a list is worked off, its last entry stays."""

    def __init__(self, clock: FakeClock) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.offered: frozenset[str] | None = None
        """What any cloud says is on offer when asked by ids; None for clouds that can't be asked so."""
        self.freezes = LocalFreezes(clock)
        self.freezes_at_search: str | None = None
        """The reason for which whoever searches freezes the cloud, as all that opens real ones does."""

    def open(self, name: str, credentials: Mapping[str, str]) -> _Open:
        self.asked.append((name, credentials))
        return _Open(_FakeAdapter(self, name))


class _FakeAdapter:
    def __init__(self, clouds: FakeClouds, name: str) -> None:
        self._clouds = clouds
        self._name = name

    async def search(self) -> Catalogue:
        answer = self._clouds.answers[self._name]
        if self._clouds.freezes_at_search is not None:
            await self._clouds.freezes.freeze(self._name, self._clouds.freezes_at_search)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Hang):
            await asyncio.Event().wait()
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Catalogue)
        return answer

    async def offered(self, offer_ids: Collection[str]) -> frozenset[str] | None:
        there = self._clouds.offered
        return None if there is None else there & frozenset(offer_ids)
