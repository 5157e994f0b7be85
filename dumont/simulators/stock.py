"""What a simulated cloud owns: physical machines, and a simple seeded way to make some.

A stock is a plain list of machines, so that one with real distributions can be given instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from random import Random
from typing import Any

from dumont.basics.gpu import gpus

CENT_OF_A_CENT = Decimal("0.0001")


@dataclass(slots=True, kw_only=True)
class SimMachine:
    """One physical box; `prices` are dollars per GPU-hour from so many seconds after the world began."""

    number: int
    host: int
    gpu: str | None
    """Canonical name; None for a machine without GPU."""
    gpu_count: int
    prices: Sequence[tuple[float, Decimal]]
    spot_share: Decimal | None = Decimal("0.5")
    """Lowest bid as a share of the price on demand; None where there is no spot market."""
    memory_gb: float = 24
    """Of one GPU."""
    cpu_cores: int = 16
    ram_gb: float = 64
    disk_gb: float = 500
    inet_down_mbps: float = 900
    inet_up_mbps: float = 500
    cuda_max: float = 12.8
    driver: str = "570.124.04"
    country: str = "US"
    region: str = "Texas, US"
    storage_gb_month: Decimal = Decimal("0.15")
    egress_gb: Decimal = Decimal("0.002")
    reliability: float = 0.99
    verified: bool = True
    extra: dict[str, Any] = field(default_factory=dict)
    """What only one cloud knows of a machine."""

    def gpu_price_at(self, seconds: float) -> Decimal:
        """The last step of the price curve that has come."""
        return [price for since, price in self.prices if since <= seconds or since <= 0][-1]


Stock = list[SimMachine]
MakeStock = Callable[[Random], Stock]

PRICES: Mapping[str, float] = {
    "RTX 4090": 0.36, "RTX 5090": 0.52, "RTX 3090": 0.19, "RTX A6000": 0.40, "L40S": 0.62, "A100 80GB SXM": 0.99,
    "A100 40GB SXM": 0.62, "A100 80GB PCIe": 0.85, "H100 SXM": 1.90, "H100 PCIe": 1.75, "H200 SXM": 2.75,
    "B200 SXM": 3.45,
}  # fmt: skip
PLACES = (("US", "Texas, US"), ("US", "California, US"), ("DE", "Germany, DE"), ("FI", "Finland, FI"), ("CN", ", CN"))


def make_stock(random: Random, count: int = 40, prices: Mapping[str, float] = PRICES) -> Stock:
    """The same for the same seed; every name of `prices` at least once if there is room."""
    names = list(prices)
    return [_machine(random, 1000 + i, names[i % len(names)], prices[names[i % len(names)]]) for i in range(count)]


def read_stock(rows: Sequence[Mapping[str, Any]]) -> Stock:
    """From JSON; `price_hour` (of one GPU) may stand instead of `prices`."""
    return [_read(i, row) for i, row in enumerate(rows)]


def _machine(random: Random, number: int, gpu: str, price: float) -> SimMachine:
    count = random.choice((1, 2, 4, 8))
    country, region = random.choice(PLACES)
    return SimMachine(
        number=number,
        host=100 + random.randrange(12),
        gpu=gpu,
        gpu_count=count,
        prices=[(0, Decimal(str(price * random.uniform(0.8, 1.3))).quantize(CENT_OF_A_CENT))],
        spot_share=Decimal(str(round(random.uniform(0.4, 0.8), 2))),
        memory_gb=gpus()[gpu].memory_gb,
        cpu_cores=16 * count,
        ram_gb=64 * count,
        disk_gb=float(random.randrange(200, 2000, 50)),
        inet_down_mbps=float(random.randrange(100, 9000, 100)),
        inet_up_mbps=float(random.randrange(50, 5000, 50)),
        country=country,
        region=region,
        reliability=round(random.uniform(0.9, 0.999), 4),
        verified=random.random() < 0.8,
    )


def _read(index: int, row: Mapping[str, Any]) -> SimMachine:
    known = {each.name for each in fields(SimMachine)}
    given: dict[str, Any] = {"number": 1000 + index, "host": 100, "gpu_count": 1, "gpu": None}
    given |= {key: value for key, value in row.items() if key in known}
    steps = row.get("prices") or [(0, row.get("price_hour", "0.5"))]
    given["prices"] = [(float(since), Decimal(str(price))) for since, price in steps]
    for name in ("spot_share", "storage_gb_month", "egress_gb"):
        if given.get(name) is not None:
            given[name] = Decimal(str(given[name]))
    if given["gpu"] and "memory_gb" not in row:
        given["memory_gb"] = gpus()[given["gpu"]].memory_gb
    return SimMachine(**given)
