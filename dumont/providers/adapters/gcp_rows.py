"""What Google's rows mean here, and what our orders mean there; nothing in this file speaks to anyone."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dumont.basics.gpu import gpus
from dumont.basics.machine_types import machine_types
from dumont.providers.errors import Invalid, OfferGone
from dumont.providers.port import Address, Listed, Machine, Order, State
from dumont.providers.vm_boot import boot_script

IMAGE = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"
GPU_IMAGE = "projects/ubuntu-os-accelerator-images/global/images/family/ubuntu-accelerator-2404-amd64-with-nvidia-580"
COUNTRIES = {
    "us": "US", "europe-west1": "BE", "europe-west2": "GB", "europe-west3": "DE", "europe-west4": "NL",
    "asia-northeast1": "JP", "asia-southeast1": "SG", "southamerica-east1": "BR",
}  # fmt: skip
DISK_GB_MONTH = Decimal("0.10")
"""Of pd-balanced in the United States; a little more elsewhere."""
EGRESS_GB = Decimal("0.12")
DISK_GB_MAX = 65536.0
DISK_GB_MIN = 20
HOURS_A_MONTH = 730
MICRO = Decimal("0.000001")
ZONE = re.compile(r"[a-z]+-[a-z]+\d+-[a-z]")
LABEL, LABEL_LENGTH_MAX, LABELS_MAX = "dumont-label", 63, 4
OTHER, WRITTEN = re.compile(rb"[^a-z0-9-]"), re.compile(rb"_([0-9a-f]{2})")
STATES: Mapping[str, State] = {
    "PENDING": "pending",
    "PROVISIONING": "pending",
    "STAGING": "booting",
    "RUNNING": "running",
    "PENDING_STOP": "stopping",
    "STOPPING": "stopping",
    "SUSPENDING": "stopping",
    "TERMINATED": "stopped",  # Google's word for stopped
    "STOPPED": "stopped",
    "SUSPENDED": "stopped",
    "DEPROVISIONING": "terminating",
    "REPAIRING": "failed",
}


def listed(kind: str, zone: str) -> Listed | None:
    """None for what we have no facts or no price of there."""
    known, region = machine_types("gcp").get(kind), zone.rpartition("-")[0]
    price = known.prices.get(region) if known else None
    if not known or not price or (price.on_demand is None and price.spot is None):
        return None
    return Listed(
        provider_offer_id=f"{kind}:{zone}",
        machine_id=f"{zone}:{kind}",
        gpu_name=known.gpu_name,
        gpu_count=known.gpu_count,
        vram_gb=gpus()[known.gpu_name].memory_gb if known.gpu_name else 0,
        cpu_cores=known.cpu_cores,
        ram_gb=known.ram_gb,
        disk_gb=DISK_GB_MAX,
        region=region,
        country=COUNTRIES.get(region) or COUNTRIES.get(region.partition("-")[0]),
        price_hour=price.on_demand,
        spot_price_hour=price.spot,
        storage_price_gb_month=DISK_GB_MONTH,
        egress_price_gb=EGRESS_GB,
        verified=True,
    )


def chosen(order: Order) -> tuple[str, str]:
    """The type and the zone, if they can be had as ordered. Prices are fixed: one above the limit is no deal."""
    kind, _, zone = order.offer.provider_offer_id.partition(":")
    if not ZONE.fullmatch(zone):
        raise Invalid(f"{order.offer.provider_offer_id!r} is no offer of Google.")
    price, limit = order.offer.spot_price_hour if order.spot else order.offer.price_hour, order.max_price_hour
    if price is None:
        raise Invalid(f"{kind} is not sold that way in {zone}.")
    if limit is not None and price > limit:
        raise OfferGone(f"{kind} costs {price} an hour in {zone}, more than {limit}.")
    return kind, zone


def instance_body(order: Order, kind: str, zone: str, *, images: tuple[str, str], gate: str) -> dict[str, Any]:
    image, gpu_image = images
    boot = order.image if order.image.startswith("projects/") else ""
    source = boot or ((gpu_image or GPU_IMAGE) if order.offer.gpu_count else (image or IMAGE))
    disk = {
        "sourceImage": source,
        "diskSizeGb": str(_disk_gb(order)),
        "diskType": f"zones/{zone}/diskTypes/pd-balanced",
    }
    return {
        "name": name_of(order.label),
        "machineType": f"zones/{zone}/machineTypes/{kind}",
        "labels": to_labels(order.label),
        "tags": {"items": [gate]},
        "scheduling": _scheduling(order),
        "disks": [{"boot": True, "autoDelete": True, "initializeParams": disk}],
        "networkInterfaces": [
            {
                "network": "global/networks/default",
                "accessConfigs": [{"type": "ONE_TO_ONE_NAT", "name": "External NAT"}],
            }
        ],
        "metadata": {
            "items": [
                {"key": "startup-script", "value": boot_script(order)},
                {"key": "serial-port-logging-enable", "value": "true"},
            ]
        },
        "serviceAccounts": [],
    }


def machine_of(row: Mapping[str, Any], preempted: Collection[str]) -> Machine:
    zone, kind = _last(row.get("zone")), _last(row.get("machineType"))
    known, region = machine_types("gcp").get(kind), zone.rpartition("-")[0]
    status = str(row.get("status"))
    spot = (row.get("scheduling") or {}).get("provisioningModel") == "SPOT"
    taken_back = spot and str(row.get("id")) in preempted and STATES.get(status) in ("stopping", "stopped")
    host = _public_host(row)
    return Machine(
        id=f"{zone}/{row['name']}",
        state=STATES.get(status, "unknown"),
        raw_state=status,
        label=label_of(row),
        tags={str(key): str(value) for key, value in (row.get("labels") or {}).items()},
        machine_id=f"{zone}:{kind}",
        gpu_name=known.gpu_name if known else None,
        gpu_count=known.gpu_count if known else 0,
        price_hour=_with_disk(known.price(region, spot=spot) if known else None, STATES.get(status), row),
        spot=spot,
        region=region,
        addresses=(Address(host, 22),) if host else (),
        created_at=_moment(row.get("creationTimestamp")),
        reason="preempted" if taken_back else row.get("statusMessage"),
        outbid=taken_back,
    )


def name_of(label: str) -> str:
    """Names are narrower than labels, and unique in a zone."""
    return f"dumont-{uuid5(NAMESPACE_URL, f'dumont:{label}').hex[:20]}"


def request_id(order: Order) -> str:
    """The same for the same wish: the next candidate under this label is another one."""
    return str(uuid5(NAMESPACE_URL, f"dumont:{order.label}:{order.offer.provider_offer_id}:{order.spot}"))


def to_labels(label: str) -> dict[str, str]:
    """Google's labels are short, of small letters, figures, - and _: others are written as `_` and two figures each,
    and what is too long goes on in the next label."""
    written = OTHER.sub(lambda found: b"_%02x" % found[0][0], label.encode()).decode()
    pieces = [written[begin : begin + LABEL_LENGTH_MAX] for begin in range(0, len(written), LABEL_LENGTH_MAX)]
    if len(pieces) > LABELS_MAX:
        raise Invalid(f"The label {label!r} is too long for Google.")
    return {"dumont": "1", **{f"{LABEL}-{number}": piece for number, piece in enumerate(pieces)}}


def label_of(row: Mapping[str, Any]) -> str | None:
    labels = row.get("labels") or {}
    if "dumont" not in labels:
        return None
    written = "".join(str(labels.get(f"{LABEL}-{number}", "")) for number in range(LABELS_MAX))
    return WRITTEN.sub(lambda found: bytes([int(found[1], 16)]), written.encode()).decode(errors="replace")


def with_label(row: Mapping[str, Any], label: str) -> dict[str, str]:
    others = {key: value for key, value in (row.get("labels") or {}).items() if not key.startswith(LABEL)}
    return others | to_labels(label)


def firewall(ports: Sequence[int]) -> dict[str, Any]:
    """One rule for each set of ports, for machines that carry its name as a tag."""
    opened = [str(port) for port in sorted({22, *ports})]
    name = "-".join(("dumont", *opened))
    return {
        "name": name,
        "network": "global/networks/default",
        "sourceRanges": ["0.0.0.0/0"],
        "targetTags": [name],
        "allowed": [{"IPProtocol": "tcp", "ports": opened}],
    }


def parts(machine_id: str) -> tuple[str, str]:
    zone, _, name = machine_id.partition("/")
    if not name:
        raise Invalid(f"{machine_id!r} is no machine of Google.")
    return zone, name


def _scheduling(order: Order) -> dict[str, Any]:
    if order.spot:
        return {
            "provisioningModel": "SPOT",
            "instanceTerminationAction": "STOP",
            "automaticRestart": False,
            "onHostMaintenance": "TERMINATE",
        }
    moves = "TERMINATE" if order.offer.gpu_count else "MIGRATE"
    return {"provisioningModel": "STANDARD", "automaticRestart": False, "onHostMaintenance": moves}


def _disk_gb(order: Order) -> int:
    return max(DISK_GB_MIN, ceil(order.disk_gb))


def _with_disk(price: Decimal | None, state: State | None, row: Mapping[str, Any]) -> Decimal | None:
    """What it costs now: a stopped machine costs its disks."""
    gb = sum(Decimal(str(disk.get("diskSizeGb") or 0)) for disk in row.get("disks") or ())
    disks = DISK_GB_MONTH * gb / HOURS_A_MONTH
    if state in ("stopping", "stopped"):
        return disks.quantize(MICRO)
    return None if price is None else (price + disks).quantize(MICRO)


def _public_host(row: Mapping[str, Any]) -> str | None:
    for interface in row.get("networkInterfaces") or ():
        for access in interface.get("accessConfigs") or ():
            if access.get("natIP"):
                return str(access["natIP"])
    return None


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _last(link: Any) -> str:
    return str(link or "").rpartition("/")[2]
