"""How Vast shows machines: rows of offers and of instances, filters over them, and its names of GPUs."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from dumont.basics.gpu import gpus
from dumont.simulators.rentals import MONTH_HOURS, Rental
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import Ask, World

NAMES = {
    "H200 SXM": "H200", "B200 SXM": "B200", "B300 SXM": "B300", "H100 PCIe": "H100 PCIE",
    "A100 80GB SXM": "A100 SXM4", "A100 40GB SXM": "A100 SXM4", "A100 80GB PCIe": "A100 PCIE",
    "A100 40GB PCIe": "A100 PCIE", "RTX 6000 Ada": "RTX 6000Ada", "RTX 5880 Ada": "RTX 5880Ada",
    "RTX 5000 Ada": "RTX 5000Ada", "RTX 4500 Ada": "RTX 4500Ada", "RTX PRO 6000 Server": "RTX PRO 6000 S",
    "RTX 4090 D": "RTX 4090D", "RTX 4080 SUPER": "RTX 4080S", "RTX 4070 Ti SUPER": "RTX 4070S Ti",
    "RTX 4070 SUPER": "RTX 4070S", "RTX 2060 SUPER": "RTX 2060S", "Quadro RTX 8000": "Q RTX 8000",
    "Quadro RTX 6000": "Q RTX 6000", "V100 SXM2 16GB": "Tesla V100", "V100 SXM2 32GB": "Tesla V100",
    "V100 PCIe 16GB": "Tesla V100", "T4": "Tesla T4", "P100 PCIe 16GB": "Tesla P100", "P40": "Tesla P40",
}  # fmt: skip
ALIASES = {"reliability2": "reliability", "datacenter": "hosting_type", "target_reliability": "expected_reliability"}
DEFAULTS = {"verified": {"eq": True}, "rentable": {"eq": True}, "rented": {"eq": False}}
OPS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda mine, wanted: bool(mine == wanted),
    "neq": lambda mine, wanted: bool(mine != wanted),
    "gt": lambda mine, wanted: mine is not None and bool(mine > wanted),
    "gte": lambda mine, wanted: mine is not None and bool(mine >= wanted),
    "lt": lambda mine, wanted: mine is not None and bool(mine < wanted),
    "lte": lambda mine, wanted: mine is not None and bool(mine <= wanted),
    "in": lambda mine, wanted: mine in wanted,
    "notin": lambda mine, wanted: mine not in wanted,
}
LOADING_FROM_SECONDS = 10.0


class BadKey(Exception):
    """A filter on something that can't be filtered."""


def gpu_name(canonical: str) -> str:
    plain = canonical.removesuffix(" 16GB").removesuffix(" 12GB").removesuffix(" 8GB").removesuffix(" 10GB")
    return NAMES.get(canonical, plain)


def offer_row(world: World, ask: Ask, *, bid: bool, disk_gb: float) -> dict[str, Any]:
    price = ask.spot_price_hour if bid and ask.spot_price_hour is not None else ask.price_hour
    return {
        "id": ask.id,
        "ask_contract_id": ask.id,
        "bundle_id": ask.machine.number * 10 + ask.count,
        "is_bid": bid,
        "rentable": True,
        "rented": False,
        **_of_machine(world, ask.machine, ask.count),
        "dph_base": float(price),
        "dph_total": float(price + _disk_hour(ask.machine, disk_gb)),
        "min_bid": None if ask.spot_price_hour is None else float(ask.spot_price_hour),
        "storage_total_cost": float(_disk_hour(ask.machine, disk_gb)),
    }


def instance_row(world: World, rental: Rental) -> dict[str, Any]:
    machine = world.machine(rental.machine) or rental.extra["machine"]
    now, words = world.now().timestamp(), words_of(world, rental)
    disk = float(_disk_hour(machine, rental.disk_gb))
    lowest = lowest_bid(world, machine, len(rental.slots))
    return {
        "id": int(rental.id),
        "label": rental.label,
        **_of_machine(world, machine, len(rental.slots)),
        **words,
        "image_uuid": rental.image,
        "image_runtype": "ssh_direc ssh_proxy",
        "extra_env": [[key, value] for key, value in (rental.extra.get("env") or {}).items()],
        "onstart": rental.extra.get("onstart"),
        "ports": _ports(world, rental, words),
        "ssh_host": f"ssh{int(rental.id) % 9 + 1}.vast.ai",
        "ssh_port": 10000 + int(rental.id) % 20000,
        "start_date": rental.created_at.timestamp(),
        "end_date": now + 86400 * 30,
        "is_bid": rental.spot,
        "min_bid": None if lowest is None else float(lowest),
        "dph_base": float(rental.price_hour),
        "dph_total": float(rental.price_hour) + disk,
        "storage_total_cost": disk,
        "instance": {"diskHour": disk, "gpuCostPerHour": float(rental.price_hour)},
        "disk_usage": None,
        "gpu_util": None,
        "jupyter_token": f"jupyter-secret-{rental.id}",
    }


