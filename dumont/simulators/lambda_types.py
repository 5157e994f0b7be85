"""What the simulated Lambda sells: types of whole machines at prices in whole cents, with capacity by region."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from dumont.basics.gpu import gpus
from dumont.simulators.stock import SimMachine, Stock
from dumont.simulators.world import World

LIST = (
    ("A10", (1,), "0.75"),
    ("RTX A6000", (1, 2, 4), "0.80"),
    ("A100 40GB PCIe", (1, 2, 4), "1.29"),
    ("A100 40GB SXM", (1, 8), "1.29"),
    ("A100 80GB SXM", (8,), "1.79"),
    ("V100 SXM2 16GB", (8,), "0.55"),
    ("GH200", (1,), "1.49"),
    ("H100 PCIe", (1,), "2.49"),
    ("H100 SXM", (1, 2, 4, 8), "2.99"),
    ("B200 SXM", (1, 2, 4, 8), "4.99"),
)
"""Canonical name, GPUs in a machine, dollars for one GPU an hour."""
REGIONS = {
    "us-east-1": ("Virginia, USA", "US"),
    "us-west-1": ("California, USA", "US"),
    "us-west-3": ("Utah, USA", "US"),
    "us-south-1": ("Texas, USA", "US"),
    "us-midwest-1": ("Illinois, USA", "US"),
    "europe-central-1": ("Frankfurt, Germany", "DE"),
    "asia-northeast-1": ("Osaka, Japan", "JP"),
    "asia-south-1": ("Mumbai, India", "IN"),
    "me-west-1": ("Tel Aviv, Israel", "IL"),
    "australia-east-1": ("Sydney, Australia", "AU"),
}
NAMES = {
    "A10": ("a10", "A10", "PCIe"),
    "RTX A6000": ("a6000", "A6000", ""),
    "A100 40GB PCIe": ("a100", "A100", "PCIe"),
    "A100 40GB SXM": ("a100_sxm4", "A100", "SXM4"),
    "A100 80GB SXM": ("a100_80gb_sxm4", "A100", "SXM4"),
    "V100 SXM2 16GB": ("v100", "Tesla V100", ""),
    "GH200": ("gh200", "GH200", ""),
    "H100 PCIe": ("h100_pcie", "H100", "PCIe"),
    "H100 SXM": ("h100_sxm5", "H100", "SXM5"),
    "B200 SXM": ("b200_sxm6", "B200", "SXM6"),
}
"""How Lambda writes a type, and how it describes it."""


@dataclass(frozen=True, slots=True)
class Type:
    name: str
    gpu: str
    count: int

    def machines(self, world: World) -> list[SimMachine]:
        return [m for m in world.stock if m.gpu == self.gpu and m.gpu_count == self.count]

    def cents(self, world: World) -> int:
        """One price, whoever owns the machine."""
        prices = sorted(world.price(machine, self.count) for machine in self.machines(world))
        return int((prices[len(prices) // 2] * 100).to_integral_value()) if prices else 0

    def regions(self, world: World) -> list[str]:
        free = [region_of(m) for m in self.machines(world) if len(world.free(m)) == self.count]
        return sorted(dict.fromkeys(free))


def make_stock(random: Random) -> Stock:
    made: Stock = []
    for gpu, counts, price in LIST:
        for count in counts:
            for region in random.sample(sorted(REGIONS), random.choice((0, 1, 2, 3)) or (gpu == "A10") * 2):
                made += [_machine(4000 + len(made) + i, gpu, count, Decimal(price), region) for i in range(2)]
    return made


def types(world: World) -> list[Type]:
    """All that the stock has, and the rest of the list as sold out; a stock made for any cloud is no other."""
    listed = [(gpu, count) for gpu, counts, _ in LIST for count in counts]
    stocked = [(m.gpu, m.gpu_count) for m in world.stock if m.gpu and _sells(m.gpu)]
    return [Type(f"gpu_{count}x_{_names(gpu)[0]}", gpu, count) for gpu, count in dict.fromkeys([*listed, *stocked])]


def told(kind: Type, world: World) -> dict[str, Any]:
    """An `instance_type` as the API writes it."""
    _, words, interface = _names(kind.gpu)
    memory = f"{gpus()[kind.gpu].memory_gb} GB {interface}".strip()
    first = (kind.machines(world) or [_machine(0, kind.gpu, kind.count, Decimal(1), "us-east-1")])[0]
    return {
        "name": kind.name,
        "description": f"{kind.count}x {words} ({memory})",
        "gpu_description": f"{words.removeprefix('Tesla ')} ({memory})",
        "price_cents_per_hour": kind.cents(world) or _listed_cents(kind),
        "specs": {
            "vcpus": first.cpu_cores,
            "memory_gib": int(first.ram_gb),
            "storage_gib": int(first.disk_gb),
            "gpus": kind.count,
        },
    }


def region_of(machine: SimMachine) -> str:
    fitting = [name for name, (_, country) in REGIONS.items() if country == machine.country] or ["europe-central-1"]
    return str(machine.extra.get("region") or fitting[machine.number % len(fitting)])


def region_told(name: str) -> dict[str, str]:
    return {"name": name, "description": REGIONS[name][0]}


def _sells(gpu: str) -> bool:
    """Cards for gamers are not in Lambda's halls."""
    return gpu in NAMES or not gpu.startswith(("RTX", "GTX", "Titan", "Quadro"))


def _names(gpu: str) -> Sequence[str]:
    return NAMES.get(gpu) or (gpu.lower().replace(" ", "_"), gpu, "")


def _listed_cents(kind: Type) -> int:
    return next(int(Decimal(price) * 100) * kind.count for gpu, _, price in LIST if gpu == kind.gpu)


def _machine(number: int, gpu: str, count: int, price: Decimal, region: str) -> SimMachine:
    return SimMachine(
        number=number,
        host=number,
        gpu=gpu,
        gpu_count=count,
        prices=[(0, price)],
        spot_share=None,
        memory_gb=gpus()[gpu].memory_gb,
        cpu_cores=26 * count,
        ram_gb=200.0 * count,
        disk_gb=1400.0 * count,
        country=REGIONS[region][1],
        region=region,
        storage_gb_month=Decimal(0),
        egress_gb=Decimal(0),
        extra={"region": region},
    )
