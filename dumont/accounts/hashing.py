"""Hashes passwords with Argon2id, beside the event loop and only a few at a time."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from pwdlib.hashers.argon2 import Argon2Hasher

MEMORY_KIB, ROUNDS, LANES = 19 * 1024, 2, 1
AT_ONCE = 4
"""Each takes 19 MiB and a core for 20 ms: a flood of sign-ins waits in line instead of taking the machine."""


class PasswordHasher(Protocol):
    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, stored: str | None) -> bool:
        """Without a stored hash it takes the same time and says no: whether an account exists must not show."""
        ...

    async def renewed(self, password: str, stored: str) -> str | None:
        """Another hash of a password that matched, if the stored one was made at another cost than today's."""
        ...


class Argon2:
    def __init__(self) -> None:
        self._hasher = Argon2Hasher(ROUNDS, MEMORY_KIB, LANES)
        # Threads of its own: jobs in this process that block must not keep people from signing in.
        self._threads = ThreadPoolExecutor(AT_ONCE, "argon2")
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        known = stored or self._nobodys
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.verify, password, known)

    async def renewed(self, password: str, stored: str) -> str | None:
        return await self.hash(password) if self._hasher.check_needs_rehash(stored) else None
