"""RunPod's forms, read and written: its catalogue into offers, its pods into machines, an order into its request."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from dumont.basics.gpu import NOT_A_WHOLE_GPU, canonical
from dumont.providers import container_boot, errors, port
from dumont.providers.http import Answer
from dumont.providers.limits import Left

CLOUDS = ("SECURE", "COMMUNITY")
COUNTS = (1, 2, 4, 8)
LEVELS = {"NONE": False, "LOW": True, "MEDIUM": True, "HIGH": True}
STATES: Mapping[str, port.State] = {
    "PROVISIONING": "pending",
    "STARTING": "booting",
    "RUNNING": "running",
    "EXITED": "stopped",
    "ERROR": "failed",
    "TERMINATED": "terminating",
}
LABEL = "DUMONT_LABEL"
ANYWHERE = "*"
CONTAINER_DISK_GB = 20
VOLUME_GB_MIN = 10
VOLUME_PRICE_GB_MONTH = Decimal("0.10")
STOPPED_VOLUME_PRICE_GB_MONTH = Decimal("0.20")
HOURS_A_MONTH = 730
WINDOW = re.compile(r'"(\w+)"\s*;\s*r=(\d+)\s*;\s*t=(\d+)')


@dataclass
class Found:
    offers: list[port.Listed] = field(default_factory=list)
    slices: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    unread: dict[str, Any] = field(default_factory=dict)


def read_catalogue(types: Iterable[Any], cloud: str, count: int, found: Found) -> None:
    for each in types:
        try:
            found.offers += _offers(each, cloud, count, found)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            name = each.get("id") if isinstance(each, dict) else None
            found.unread[f"{name or each}"[:80]] = each


def _offers(each: Mapping[str, Any], cloud: str, count: int, found: Found) -> list[port.Listed]:
    gpu_id, memory, tier = str(each["id"]), float(each["memory"]), cloud.lower()
    if NOT_A_WHOLE_GPU.search(gpu_id) or NOT_A_WHOLE_GPU.search(str(each["name"])):
        found.slices.add(gpu_id)
        return []
    gpu = canonical(gpu_id, memory) or canonical(str(each["name"]), memory)
    if not gpu:
        found.unnamed.add(gpu_id)
        return []
    if not each[tier] or count > int(each["maxCount"][tier]):
        return []
    price = Decimal(str(each["price"][tier])) * count
    if not price > 0:
        raise ValueError("no price")
    places = each.get("dataCenters") or [{"id": ANYWHERE, "availability": each["availability"]}]
    return [
        port.Listed(
            provider_offer_id=f"{cloud}:{gpu_id}:{place['id']}:{count}",
            machine_id=_box(cloud, gpu_id, place["id"]),
            gpu_name=gpu.name,
            gpu_count=count,
            vram_gb=memory,
            cuda_max=_cuda_max(each.get("cudaVersions") or ()),
            region=None if place["id"] == ANYWHERE else place["id"],
            country=_country(place["id"]),
            price_hour=price,
            storage_price_gb_month=VOLUME_PRICE_GB_MONTH,
            egress_price_gb=Decimal(0),
            verified=cloud == "SECURE",
            available=LEVELS[place["availability"]],
        )
        for place in places
    ]


def _box(cloud: str, gpu_id: str, place: str) -> str:
    """What history sticks to: RunPod does not tell the machine."""
    return f"{cloud}:{gpu_id}:{place}"


def _cuda_max(versions: Iterable[Mapping[str, Any]]) -> float | None:
    free = [str(each["version"]) for each in versions if each["available"]]
    return float(max(free, key=lambda text: tuple(map(int, text.split("."))))) if free else None


def _country(place: str) -> str | None:
    """`US-TX-3` and `CA-MTL-1` begin with the country; `EU-RO-1` and `AP-JP-1` have it second."""
    first, second, *_ = [*place.split("-"), "", ""]
    code = first if first in ("US", "CA") else second
    return code if re.fullmatch(r"[A-Z]{2}", code) else None


def pod_wanted(order: port.Order) -> dict[str, Any]:
    cloud, gpu_id, place, count = _parts(order.offer.provider_offer_id)
    return {
        "name": order.label,
        "image": order.image,
        "gpu": {"id": gpu_id, "count": count},
        "cloud": cloud,
        "dataCenterIds": [] if place == ANYWHERE else [place],
        "disk": CONTAINER_DISK_GB,
        "mounts": {"persistent": {"size": max(VOLUME_GB_MIN, math.ceil(order.disk_gb)), "path": "/workspace"}},
        "ports": ["22/tcp", *(f"{number}/tcp" for number in order.ports)],
        "env": {**order.env, LABEL: order.label, "PUBLIC_KEY": "\n".join(order.ssh_keys)},
        "args": container_boot.command(order.onstart),
        "startSsh": True,
    }


def _parts(offer_id: str) -> tuple[str, str, str, int]:
    try:
        cloud, gpu_id, place, count = offer_id.split(":")
        return cloud, gpu_id, place, int(count)
    except ValueError:
        raise errors.Invalid(f"`{offer_id}` is no offer of RunPod's.") from None


def machine(pod: Any) -> port.Machine:
    gpu = pod.get("gpu") or {}
    state, reason = _state(pod)
    place = pod.get("dataCenterId")
    model = canonical(gpu["id"]) if gpu else None
    return port.Machine(
        id=ids(pod)[0],
        state=state,
        raw_state=str(pod["status"]),
        label=pod["name"] or None,
        tags={LABEL: pod["env"][LABEL]} if LABEL in (pod.get("env") or {}) else {},
        machine_id=_box(pod["cloud"], gpu["id"], place or ANYWHERE) if gpu else None,
        gpu_name=model.name if model else None,
        gpu_count=gpu_count(pod) or 0,
        price_hour=_price_now(pod),
        region=place,
        addresses=_addresses(pod),
        created_at=datetime.fromisoformat(pod["createdAt"]),
        reason=reason,
    )


def _state(pod: Mapping[str, Any]) -> tuple[port.State, str | None]:
    status = str(pod["status"])
    if status == "RUNNING" and gpu_count(pod) == 0:
        return "failed", "The pod came back without its GPUs."
    if status == "RUNNING" and not pod.get("runtime"):
        return "booting", "The container is not up yet."
    if status == "ERROR":
        return "failed", "The container is in an error that it can't leave."
    return STATES.get(status, "unknown"), None


def gpu_count(pod: Any) -> int | None:
    """None for a pod that never had any."""
    gpu = pod.get("gpu") if isinstance(pod, dict) else None
    count = gpu.get("count", 1) if isinstance(gpu, dict) else None
    return count if isinstance(count, int) else None


def without_secrets(pod: Any) -> Any:
    """What may be logged: the environment and the arguments are the renter's own."""
    return {key: pod[key] for key in pod if key not in ("env", "args")} if isinstance(pod, dict) else pod


