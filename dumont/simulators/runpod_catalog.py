"""What the simulated RunPod sells: types of GPU at list prices, on two clouds, in data centres with their names."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from dumont.basics.gpu import gpus
from dumont.simulators.stock import SimMachine, Stock
from dumont.simulators.world import World

LIST = {
    "RTX 3090": ("0.46", "0.22"),
    "RTX 4090": ("0.69", "0.34"),
    "RTX 5090": ("0.94", "0.69"),
    "RTX A6000": ("0.49", "0.33"),
    "RTX 6000 Ada": ("0.77", "0.74"),
    "L40S": ("0.86", "0.79"),
    "A100 80GB PCIe": ("1.64", "1.19"),
    "A100 80GB SXM": ("1.74", "1.39"),
    "H100 PCIe": ("2.39", "1.99"),
    "H100 SXM": ("2.99", "2.69"),
    "H200 SXM": ("3.59", None),
    "RTX PRO 6000 Server": ("1.84", "1.69"),
    "B300 SXM": ("7.89", None),
}
"""Dollars for one GPU an hour, secure and community."""
CENTRES = ("EU-RO-1", "EU-CZ-1", "EUR-IS-2", "US-TX-3", "US-KS-2", "US-GA-2", "CA-MTL-1", "AP-JP-1")
SLICE = "NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb"
UNHEARD_OF = "NVIDIA RTX 4000 SFF Ada Generation"
REGIONS = {"US": "NORTH_AMERICA", "CA": "NORTH_AMERICA", "EU": "EUROPE", "EUR": "EUROPE", "AP": "ASIA", "OC": "OCEANIA"}
PLACES = {"US": "US-TX-3", "CA": "CA-MTL-1", "RO": "EU-RO-1", "IS": "EUR-IS-2", "JP": "AP-JP-1", "AU": "OC-AU-1"}
ASIA = ("CN", "HK", "IN", "KR", "TW", "VN", "TH", "SG", "MY", "JP")
LEVELS = ("NONE", "LOW", "MEDIUM", "HIGH")


def make_stock(random: Random) -> Stock:
    made: Stock = []
    for gpu, (secure, community) in LIST.items():
        for price, verified in ((secure, True), (community, False)):
            if price:
                places = random.sample(CENTRES, 2 if verified else 1)
                made += [_machine(len(made), gpu, Decimal(price), place, verified) for place in places]
    return [*made, _odd(len(made), SLICE, 24)]


def cloud_of(machine: SimMachine) -> str:
    return "SECURE" if machine.verified else "COMMUNITY"


def centre_of(machine: SimMachine) -> str:
    """A stock that was made for any cloud gets places with RunPod's names."""
    other = f"{'AP' if machine.country in ASIA else 'EU'}-{machine.country}-1"
    return str(machine.extra.get("centre") or PLACES.get(machine.country, other))


def id_of(machine: SimMachine) -> str:
    return str(machine.extra.get("gpu_id") or _vendors_name(str(machine.gpu)))


@cache
def _vendors_name(gpu: str) -> str:
    vendors = [alias for alias in gpus()[gpu].aliases if alias.startswith(("NVIDIA ", "Tesla ", "AMD "))]
    return vendors[0] if vendors else f"NVIDIA {gpu}"


def sold(world: World, gpu_id: str, cloud: str | None = None) -> list[SimMachine]:
    return [m for m in world.stock if m.gpu and id_of(m) == gpu_id and cloud in (None, cloud_of(m))]


