"""What EC2's rows mean here, and what our orders mean there; nothing in this file speaks to anyone."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dumont.basics.gpu import gpus
from dumont.basics.machine_types import machine_types
from dumont.providers.errors import Invalid, OfferGone
from dumont.providers.port import Address, Listed, Machine, Order, State
from dumont.providers.vm_boot import cloud_config

SpotPrices = Mapping[tuple[str, str], Decimal]
"""By type and zone."""

LABEL, DISK = "dumont:label", "dumont:disk_gb"
COUNTRIES = {
    "us": "US", "ca": "CA", "sa": "BR", "eu-west-1": "IE", "eu-west-2": "GB", "eu-west-3": "FR", "eu-central-1": "DE",
    "eu-central-2": "CH", "eu-north-1": "SE", "eu-south-1": "IT", "eu-south-2": "ES", "ap-south-1": "IN",
    "ap-northeast-1": "JP", "ap-northeast-2": "KR", "ap-southeast-1": "SG", "ap-southeast-2": "AU",
}  # fmt: skip
DISK_GB_MONTH = {"us-east-1": Decimal("0.08"), "us-east-2": Decimal("0.08"), "us-west-2": Decimal("0.08")}
"""Of gp3, where known."""
EGRESS_GB = Decimal("0.09")
DISK_GB_MAX = 16384.0
HOURS_A_MONTH = 730
MICRO = Decimal("0.000001")
ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]")
"""Of a region itself; local zones have longer names and other prices."""
STATES: Mapping[str, State] = {
    "pending": "booting",
    "running": "running",
    "shutting-down": "terminating",
    "stopping": "stopping",
    "stopped": "stopped",
}
"""`terminated` is not among them: such a machine is gone, though EC2 shows it for another hour."""


def listed(kind: str, zone: str, spot: Decimal | None) -> Listed | None:
    """None for what we have no facts or no price of, and for places that are not zones of a region."""
    known, region = machine_types("aws").get(kind), zone[:-1]
    if not known or not known.gpu_name or not ZONE.fullmatch(zone):
        return None
    price = known.price(region, spot=False)
    if price is None and spot is None:
        return None
    return Listed(
        provider_offer_id=f"{kind}:{zone}",
        machine_id=f"{zone}:{kind}",
        gpu_name=known.gpu_name,
        gpu_count=known.gpu_count,
        vram_gb=gpus()[known.gpu_name].memory_gb,
        cpu_cores=known.cpu_cores,
        ram_gb=known.ram_gb,
        disk_gb=DISK_GB_MAX,
        region=region,
        country=COUNTRIES.get(region) or COUNTRIES.get(region[:2]),
        price_hour=price,
        spot_price_hour=spot,
        storage_price_gb_month=DISK_GB_MONTH.get(region),
        egress_price_gb=EGRESS_GB,
        verified=True,
    )


def spot_price(row: Mapping[str, Any]) -> Decimal:
    price = Decimal(row["SpotPrice"])
    if not price.is_finite() or price <= 0:
        raise ValueError(row["SpotPrice"])
    return price


def chosen(order: Order) -> tuple[str, str]:
    """The type and the zone, if they can be had as ordered."""
    kind, _, zone = order.offer.provider_offer_id.partition(":")
    if not ZONE.fullmatch(zone):
        raise Invalid(f"{order.offer.provider_offer_id!r} is no offer of AWS.")
    if order.spot:
        return kind, zone
    price, limit = order.offer.price_hour, order.max_price_hour
    if price is None:
        raise Invalid(f"{kind} is offered in {zone} as a spot machine only.")
    if limit is not None and price > limit:
        raise OfferGone(f"{kind} costs {price} an hour in {zone}, more than {limit}.")
    return kind, zone


def request(order: Order, kind: str, zone: str, *, image: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Of `RunInstances`. The same order gives the same request, as its token demands; the next candidate under the
    same label is another wish."""
    size = _disk_gb(order, image)
    tags = [{"Key": key, "Value": value} for key, value in _tags(order, size).items()]
    tagged = ("instance", "volume", "spot-instances-request") if order.spot else ("instance", "volume")
    wanted: dict[str, Any] = {
        "ClientToken": str(uuid5(NAMESPACE_URL, f"dumont:{order.label}:{kind}:{zone}:{order.spot}")),
        "InstanceType": kind,
        "ImageId": image["ImageId"],
        "MinCount": 1,
        "MaxCount": 1,
        "Placement": {"AvailabilityZone": zone},
        "SecurityGroupIds": [group],
        "UserData": cloud_config(order),  # boto3 makes base64 of it
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        "BlockDeviceMappings": [_disk(size, image)],
        "TagSpecifications": [{"ResourceType": what, "Tags": tags} for what in tagged],
    }
    if order.spot:
        wanted["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": _spot_options(order)}
    return wanted