def _price_now(pod: Mapping[str, Any]) -> Decimal:
    """RunPod's own figure leaves out the disk of a stopped pod."""
    if pod["status"] in ("EXITED", "ERROR"):
        volume = (pod.get("mounts") or {}).get("persistent") or {}
        stopped = Decimal(volume.get("size", 0)) * STOPPED_VOLUME_PRICE_GB_MONTH / HOURS_A_MONTH
        return max(Decimal(str(pod["cost"])), stopped.quantize(Decimal("0.000001")))
    return Decimal(str(pod["cost"]))


def _addresses(pod: Mapping[str, Any]) -> tuple[port.Address, ...]:
    if pod["status"] != "RUNNING":
        return ()
    ways = pod.get("ssh") or {}
    named = ((ways.get("direct"), True), (ways.get("proxy"), False))
    return tuple(port.Address(way["host"], int(way["port"]), way["username"], direct) for way, direct in named if way)


def is_over(pod: Any) -> bool:
    return isinstance(pod, dict) and pod.get("status") == "TERMINATED"


def is_not_found(answer: Answer) -> bool:
    """In RunPod's own words: a proxy's page says nothing of the pod."""
    return answer.status == 404 and isinstance(answer.data, dict) and answer.data.get("status") == 404


def ids(body: Any) -> tuple[str, ...]:
    found = body.get("id") if isinstance(body, dict) else None
    return (found,) if isinstance(found, str) and found else ()


def path(machine_id: str) -> str:
    return f"/v2/pods/{quote(machine_id, safe='')}"


def left(header: str) -> list[Left]:
    """Of `"minute";r=12;t=40, "hour";r=2800;t=1812`."""
    return [Left(window, int(left), float(seconds)) for window, left, seconds in WINDOW.findall(header)]
