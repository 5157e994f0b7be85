"""What a machine is offered as just now; the market knows, and stands above, so it is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from dumont.basics.machine_key import MachineKey


@dataclass(frozen=True, slots=True)
class Offered:
    id: UUID
    gpu_name: str | None
    gpu_count: int
    region: str | None
    price_hour: str | None
    """In dollars, as exact as it came."""
    spot_price_hour: str | None
    available: bool


class Offers(Protocol):
    async def of(self, machine: MachineKey) -> Sequence[Offered]:
        """Those on offer. May raise `Unavailable`."""
        ...
