"""What is said to Akash and what it answers: an order as SDL, deployments, leases and bids as ours."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal, InvalidOperation
from typing import Any

from dumont.providers import container_boot, errors, port

BLOCKS_HOUR = 600
MICRO = Decimal(1_000_000)
CEILING = Decimal("1.2")
"""Of the listed median, where the order names no highest price."""
CPU_CORES, RAM_GB = 8, 32
"""What is asked for beside one GPU; the price list knows of no other sizes."""
BEGINNING_MS = 1_500_000_000_000
"""Numbers below it are heights of the chain, as older deployments have them."""


def ceiling(order: port.Order) -> Decimal:
    price = order.max_price_hour
    if price is None and order.offer.price_hour is not None:
        price = order.offer.price_hour * CEILING
    if not price:
        raise errors.Invalid("An order on Akash needs a highest price.")
    return price


def cents(dollars: Decimal) -> Decimal:
    return dollars.quantize(Decimal("0.01"), ROUND_UP)


def sdl(order: port.Order, ceiling: Decimal) -> str:
    """JSON, which is YAML in which nothing needs quoting."""
    try:
        vendor, model, ram, interface = order.offer.provider_offer_id.split("@")[0].split("/")
    except ValueError:
        raise errors.Invalid("This is no offer of Akash.") from None
    gpu = {"model": model, "ram": ram, "interface": interface}
    keys = "\n".join(order.ssh_keys)
    env = {**order.env, "DUMONT_LABEL": order.label, "PUBLIC_KEY": keys, "SSH_PUBKEY": keys}
    service = {
        "image": order.image,
        "env": [f"{name}={value}" for name, value in env.items()],
        "command": ["sh", "-c"],
        "args": [container_boot.command(order.onstart)],
        "expose": [{"port": number, "as": number, "to": [{"global": True}]} for number in (22, *order.ports)],
    }
    resources = {
        "cpu": {"units": CPU_CORES},
        "memory": {"size": f"{RAM_GB}Gi"},
        "storage": [{"size": f"{int(order.disk_gb)}Gi"}],
        "gpu": {"units": 1, "attributes": {"vendor": {vendor: [gpu]}}},
    }
    amount = int((ceiling * MICRO / BLOCKS_HOUR).to_integral_value(ROUND_DOWN))
    sdl = {
        "version": "2.0",
        "services": {"box": service},
        "profiles": {
            "compute": {"box": {"resources": resources}},
            "placement": {"any": {"pricing": {"box": {"denom": "uact", "amount": amount}}}},
        },
        "deployment": {"box": {"any": {"profile": "box", "count": 1}}},
    }
    return json.dumps(sdl)


def open_bids(data: Any) -> list[tuple[Mapping[str, Any], Decimal]]:
    """Bids in the chain's own coin are left out, for their price in dollars moves."""
    bids = [item["bid"] for item in data if isinstance(item, dict) and isinstance(item.get("bid"), dict)]
    priced = [(bid["id"], _hour(bid.get("price"))) for bid in bids if bid.get("state") == "open" and bid.get("id")]
    return [(bid, hour) for bid, hour in priced if hour is not None]


def _hour(price: Any) -> Decimal | None:
    if not isinstance(price, dict) or price.get("denom") != "uact":
        return None
    amount = decimal(price.get("amount"))
    return None if amount is None else (amount * BLOCKS_HOUR / MICRO).quantize(1 / MICRO)


def page(data: Any) -> tuple[list[Any], int, bool]:
    try:
        return list(data["deployments"]), int(data["pagination"]["total"]), bool(data["pagination"]["hasMore"])
    except (KeyError, TypeError, ValueError):
        raise errors.ContractBroken("Akash told its deployments in a form that is not known.") from None


def dseq(item: Any) -> str:
    try:
        return str(item["deployment"]["id"]["dseq"])
    except (KeyError, TypeError):
        return f"unread {id(item)}"


def machine_or_none(item: Any) -> port.Machine | None:
    try:
        return _machine(item)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _machine(item: Mapping[str, Any]) -> port.Machine:
    deployment, leases = item["deployment"], item["leases"]
    lease = next((each for each in leases if each["state"] == "active"), leases[-1] if leases else None)
    state, raw, reason = _state(deployment["state"], lease)
    hour = _hour(lease["price"]) if lease and lease["state"] == "active" else None
    created_at = _created_at(str(deployment["id"]["dseq"]))
    return port.Machine(
        id=str(deployment["id"]["dseq"]),
        state=state,
        raw_state=raw,
        machine_id=lease["id"]["provider"] if lease else None,
        gpu_count=1,
        price_hour=hour,
        addresses=_addresses(lease),
        created_at=created_at,
        ends_at=_ends_at(item["escrow_account"], hour, created_at),
        reason=reason,
    )


def _state(deployment: str, lease: Mapping[str, Any] | None) -> tuple[port.State, str, str | None]:
    """The list tells a lease without its `status`; then the lease itself is all that is known."""
    if deployment != "active":
        return "terminating", deployment, None
    if lease is None:
        return "pending", "no lease", None
    if lease["state"] != "active":
        return "failed", f"lease {lease['state']}", lease.get("reason") or f"The lease is {lease['state']}."
    if "status" in lease and not _serves(lease["status"]):
        return "booting", "active", None
    return "running", "active", None


def _serves(status: Mapping[str, Any] | None) -> bool:
    services = (status or {}).get("services") or {}
    return any(service.get("available", 0) >= 1 for service in services.values())


def _addresses(lease: Mapping[str, Any] | None) -> list[port.Address]:
    status = (lease or {}).get("status") or {}
    ports = [each for service in (status.get("forwarded_ports") or {}).values() for each in service]
    return [port.Address(p["host"], int(p["externalPort"])) for p in ports if p["port"] == 22 and p.get("host")]


def _created_at(dseq: str) -> datetime | None:
    if not dseq.isdigit() or int(dseq) < BEGINNING_MS:
        return None
    return datetime.fromtimestamp(int(dseq) / 1000, UTC)


def _ends_at(escrow: Mapping[str, Any], hour: Decimal | None, created_at: datetime | None) -> datetime | None:
    """When the deposit is used up, if nobody adds to it."""
    if not hour or created_at is None:
        return None
    coins = [coin for name in ("funds", "transferred") for coin in escrow["state"][name] if coin["denom"] == "uact"]
    dollars = sum((Decimal(coin["amount"]) for coin in coins), Decimal(0)) / MICRO
    return created_at + timedelta(hours=float(dollars / hour))


def decimal(told: Any) -> Decimal | None:
    try:
        number = Decimal(str(told))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
