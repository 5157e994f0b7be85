"""The first account becomes admin: one of many who come at once, and nobody later."""

import asyncio
from collections.abc import Callable

import httpx

from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.accounts.conftest import client_of
from tests.build.accounts import PASSWORD, Person


class TestFirstAccount:
    async def test_is_one_of_twenty_at_once(self, crowd: httpx.AsyncClient) -> None:
        people = await asyncio.gather(*(Person.joins(crowd, f"user{number}@example.com") for number in range(20)))
        roles = [(await person.gets("/auth/me"))["role"] for person in people]
        assert sorted(roles) == ["admin"] + ["user"] * 19

    async def test_is_opened_even_where_sign_up_is_closed(
        self, wire: Callable[[Db], Parts], db: Db, settings: Settings
    ) -> None:
        parts = wire(db)
        parts.put(Settings, settings.model_copy(update={"sign_up_open": False}))
        async with client_of(parts) as client:
            first = await Person.joins(client, "root@example.com")
            assert (await first.gets("/auth/me"))["role"] == "admin"
            body = {"email": "late@example.com", "name": "Late", "password": PASSWORD}
            answer = await client.post("/auth/signup", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_closed")
