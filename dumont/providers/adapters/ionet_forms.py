"""What is said to io.net and what it answers: deployments, quotes and machines as ours."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.basics.gpu import canonical
from dumont.providers import errors, port

STATES: Mapping[str, port.State] = {
    "deployment requested": "pending",
    "deploying": "booting",
    "running": "running",
    "paused": "stopped",
    "unpaid": "stopped",
    "failed": "failed",
    "termination requested": "terminating",
}
MEMORY = re.compile(r"(?<!\d)(\d{2,3})\s?GB\b", re.IGNORECASE)
USER_HOST = re.compile(r"(?P<user>[\w.-]+)@(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+)")
SSH_PORT = re.compile(r"-p\s*(\d+)\b")


def gpu_of(name: str) -> tuple[str, float] | None:
    """Names are free text; a memory in them is not part of every GPU's name."""
    told = MEMORY.search(name)
    bare = MEMORY.sub("", name).strip(" -") if told else name
    gpu = canonical(name) or (canonical(bare, float(told[1])) if told else None)
    return (gpu.name, gpu.memory_gb) if gpu else None


def offer(where: str, gpus: int, gpu: tuple[str, float], *, place: Mapping[str, Any], hour: Decimal) -> port.Listed:
    country = str(place.get("iso2") or "").upper()
    return port.Listed(
        provider_offer_id=f"{where}:{gpus}",
        machine_id=where,
        gpu_name=gpu[0],
        gpu_count=gpus,
        vram_gb=gpu[1],
        region=place.get("name"),
        country=country if len(country) == 2 else None,
        price_hour=hour,
    )


def chosen(offer_id: str) -> tuple[int, int, int]:
    try:
        hardware, location, gpus = (int(part) for part in offer_id.split(":"))
    except ValueError:
        raise errors.Invalid("This is no offer of io.net.") from None
    return hardware, location, gpus


def deployment(order: port.Order, *, hours: int, hardware: int, location: int, gpus: int) -> Mapping[str, Any]:
    service = {"protocol": "tcp", "whitelist": ["0.0.0.0/0"]}
    return {
        "resource_private_name": order.label,
        "duration_hours": hours,
        "gpus_per_vm": gpus,
        "hardware_id": hardware,
        "location_ids": [location],
        "vms_qty": 1,
        "ssh_keys": {f"dumont-{i}": key for i, key in enumerate(order.ssh_keys)},
        "vm_image_type": "general",
        "network_services": {f"port-{number}": {"port": number, **service} for number in order.ports},
    }


def id_of(data: Any) -> str | None:
    """The answer is not in the documents for machines; that of the sister product for containers is."""
    inner = data.get("data") if isinstance(data, dict) else None
    for each in (data, inner):
        if isinstance(each, dict) and (told := each.get("deployment_id") or each.get("id")):
            return str(told)
    return None


def uuid(machine_id: str) -> str:
    try:
        return str(UUID(machine_id))
    except ValueError:
        raise errors.Invalid("This is no deployment of io.net.") from None


def row_id(row: Any) -> str:
    return str(row["id"]) if isinstance(row, dict) and row.get("id") else f"unread {id(row)}"


def listed_machine(row: Any) -> port.Machine | None:
    try:
        status = str(row["status"])
        gpu = gpu_of(f"{row['brand_name']} {row['hardware_name']}")
        return port.Machine(
            id=str(row["id"]),
            state=STATES.get(status, "unknown"),
            raw_state=status,
            label=str(row["name"]),
            gpu_name=gpu and gpu[0],
            gpu_count=int(row["hardware_quantity"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def machine(told: Mapping[str, Any], workers: Sequence[Mapping[str, Any]]) -> port.Machine:
    status = str(told["status"])
    gpu = gpu_of(f"{told['brand_name']} {told['hardware_name']}")
    minutes = int(told["compute_minutes_served"]) + int(told["compute_minutes_remaining"])
    began = _moment(told["started_at"])
    place = told["locations"][0] if told["locations"] else None
    return port.Machine(
        id=str(told["id"]),
        state=STATES.get(status, "unknown"),
        raw_state=status,
        machine_id=f"{told['hardware_id']}:{place['id']}" if place else None,
        gpu_name=gpu and gpu[0],
        gpu_count=int(told["total_gpus"]),
        price_hour=Decimal(str(told["amount_paid"])) * 60 / minutes if minutes else None,
        region=place["name"] if place else None,
        addresses=[address for worker in workers if (address := _address(worker.get("ssh_access")))],
        created_at=_moment(told["created_at"]),
        ends_at=began + timedelta(minutes=minutes) if began else None,
        reason=_reason(workers) if status == "failed" else None,
    )


def _address(command: Any) -> port.Address | None:
    """Of `ssh root@1.2.3.4 -p 2222`, in whatever order."""
    where = USER_HOST.search(command) if isinstance(command, str) else None
    if where is None:
        return None
    given = SSH_PORT.search(command)
    return port.Address(where["host"].strip("[]"), int(given[1]) if given else 22, where["user"])


def _moment(told: Any) -> datetime | None:
    moment = datetime.fromisoformat(told) if told else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _reason(workers: Sequence[Mapping[str, Any]]) -> str | None:
    events = [event for worker in workers for event in worker.get("vm_events") or ()]
    return str(events[-1].get("message")) if events else None