def machine_of(region: str, row: Mapping[str, Any], spot_prices: SpotPrices) -> Machine:
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in row.get("Tags") or ()}
    kind, zone = str(row["InstanceType"]), str(row.get("Placement", {}).get("AvailabilityZone") or "")
    state = str(row.get("State", {}).get("Name"))
    known = machine_types("aws").get(kind)
    spot = row.get("InstanceLifecycle") == "spot"
    listed_price = known.price(region, spot=False) if known else None
    price = spot_prices.get((kind, zone)) if spot else listed_price
    host, launched = row.get("PublicIpAddress"), row.get("LaunchTime")
    return Machine(
        id=f"{region}/{row['InstanceId']}",
        state=STATES.get(state, "unknown"),
        raw_state=state,
        label=tags.get(LABEL),
        tags=tags,
        machine_id=f"{zone}:{kind}",
        gpu_name=known.gpu_name if known else None,
        gpu_count=known.gpu_count if known else 0,
        price_hour=_with_disk(price, state, region, tags),
        compute_hour=price if spot and state == "running" else None,
        spot=spot,
        region=region,
        addresses=(Address(str(host), 22),) if host else (),
        created_at=launched.astimezone(UTC) if launched else None,
        reason=reason(row),
        outbid=_state_reason(row, "Code").startswith("Server.Spot"),
    )


def reason(row: Mapping[str, Any]) -> str | None:
    return ": ".join(filter(None, (_state_reason(row, "Code"), _state_reason(row, "Message")))) or None


def ours(label: str = "") -> Sequence[Mapping[str, Any]]:
    """The filter for what lives and is ours: the one with this label, or all."""
    mine = {"Name": f"tag:{LABEL}", "Values": [label]} if label else {"Name": "tag-key", "Values": [LABEL]}
    return [mine, {"Name": "instance-state-name", "Values": list(STATES)}]


def parts(machine_id: str) -> tuple[str, str]:
    region, _, instance_id = machine_id.partition("/")
    if not instance_id:
        raise Invalid(f"{machine_id!r} is no machine of AWS.")
    return region, instance_id


def _state_reason(row: Mapping[str, Any], part: str) -> str:
    return str((row.get("StateReason") or {}).get(part) or "")


def _with_disk(price: Decimal | None, state: str, region: str, tags: Mapping[str, str]) -> Decimal | None:
    """What it costs now: a stopped machine costs its disk, one that is going costs nothing more."""
    disk = DISK_GB_MONTH.get(region, Decimal(0)) * Decimal(tags.get(DISK) or 0) / HOURS_A_MONTH
    if state in ("stopping", "stopped"):
        return disk.quantize(MICRO)
    return None if price is None else (price + disk).quantize(MICRO)


def _tags(order: Order, size: int) -> dict[str, str]:
    return {"Name": order.label, LABEL: order.label, DISK: str(size)}


def _disk_gb(order: Order, image: Mapping[str, Any]) -> int:
    """Of the root volume: never smaller than the image's own."""
    own = [int(device.get("Ebs", {}).get("VolumeSize", 0)) for device in image.get("BlockDeviceMappings") or ()]
    return max(ceil(order.disk_gb), *own, 1)


def _disk(size: int, image: Mapping[str, Any]) -> dict[str, Any]:
    ebs = {"VolumeSize": size, "VolumeType": "gp3", "DeleteOnTermination": True}
    return {"DeviceName": image.get("RootDeviceName") or "/dev/sda1", "Ebs": ebs}


def _spot_options(order: Order) -> dict[str, str]:
    """Without a highest price EC2 takes what is valid then, never more than on demand, and interrupts less often."""
    bid = {} if order.max_price_hour is None else {"MaxPrice": str(order.max_price_hour)}
    return {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate", **bid}
