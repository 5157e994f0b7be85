"""A password hasher that costs nothing and counts how often it is asked."""

from collections.abc import Awaitable


class FakeHasher:
    def __init__(self) -> None:
        self.checked: list[str | None] = []
        self.hashed = 0
        self.meanwhile: list[Awaitable[object]] = []
        """What happens while the next password is looked at."""

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return f"fake:{password[::-1]}"

    async def matches(self, password: str, stored: str | None) -> bool:
        self.checked.append(stored)
        if self.meanwhile:
            await self.meanwhile.pop()
        return stored in (f"fake:{password[::-1]}", f"old:{password[::-1]}")

    async def renewed(self, password: str, stored: str) -> str | None:
        return await self.hash(password) if stored.startswith("old:") else None
