"""Resources of the simulated Compute Engine in Google's JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from starlette.responses import JSONResponse, Response

from dumont.basics.machine_types import machine_types
from dumont.simulators.rentals import Rental

LINK = "https://www.googleapis.com/compute/v1/projects/p/zones"
STATES = {
    "pending": "PROVISIONING",
    "booting": "STAGING",
    "running": "RUNNING",
    "stopping": "STOPPING",
    "stopped": "TERMINATED",
    "failed": "REPAIRING",
}


def refusal(status: int, reason: str, message: str) -> Response:
    rows = [{"domain": "global", "reason": reason, "message": message}]
    return JSONResponse({"error": {"code": status, "message": message, "errors": rows}}, status)


def machine_type(kind: str, zone: str) -> dict[str, Any]:
    facts = machine_types("gcp")[kind]
    row = {"name": kind, "guestCpus": int(facts.cpu_cores), "memoryMb": int(facts.ram_gb * 1024), "zone": zone}
    if facts.gpu_name:
        row["accelerators"] = [{"guestAcceleratorType": "nvidia", "guestAcceleratorCount": facts.gpu_count}]
    return row


def instance(rental: Rental, now: datetime, *, no_ip: bool = False) -> dict[str, Any]:
    zone, running = rental.extra["zone"], rental.state in ("running", "stopping")
    number = int(rental.id) % 250 + 1
    outside = {"natIP": f"203.0.113.{number}"} if running and not no_ip else {}
    return {
        "id": rental.id,
        "name": rental.extra["name"],
        "zone": f"{LINK}/{zone}",
        "machineType": f"{LINK}/{zone}/machineTypes/{rental.extra['type']}",
        "status": STATES.get(rental.state, "TERMINATED"),
        "labels": rental.extra["labels"],
        "labelFingerprint": _fingerprint(rental.extra["labels"]),
        "creationTimestamp": rental.created_at.isoformat(timespec="milliseconds"),
        "scheduling": {"provisioningModel": "SPOT" if rental.spot else "STANDARD"},
        "disks": [{"boot": True, "diskSizeGb": str(int(rental.disk_gb))}],
        "networkInterfaces": [{"accessConfigs": [{"type": "ONE_TO_ONE_NAT", **outside}]}],
        "lastStartTimestamp": now.isoformat(timespec="milliseconds"),
    }


def _fingerprint(labels: Mapping[str, str]) -> str:
    return sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:12]


def filtered(rows: Sequence[dict[str, Any]], wanted: str | None) -> list[dict[str, Any]]:
    """The two filters that are spoken here: a pattern for names, and one label."""
    if wanted and (pattern := re.fullmatch(r'name eq "(.*)"', wanted)):
        return [row for row in rows if re.fullmatch(pattern[1], row["name"])]
    if wanted and (label := re.fullmatch(r"labels\.([\w-]+)=([\w-]+)", wanted)):
        return [row for row in rows if row["labels"].get(label[1]) == label[2]]
    return list(rows)


def aggregated(what: str, rows: Sequence[dict[str, Any]], lost: str | None) -> dict[str, Any]:
    """By zone; a zone that can't be reached has a warning instead of rows."""
    zones: dict[str, Any] = {}
    for row in rows:
        zone = row["zone"].rpartition("/")[2]
        if zone != lost:
            zones.setdefault(f"zones/{zone}", {}).setdefault(what, []).append(row)
    empty = {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope."}}
    zones.setdefault("zones/us-central1-f", empty)
    if lost:
        zones[f"zones/{lost}"] = {"warning": {"code": "UNREACHABLE", "message": "The zone could not be reached."}}
    return {"kind": f"compute#{what}AggregatedList", "items": zones}
