"""People who launch, over the whole application and real PostgreSQL, with a market that a test fills."""

import httpx
import pytest

from dumont.market.following import Market
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock

KEY = {"fields": {"api_key": "0123456789abcdef0123"}}


@pytest.fixture
def stall(parts: Parts, clock: FakeClock, settings: Settings) -> Stall:
    """Six machines of different hosts at one cloud, and one at another that nobody here has a key for."""
    stall = Stall()
    prices = (420_000, 440_000, 460_000, 480_000, 500_000, 520_000)
    machines = [
        row(str(number), host_id=f"h{number}", price_micros=price) for number, price in enumerate(prices, start=1)
    ]
    stall.put(*machines, row("r1", "runpod", price_micros=300_000))
    parts.put(Market, Market(stall, clock, stale_seconds=settings.market_stale_seconds))
    return stall


@pytest.fixture
def api(client: httpx.AsyncClient, stall: Stall) -> httpx.AsyncClient:
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return client


@pytest.fixture
async def ada(api: httpx.AsyncClient) -> Person:
    """With a key of one cloud."""
    ada = await Person.joins(api, "ada@example.com")
    await ada.does("PUT", "/provider-keys/vast", KEY)
    return ada


@pytest.fixture
async def eve(api: httpx.AsyncClient, ada: Person) -> Person:
    return await Person.joins(api, "eve@example.com")
