"""What the simulated Google Cloud owns: a few machines of each type in some zones, at the prices of the list."""

from decimal import Decimal
from random import Random

from dumont.basics.gpu import gpus
from dumont.basics.machine_types import machine_types
from dumont.simulators.stock import SimMachine, Stock

ZONES = ("us-central1-a", "us-central1-b", "us-east4-c", "europe-west4-a", "europe-west4-b", "asia-southeast1-c")
OWNED = {
    "e2-micro": 4, "e2-small": 4, "e2-medium": 8, "e2-standard-2": 4, "e2-standard-4": 4, "g2-standard-4": 4,
    "g2-standard-8": 3, "g2-standard-24": 2, "g2-standard-96": 1, "a2-highgpu-1g": 3, "a2-highgpu-8g": 1,
    "a2-ultragpu-1g": 2, "a3-highgpu-1g": 2, "a3-highgpu-8g": 1, "a3-megagpu-8g": 1,
}  # fmt: skip
"""How many a zone has, at most."""


def stock(random: Random) -> Stock:
    made: Stock = []
    for zone in ZONES:
        for kind, most in OWNED.items():
            for _ in range(random.randint(0 if most == 1 else 1, most)):
                if zone.rpartition("-")[0] in machine_types("gcp")[kind].prices:
                    made.append(_machine(len(made), kind, zone))
    return made


def type_of(machine: SimMachine) -> str:
    """Of a machine that came without one, the smallest type that has these GPUs."""
    if "type" in machine.extra:
        return str(machine.extra["type"])
    wanted = (machine.gpu, machine.gpu_count)
    return next((t.name for t in machine_types("gcp").values() if (t.gpu_name, t.gpu_count) == wanted), "")


def price_of(machine: SimMachine, *, spot: bool) -> Decimal | None:
    """None where it is not sold that way."""
    return machine_types("gcp")[type_of(machine)].price(machine.region.rpartition("-")[0], spot=spot)


def _machine(index: int, kind: str, zone: str) -> SimMachine:
    facts = machine_types("gcp")[kind]
    listed = facts.prices[zone.rpartition("-")[0]]
    return SimMachine(
        number=7000 + index,
        host=700 + index,
        gpu=facts.gpu_name,
        gpu_count=facts.gpu_count,
        prices=[(0, (listed.on_demand or listed.spot or Decimal(1)) / max(1, facts.gpu_count))],
        memory_gb=gpus()[facts.gpu_name].memory_gb if facts.gpu_name else 0,
        cpu_cores=int(facts.cpu_cores),
        ram_gb=facts.ram_gb,
        region=zone,
        storage_gb_month=Decimal("0.10"),
        egress_gb=Decimal("0.12"),
        extra={"type": kind},
    )
