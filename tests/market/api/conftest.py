"""The doors of the market over a memory that a test fills, without a sync."""

from typing import Any

import pytest
from httpx import AsyncClient

from dumont.market.following import Market
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build.offers import Stall
from tests.fakes.clock import FakeClock


@pytest.fixture
def stall() -> Stall:
    return Stall()


@pytest.fixture
def parts(parts: Parts, stall: Stall, clock: FakeClock, settings: Settings) -> Parts:
    parts.put(Market, Market(stall, clock, stale_seconds=settings.market_stale_seconds))
    return parts


class Caller:
    """Somebody without an account."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def gets(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def posts(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.client.post(f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def caller(client: AsyncClient) -> Caller:
    return Caller(client)
