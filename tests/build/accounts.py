"""People of tests: they sign up and in by the front door, and ask with their own token."""

from dataclasses import dataclass
from typing import Any

import httpx

PASSWORD = "violet harbour ladder 9"


@dataclass
class Person:
    client: httpx.AsyncClient
    email: str
    access_token: str
    refresh_token: str

    @classmethod
    async def joins(cls, client: httpx.AsyncClient, email: str, *, name: str = "Someone") -> "Person":
        answer = await client.post("/auth/signup", json={"email": email, "name": name, "password": PASSWORD})
        assert answer.status_code == 202, answer.text
        return await cls.signs_in(client, email)

    @classmethod
    async def signs_in(cls, client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> "Person":
        answer = await client.post("/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        return cls(client, email, tokens["access_token"], tokens["refresh_token"])

    def with_key(self, key: str) -> "Person":
        return Person(self.client, self.email, key, "")

    async def asks(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.access_token}", **options.pop("headers", {})}
        return await self.client.request(method, path, json=body, headers=headers, **options)

    async def gets(self, path: str, **options: Any) -> Any:
        answer = await self.asks("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def does(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered, if it was done."""
        answer = await self.asks(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def id(self) -> str:
        return str((await self.gets("/auth/me"))["id"])