def words_of(world: World, rental: Rental) -> dict[str, Any]:
    """Its three states and what is said of them."""
    seconds = (world.now() - rental.since).total_seconds()
    given = "stopped" if rental.state == "stopped" or rental.extra.get("scheduling") else "running"
    does: str | None = {"running": "running", "stopped": "exited", "failed": "exited"}.get(rental.state, "loading")
    if rental.state in ("pending", "booting") and not rental.extra.get("scheduling"):
        does = None if seconds < 2 else "created" if seconds < LOADING_FROM_SECONDS else "loading"
    elif rental.extra.get("scheduling"):
        does = "exited"
    message = rental.why
    if rental.extra.get("oci") and rental.state != "running":
        does, message = "created", "Error response from daemon: OCI runtime create failed: nvidia-container-cli"
    if rental.extra.get("offline"):
        does = "offline"
    if rental.state == "running" and not message:
        message = f"success, running {rental.image}"
    return {
        "intended_status": rental.wants,
        "cur_state": given,
        "next_state": given,
        "actual_status": does,
        "status_msg": message,
    }


def lowest_bid(world: World, machine: SimMachine, count: int) -> Decimal | None:
    """Others may have driven it up."""
    floor: Decimal | None = world.extra.get("floors", {}).get(machine.number)
    usual = world.spot_price(machine, count)
    return usual if floor is None else max(floor, usual or floor)


def fits(row: Mapping[str, Any], wanted: Mapping[str, Any], *, allowed: Iterable[str] | None = None) -> bool:
    """Whether a row passes filters of the form `{"gpu_ram": {"gte": 24000}}`."""
    for name, tests in wanted.items():
        key = ALIASES.get(name, name)
        if key not in row or (allowed is not None and name not in allowed) or not isinstance(tests, dict):
            raise BadKey(name)
        mine = row[key][-2:] if key == "geolocation" else row[key]
        if not all(_passes(mine, op, value) for op, value in tests.items()):
            return False
    return True


def _passes(mine: Any, op: str, value: Any) -> bool:
    if op not in OPS:
        raise BadKey(op)
    return OPS[op](mine, value)


def _of_machine(world: World, machine: SimMachine, count: int) -> dict[str, Any]:
    total = max(1, machine.gpu_count)
    gpu = gpus()[machine.gpu] if machine.gpu else None
    memory_mb = int(machine.memory_gb * 1024 - 12)
    return {
        "machine_id": machine.number,
        "host_id": machine.host,
        "num_gpus": count if gpu else 0,
        "gpu_name": gpu_name(machine.gpu) if machine.gpu else "",
        "gpu_ram": memory_mb if gpu else 0,
        "gpu_total_ram": memory_mb * count if gpu else 0,
        "gpu_frac": count / total,
        "gpu_arch": gpu.vendor.lower() if gpu else None,
        "cuda_max_good": machine.cuda_max,
        "driver_version": machine.driver,
        "cpu_cores": machine.cpu_cores,
        "cpu_cores_effective": machine.cpu_cores * count / total,
        "cpu_name": "EPYC 7543",
        "cpu_ram": int(machine.ram_gb * 1024),
        "disk_space": machine.disk_gb,
        "inet_up": machine.inet_up_mbps,
        "inet_down": machine.inet_down_mbps,
        "inet_up_cost": float(machine.egress_gb),
        "inet_down_cost": float(machine.egress_gb),
        "direct_port_count": 64,
        "static_ip": True,
        "public_ipaddr": f"203.0.113.{machine.number % 250} ",
        "storage_cost": float(machine.storage_gb_month),
        "reliability": machine.reliability,
        "reliability2": machine.reliability,
        "expected_reliability": machine.reliability,
        "verification": "verified" if machine.verified else "unverified",
        "verified": machine.verified,
        "hosting_type": int(machine.host % 3 == 0),
        "external": False,
        "geolocation": machine.region,
        "duration": 86400.0 * 30,
        "compute_cap": 890,
        "dlperf": round(float(gpu.fp16_tflops) * count / 2, 2) if gpu else 0,
        "score": float(world.price(machine, count)),
    }


def _ports(world: World, rental: Rental, words: Mapping[str, Any]) -> dict[str, Any] | None:
    """Only of a running machine, and now and then a little later."""
    late = float(rental.extra.get("ports_late", 0))
    if words["actual_status"] != "running" or (world.now() - rental.since).total_seconds() < late:
        return None
    first = 40000 + int(rental.id) % 20000
    inside = [
        "22/tcp",
        *(f"{name.split(':')[-1]}/tcp" for name in (rental.extra.get("env") or {}) if name[:3] == "-p "),
    ]
    return {port: [{"HostIp": "0.0.0.0", "HostPort": str(first + i)}] for i, port in enumerate(inside)}  # noqa: S104 - as they say


def _disk_hour(machine: SimMachine, disk_gb: float) -> Decimal:
    return machine.storage_gb_month * Decimal(str(disk_gb)) / MONTH_HOURS
