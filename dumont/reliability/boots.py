"""How long machines have taken to boot, for those who are about to rent some of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dumont.basics.machine_key import MachineKey, NotAMachine
from dumont.platform.db import Tx
from dumont.reliability.rules import boot
from dumont.reliability.store import boots as store


@dataclass(frozen=True, slots=True)
class Boots:
    count: int = 0
    p50_seconds: float | None = None
    p95_seconds: float | None = None


async def of(tx: Tx, machines: Iterable[str]) -> Mapping[str, Boots]:
    """By `provider:machine_id`; machines that nobody has tried are not in it."""
    keys = [key for key in map(_key, machines) if key is not None]
    found = await store.histograms(tx, keys) if keys else {}
    return {name: _boots(list(histogram)) for name, histogram in found.items() if any(histogram)}


def _boots(histogram: list[int]) -> Boots:
    return Boots(sum(histogram), _rounded(boot.quantile(histogram, 0.5)), _rounded(boot.quantile(histogram, 0.95)))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _key(text: str) -> MachineKey | None:
    try:
        return MachineKey.parse(text)
    except NotAMachine:
        return None