def list_price(world: World, gpu_id: str, cloud: str) -> Decimal:
    """For one GPU: one price a type, whoever owns the machine."""
    prices = sorted(world.price(machine, 1) for machine in sold(world, gpu_id, cloud))
    return prices[len(prices) // 2].quantize(Decimal("0.01")) if prices else Decimal(0)


def gpu_types(world: World, asked: tuple[str, int] | None, countries: Sequence[str] = ()) -> list[dict[str, Any]]:
    """`asked` is the cloud and count whose stock is told; None for none."""
    ids = dict.fromkeys(id_of(machine) for machine in world.stock if machine.gpu)
    rows = [gpu_type(world, gpu_id, asked, countries) for gpu_id in ids]
    return [row for row in rows if not countries or "dataCenters" in row]


def unheard_of(world: World) -> dict[str, Any]:
    """A GPU that is not in the table of facts."""
    row = gpu_type(world, SLICE, None)
    return row | {"id": UNHEARD_OF, "name": "RTX 4000 SFF Ada", "memory": 20, "availability": "LOW"}


def gpu_type(world: World, gpu_id: str, asked: tuple[str, int] | None, countries: Sequence[str] = ()) -> dict[str, Any]:
    every = sold(world, gpu_id)
    clouds = {cloud: sold(world, gpu_id, cloud) for cloud in ("SECURE", "COMMUNITY")}
    first = every[0]
    row: dict[str, Any] = {
        "id": gpu_id,
        "name": gpu_id.removeprefix("NVIDIA ").removeprefix("GeForce "),
        "pool": None,
        "manufacturer": gpus()[str(first.gpu)].vendor,
        "memory": round(first.memory_gb),
        "price": {cloud.lower(): float(list_price(world, gpu_id, cloud)) for cloud in clouds},
        "maxCount": {cloud.lower(): max((m.gpu_count for m in some), default=0) for cloud, some in clouds.items()},
    }
    row |= {cloud.lower(): bool(some) for cloud, some in clouds.items()}
    return row | _stock_told(world, clouds[asked[0]], asked[1], countries) if asked else row


def centres(world: World, with_stock: bool) -> list[dict[str, Any]]:
    names = sorted({centre_of(machine) for machine in world.stock if machine.gpu})
    return [_centre(world, name, with_stock) for name in names]


def _centre(world: World, name: str, with_stock: bool) -> dict[str, Any]:
    row = {
        "id": name,
        "name": name.replace("-", " "),
        "region": REGIONS.get(name.split("-", maxsplit=1)[0], "UNKNOWN"),
        "globalNetwork": False,
        "networkVolumeTypes": ["STANDARD"],
        "compliance": [],
    }
    here = [machine for machine in world.stock if machine.gpu and centre_of(machine) == name]
    if with_stock and here:
        ids = dict.fromkeys(id_of(machine) for machine in here)
        row["gpuAvailability"] = [
            {"id": i, "name": i, "availability": _level(world, [m for m in here if id_of(m) == i], 1)} for i in ids
        ]
    return row


def _stock_told(world: World, machines: Sequence[SimMachine], count: int, countries: Sequence[str]) -> dict[str, Any]:
    fitting = [m for m in machines if m.gpu_count >= count and (not countries or m.country in countries)]
    told: dict[str, Any] = {"availability": _level(world, fitting, count)}
    versions = sorted({machine.cuda_max for machine in fitting})
    told["cudaVersions"] = [{"version": str(v), "available": _has(world, fitting, count, v)} for v in versions]
    if told["availability"] != "NONE":
        names = dict.fromkeys(centre_of(machine) for machine in fitting)
        told["dataCenters"] = [
            {"id": n, "name": n, "availability": _level(world, [m for m in fitting if centre_of(m) == n], count)}
            for n in names
        ]
    return told


def _has(world: World, machines: Iterable[SimMachine], count: int, cuda: float) -> bool:
    return any(len(world.free(machine)) >= count for machine in machines if machine.cuda_max == cuda)


def _level(world: World, machines: Iterable[SimMachine], count: int) -> str:
    free = sum(1 for machine in machines if len(world.free(machine)) >= count)
    return LEVELS[min(free, len(LEVELS) - 1)]


def _odd(index: int, gpu_id: str, memory_gb: float) -> SimMachine:
    machine = _machine(index, "RTX PRO 6000 Server", Decimal("0.42"), "EU-RO-1", True)
    machine.memory_gb, machine.extra = memory_gb, {"gpu_id": gpu_id, **machine.extra}
    return machine


def _machine(index: int, gpu: str, price: Decimal, centre: str, verified: bool) -> SimMachine:
    first, second = centre.split("-")[:2]
    return SimMachine(
        number=4000 + index,
        host=400 + index,
        gpu=gpu,
        gpu_count=8,
        prices=[(0, price)],
        spot_share=None,
        memory_gb=gpus()[gpu].memory_gb,
        country=first if first in ("US", "CA") else second,
        region=centre,
        storage_gb_month=Decimal("0.10"),
        egress_gb=Decimal(0),
        verified=verified,
        extra={"centre": centre},
    )
