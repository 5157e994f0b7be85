"""People of the browser tests: accounts opened over the API, and what they did before a test begins."""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import asyncpg
import httpx

from dumont.platform.db.engine import asyncpg_url

PASSWORD = "correct horse battery staple"
_numbers = count(1)


@dataclass(frozen=True)
class Account:
    name: str
    email: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Installation:
    """A running server and those who are known to it."""

    url: str
    database_url: str
    ada: Account
    bruno: Account
    chiara: Account

    def newcomer(self, name: str = "Nadia Okafor") -> Account:
        """An account of one test only, which it may spoil."""
        return open_account(self.url, name, f"{name.lower().replace(' ', '.')}{next(_numbers)}@example.com")

    def does(self, who: Account, method: str, path: str, body: Any = None) -> Any:
        return _program(self.url, who).does(method, path, body)

    def forget_attempts(self) -> None:
        """All tests sign in from one address, oftener than one address may."""

        async def clear() -> None:
            connection = await asyncpg.connect(asyncpg_url(self.database_url))
            await connection.execute("DELETE FROM attempt_buckets")
            await connection.close()

        asyncio.run(clear())


class Program:
    """Somebody's program: signed in over the API, without a browser."""

    def __init__(self, url: str, who: Account) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1")
        grant = self.does("POST", "/auth/login", {"email": who.email, "password": who.password})
        self._client.headers["authorization"] = f"Bearer {grant['access_token']}"

    def does(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@lru_cache
def _program(url: str, who: Account) -> Program:
    return Program(url, who)


def open_account(url: str, name: str, email: str) -> Account:
    body = {"email": email, "name": name, "password": PASSWORD}
    httpx.post(f"{url}/api/v1/auth/signup", json=body).raise_for_status()
    return Account(name, email)


def settle(url: str, database_url: str) -> Installation:
    """An installation that people have worked with: an administrator, an operator, a team, keys, finished jobs."""
    ada = open_account(url, "Ada Lindqvist", "ada@example.com")
    bruno = open_account(url, "Bruno Farias", "bruno@example.com")
    chiara = open_account(url, "Chiara Conti", "chiara@example.com")
    program = Program(url, ada)
    people = {person["email"]: person["id"] for person in program.does("GET", "/admin/users")["items"]}
    program.does("PATCH", f"/admin/users/{people[bruno.email]}", {"role": "operator"})
    program.does("PUT", "/provider-keys/vast", {"fields": {"api_key": "vast-0f3c9a77e1b2d4"}})
    program.does("POST", "/api-keys", {"name": "nightly report", "scopes": ["account:read", "jobs:read"]})
    team = program.does("POST", "/teams", {"name": "Protein folding"})
    program.does("POST", f"/teams/{team['id']}/invitations", {"email": bruno.email, "role": "admin"})
    program.does("POST", f"/teams/{team['id']}/invitations", {"email": chiara.email, "role": "member"})
    for invitation in Program(url, bruno).does("GET", "/invitations")["items"]:
        Program(url, bruno).does("POST", f"/invitations/{invitation['id']}/accept")
    for schedule in program.does("GET", "/jobs/schedules")["items"]:
        program.does("POST", f"/jobs/schedules/{schedule['name']}/run")
    return Installation(url, database_url, ada, bruno, chiara)
