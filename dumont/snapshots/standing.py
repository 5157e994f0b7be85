"""Who stands on snapshots: told by the context above, so that none is taken from under anybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from dumont.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Stand:
    """An instance that is not destroyed."""

    id: UUID
    name: str
    snapshot_id: UUID | None
    asleep: bool
    """What it is lies in that snapshot alone: no machine has it."""
    elsewhere: bool = False
    """It is saved in a repository of its owner's own, not in ours."""


class Standing(Protocol):
    async def of(self, tx: Tx, owner_id: UUID) -> Sequence[Stand]:
        """All instances of an owner, who is also the one of the repository."""
        ...


def pinned(stands: Iterable[Stand]) -> frozenset[UUID]:
    return frozenset(stand.snapshot_id for stand in stands if stand.snapshot_id is not None)
