"""Metrics: for the machine itself, or for who has the token."""

import pytest
from httpx import AsyncClient


class TestMetrics:
    async def test_are_for_the_machine_itself(self, client: AsyncClient) -> None:
        answer = await client.get("/metrics")
        assert (answer.status_code, "http_request" in answer.text) == (200, True)

    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via"])
    async def test_are_not_for_whom_a_proxy_on_it_speaks(self, client: AsyncClient, header: str) -> None:
        answer = await client.get("/metrics", headers={header: "for=192.0.2.7"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
