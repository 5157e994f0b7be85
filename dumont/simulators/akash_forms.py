"""How Akash's console writes things down: providers, deployments with their leases, bids, escrow, errors."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dumont.simulators.akash_auction import (
    BLOCKS_HOUR,
    HEIGHT,
    MICRO,
    Auction,
    Bid,
    Deployment,
    block_of,
    model_of,
)
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import SimMachine

WALLET = "akash1" + "5e1f" * 9 + "00"
ERRORS = {
    400: ("BadRequestError", "bad_request", "client_error"),
    401: ("UnauthorizedError", "unauthorized", "client_error"),
    402: ("PaymentRequiredError", "payment_required", "client_error"),
    404: ("NotFoundError", "not_found", "client_error"),
    500: ("InternalServerError", "internal_server_error", "server_error"),
    502: ("BadGatewayError", "bad_gateway", "server_error"),
}
UNTOLD = (
    "email", "website", "ipRegionCode", "ipCountry", "ipLat", "ipLon", "statusPage", "timezone", "locationType",
    "hostingProvider", "hardwareCpu", "hardwareCpuArch", "hardwareMemory", "networkProvider", "tier", "organization",
)  # fmt: skip


def error(status: int, message: str) -> dict[str, Any]:
    name, code, kind = ERRORS[status]
    return {"error": name, "message": message, "code": code, "type": kind}


def manifest(dseq: str) -> str:
    return json.dumps([{"name": "any", "services": [{"name": "box", "dseq": dseq}]}])


def signed(dseq: str, *, code: int = 0, log: str = "") -> dict[str, Any]:
    sign = {"code": code, "transactionHash": f"{int(dseq):064X}", "rawLog": log}
    return {"dseq": dseq, "manifest": manifest(dseq), "signTx": sign}


def provider(owner: str, host: int, machines: Sequence[SimMachine]) -> dict[str, Any]:
    first = machines[0]
    models = sorted({model_of(machine) for machine in machines})
    gpus = [{"vendor": "nvidia", "model": name, "ram": ram, "interface": face} for name, ram, face in models]
    return dict.fromkeys(UNTOLD) | {
        "owner": owner,
        "name": f"host-{host}.example.net",
        "hostUri": f"https://provider.host-{host}.example.net:8443",
        "createdHeight": HEIGHT - 1_000_000,
        "cosmosSdkVersion": "v0.53.4",
        "akashVersion": "0.10.5",
        "ipRegion": first.region.split(",")[0],
        "ipCountryCode": first.country,
        "uptime1d": 1,
        "uptime7d": first.reliability,
        "uptime30d": first.reliability,
        "isValidVersion": True,
        "isOnline": first.extra.get("online", True),
        "lastOnlineDate": "2026-01-01T00:00:00.000Z",
        "isAudited": first.verified,
        "gpuModels": gpus,
        "attributes": [{"key": "host", "value": "akash", "auditedBy": []}],
        "host": "akash",
        "locationRegion": "",
        "country": first.country,
        "city": None,
        "hardwareGpuVendor": "nvidia",
        "hardwareGpuModels": [name for name, _, _ in models],
        "hardwareDisk": ["nvme"],
        "featPersistentStorage": True,
        "featPersistentStorageType": ["beta3"],
        "networkSpeedDown": first.inet_down_mbps,
        "networkSpeedUp": first.inet_up_mbps,
        "featEndpointCustomDomain": True,
        "workloadSupportChia": False,
        "workloadSupportChiaCapabilities": [],
        "featEndpointIp": False,
    }


def bid(deployment: Deployment, given: Bid) -> dict[str, Any]:
    return {
        "bid": {
            "id": _lease_id(deployment, given),
            "state": given.state,
            "price": _coin(given.amount),
            "created_at": str(deployment.height + 1),
            "resources_offer": [_resources(deployment)],
        },
        "escrow_account": _escrow("bid", f"{deployment.dseq}/1/1", Decimal("0.5"), Decimal(0), deployment.height),
    }


def deployment(
    auction: Auction, given: Deployment, *, status: bool, answers: bool = True, ports: bool = True
) -> dict[str, Any]:
    """The list tells leases without their status; a provider that does not answer has none."""
    rental = auction.rental(given)
    leases = []
    if given.lease and rental:
        told = _lease(auction, given, given.lease, rental)
        leases = [told | ({"status": _status(given, rental, ports) if answers else None} if status else {})]
    spent = auction.spent(given)
    return {
        "deployment": {
            "id": {"owner": WALLET, "dseq": given.dseq},
            "state": given.state,
            "hash": "c2ltdWxhdGVk",
            "created_at": str(given.height),
        },
        "leases": leases,
        "escrow_account": _escrow("deployment", given.dseq, given.deposit - spent, spent, auction.height()),
    }


def _lease(auction: Auction, given: Deployment, bid: Bid, rental: Rental) -> dict[str, Any]:
    over = rental.state in ("gone", "failed")
    dry = rental.why == "insufficient_funds"
    reason = {"reason": rental.why} if over and rental.why else {}
    return {
        "id": _lease_id(given, bid),
        "state": ("insufficient_funds" if dry else "closed") if over else "active",
        "price": _coin(rental.price_hour * MICRO / BLOCKS_HOUR),
        "created_at": str(block_of(auction.world, rental)),
        "closed_on": str(auction.height()) if over else "0",
        **reason,
    }


def _status(given: Deployment, rental: Rental, ports: bool) -> dict[str, Any] | None:
    if rental.state not in ("booting", "running"):
        return None
    up = int(rental.state == "running")
    host = f"provider.host-{rental.machine}.example.net"
    number = 30000 + int(given.dseq) % 2000
    forwarded = [
        {"port": port, "externalPort": number + i, "host": host, "available": up} for i, port in enumerate(given.ports)
    ]
    service = {"name": "box", "available": up, "total": 1, "uris": [], "observed_generation": 1, "replicas": 1}
    service |= {"updated_replicas": 1, "ready_replicas": up, "available_replicas": up}
    return {"forwarded_ports": {"box": forwarded} if up and ports else {}, "ips": {}, "services": {"box": service}}


def _lease_id(deployment: Deployment, bid: Bid) -> dict[str, Any]:
    own = {"owner": WALLET, "dseq": deployment.dseq, "gseq": 1, "oseq": 1}
    return own | {"provider": bid.provider, "bseq": bid.number}


def _coin(amount: Decimal) -> dict[str, str]:
    return {"denom": "uact", "amount": f"{amount:.18f}"}


def _escrow(scope: str, xid: str, funds: Decimal, spent: Decimal, height: int) -> dict[str, Any]:
    deposit = {"owner": WALLET, "height": str(height), "source": "grant", "balance": _coin(funds * MICRO)}
    state = {
        "owner": WALLET,
        "state": "open",
        "transferred": [_coin(spent * MICRO)],
        "settled_at": str(height),
        "funds": [_coin(funds * MICRO)],
        "deposits": [deposit],
    }
    return {"id": {"scope": scope, "xid": f"{WALLET}/{xid}"}, "state": state}


def _resources(deployment: Deployment) -> dict[str, Any]:
    gpu = [{"key": f"vendor/nvidia/model/{deployment.model[0]}/ram/{deployment.model[1]}", "value": "true"}]
    disk = {"name": "default", "quantity": {"val": str(int(deployment.disk_gb * 1024**3))}, "attributes": []}
    asked = {
        "cpu": {"units": {"val": "8000"}, "attributes": []},
        "gpu": {"units": {"val": str(deployment.units)}, "attributes": gpu},
        "memory": {"quantity": {"val": str(32 * 1024**3)}, "attributes": []},
        "storage": [disk],
        "endpoints": [{"kind": "RANDOM_PORT", "sequence_number": 0}],
    }
    return {"resources": asked, "count": 1}
