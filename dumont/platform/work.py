"""What a use case is given, and who asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.errors import NotSignedIn
from dumont.platform.events import Event
from dumont.platform.settings import Settings

Role = Literal["user", "operator", "admin", "system", "anonymous"]
Publish = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Caller:
    role: Role
    user_id: UUID | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    ip: str = ""
    request_id: str = ""

    @property
    def me(self) -> UUID:
        """The account behind this request; for use where a guard has already asked for one."""
        if self.user_id is None:
            raise NotSignedIn("This needs an account.")
        return self.user_id

    def may(self, permission: str) -> bool:
        return self.role == "system" or permission in self.permissions


class Publisher(Protocol):
    async def publish(self, tx: AsyncSession, event: Event, now: datetime) -> None:
        """Writes the event in this transaction; readers and listeners learn of it after the commit."""
        ...


SYSTEM = Caller(role="system")


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work: the door opened `tx` and commits it; every row it writes carries the same `now`."""

    tx: AsyncSession
    now: datetime
    random: Random
    caller: Caller
    publish: Publish
    settings: Settings
