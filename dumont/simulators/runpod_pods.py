"""Pods of the simulated RunPod: ordered, placed, told, stopped, started and ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dumont.simulators import runpod_catalog as catalog
from dumont.simulators.rentals import MONTH_HOURS, Rental
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import SoldOut, Wanted, World

SOLD_OUT = (
    "There are no longer any instances available with the requested specifications. Please refresh and try again."
)
INVALID = "Request validation failed."
SETTINGS = {"name", "image", "args", "disk", "env", "ports", "registry", "mounts", "globalNetworking"}
AT_CREATE = {"gpu", "cpu", "cloud", "dataCenterIds", "startSsh", "startJupyter", "templateId"}
ACTIONS = {
    "PROVISIONING": ("stop", "terminate"),
    "STARTING": ("stop", "terminate"),
    "RUNNING": ("stop", "restart", "terminate"),
    "EXITED": ("start", "terminate"),
    "ERROR": ("start", "terminate"),
}
RUNNING_DISK, STOPPED_DISK = Decimal("0.10"), Decimal("0.20")
"""Dollars a gigabyte-month; a stopped pod has only its volume, at the higher price."""
PROVISIONING_SHARE = 0.3
NEVER = timedelta(days=3650)


class Problem(Exception):
    def __init__(self, status: int, detail: str, errors: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)


class Pods:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, body: Mapping[str, Any], balance: Decimal, call: str) -> dict[str, Any]:
        if wrong := _violations(body):
            raise Problem(422, INVALID, wrong)
        if ("gpu" in body) == ("cpu" in body):
            raise Problem(400, "exactly one of gpu or cpu must be set")
        if "cpu" in body or "templateId" in body:
            raise Problem(400, "this simulator rents GPUs without templates only")
        gpu_id, count = body["gpu"]["id"], int(body["gpu"].get("count", 1))
        cloud = body.get("cloud", "SECURE")
        price = catalog.list_price(self._world, gpu_id, cloud) * count
        if balance < price:
            raise Problem(402, "Your account balance is too low. Please add funds and try again.")
        if dearer := self._world.faults.take("dearer", call):
            price *= Decimal(str(dearer.number("times", 1.5)))
        machine = self._place(gpu_id, cloud, count, body.get("dataCenterIds") or ())
        wanted = Wanted(
            machine=machine,
            count=count,
            label=body["name"],
            price_hour=price,
            image=body.get("image", ""),
            extra={"settings": {k: v for k, v in body.items() if k in SETTINGS}, "cloud": cloud, "gpu": gpu_id},
        )
        try:
            rental = self._world.rent(wanted, call)
        except SoldOut:
            raise Problem(400, SOLD_OUT) from None
        self._mark(rental, call)
        return self.told(rental)

    def listed(self) -> list[dict[str, Any]]:
        now = self._world.now()
        live = self._world.live(self._world.setup.key)
        return [self.told(rental) for rental in live if rental.extra.get("listed_at", now) <= now]

    def find(self, pod_id: str) -> Rental:
        rental = self._world.rentals.get(pod_id)
        if rental is None or rental.state == "gone" or rental.account != self._world.setup.key:
            raise Problem(404, "pod not found")
        return rental

    def change(self, rental: Rental, body: Mapping[str, Any]) -> dict[str, Any]:
        if wrong := _violations({"name": "-", "image": "-", **body}, SETTINGS | {"locked"}):
            raise Problem(422, INVALID, wrong)
        rental.extra["settings"] = {**rental.extra["settings"], **body}
        rental.label = rental.extra["settings"]["name"]
        return self.told(rental)

    def act(self, rental: Rental, action: str, call: str) -> dict[str, Any] | None:
        """None where the pod is no more."""
        if action not in ACTIONS[self.status(rental)]:
            raise Problem(409, f"cannot {action} a pod in status {self.status(rental)}")
        if action == "terminate":
            self._world.end(rental, "terminated")
            return None
        if action == "stop":
            self._stop(rental)
        if action == "start":
            self._start(rental, call)
        return self.told(rental)

    def status(self, rental: Rental) -> str:
        if rental.state in ("pending", "booting"):
            return "STARTING" if self._is_placed(rental) else "PROVISIONING"
        return {"running": "RUNNING", "stopped": "EXITED", "failed": "ERROR"}.get(rental.state, "TERMINATED")

    def told(self, rental: Rental) -> dict[str, Any]:
        machine = self._world.machine(rental.machine)
        status, settings = self.status(rental), rental.extra["settings"]
        ready = status == "RUNNING" and not rental.extra.get("never_ready")
        direct = self._direct(rental) if ready and "22/tcp" in settings.get("ports", ()) else None
        token = f"{rental.id}-64411f2a"
        proxy = {"host": "ssh.runpod.io", "port": 22, "username": token, "command": f"ssh {token}@ssh.runpod.io"}
        return {
            "id": rental.id,
            "name": settings["name"],
            "status": status,
            "actions": list(ACTIONS.get(status, ())),
            "image": settings.get("image", ""),
            "args": settings.get("args", ""),
            "disk": settings.get("disk", 20),
            "ports": settings.get("ports", []),
            "env": settings.get("env", {}),
            "registry": settings.get("registry"),
            "mounts": settings.get("mounts", {}),
            "gpu": {"id": rental.extra["gpu"], "count": len(rental.slots) or rental.extra["shown_count"]},
            "cloud": rental.extra["cloud"],
            "dataCenterId": catalog.centre_of(machine) if machine else None,
            "cudaVersion": str(machine.cuda_max) if machine and status != "PROVISIONING" else None,
            "ssh": {"proxy": None if status == "PROVISIONING" else proxy, "direct": direct},
            "template": None,
            "cost": float(rental.price_hour) if status in ("PROVISIONING", "STARTING", "RUNNING") else 0.0,
            "locked": bool(settings.get("locked", False)),
            "globalNetworking": {"enabled": False},
            "runtime": self._runtime(rental, direct) if ready else None,
            "createdAt": stamp(rental.created_at),
            "startedAt": stamp(rental.since) if status == "RUNNING" else None,
        }

    def _place(self, gpu_id: str, cloud: str, count: int, centres: Sequence[str]) -> SimMachine:
        for machine in catalog.sold(self._world, gpu_id, cloud):
            if (not centres or catalog.centre_of(machine) in centres) and len(self._world.free(machine)) >= count:
                return machine
        raise Problem(400, SOLD_OUT)

    def _mark(self, rental: Rental, call: str) -> None:
        """What the faults of this moment make of a new pod."""
        faults, now = self._world.faults, self._world.now()
        rental.extra["shown_count"] = rental.extra["count"] = len(rental.slots)
        self._count_disk(rental, stopped=False)
        if faults.take("never_ready", call):
            rental.extra["never_ready"] = True
        if hidden := faults.take("no_public_ip", call):
            wait = timedelta(seconds=hidden.number("seconds", NEVER.total_seconds()))
            rental.extra["public_at"] = now + wait
        if lag := faults.take("list_lag", call):
            rental.extra["listed_at"] = now + timedelta(seconds=lag.number("seconds", 5))

    def _stop(self, rental: Rental) -> None:
        """The GPUs are free for others from now on."""
        rental.slots = ()
        self._count_disk(rental, stopped=True)
        self._world.stop(rental)

    def _start(self, rental: Rental, call: str) -> None:
        if self._world.faults.take("start_refused", call):
            raise Problem(400, SOLD_OUT)
        machine, count = self._world.machine(rental.machine), rental.extra["count"]
        free = self._world.free(machine) if machine else []
        taken = len(free) < count or self._world.faults.take("gpu_taken", call)
        rental.slots = () if taken else tuple(free[:count])
        rental.extra["shown_count"] = 0 if taken else count
        self._count_disk(rental, stopped=False)
        rental.wants = "running"
        rental.become("booting", self._world.now())
        self._world.boot(rental, call=call)

    def _count_disk(self, rental: Rental, *, stopped: bool) -> None:
        settings = rental.extra["settings"]
        volume = Decimal((settings.get("mounts") or {}).get("persistent", {}).get("size", 0))
        gigabytes = volume if stopped else volume + settings.get("disk", 20)
        rental.disk_gb = float(gigabytes)
        rental.disk_hour = gigabytes * (STOPPED_DISK if stopped else RUNNING_DISK) / MONTH_HOURS

    def _is_placed(self, rental: Rental) -> bool:
        now = self._world.now()
        if rental.boots_at is None:
            return False
        return now - rental.since >= (rental.boots_at - rental.since) * PROVISIONING_SHARE

    def _direct(self, rental: Rental) -> dict[str, Any] | None:
        if rental.extra.get("public_at", self._world.now()) > self._world.now():
            return None
        host, port = f"203.0.113.{rental.machine % 250 + 1}", 10_000 + int(rental.id) % 50_000
        return {"host": host, "port": port, "username": "root", "command": f"ssh root@{host} -p {port}"}

    def _runtime(self, rental: Rental, direct: Mapping[str, Any] | None) -> dict[str, Any]:
        ports = [{"private": 22, "public": direct["port"], "type": "tcp", "ip": direct["host"]}] if direct else []
        return {
            "uptime": int((self._world.now() - rental.since).total_seconds()),
            "gpus": [{"util": 0, "memoryUtil": 0} for _ in rental.slots],
            "cpu": {"util": 1},
            "memory": {"util": 1},
            "ports": ports,
        }


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _violations(body: Mapping[str, Any], known: set[str] = SETTINGS | AT_CREATE) -> list[str]:
    wrong = [f"$: additional properties '{name}' not allowed" for name in body if name not in known]
    if not isinstance(body.get("name"), str) or not body["name"]:
        wrong.append("$.name: must be a string of at least 1 character")
    if "image" not in body and "templateId" not in body:
        wrong.append("$: missing property 'image'")
    gpu = body.get("gpu", {"id": "-"})
    if not isinstance(gpu, dict) or not isinstance(gpu.get("id"), str) or gpu.get("count", 1) < 1:
        wrong.append("$.gpu: must name a type and a count of at least 1")
    if not isinstance(body.get("disk", 1), int) or body.get("disk", 1) < 1:
        wrong.append("$.disk: must be an integer of at least 1")
    if any(not isinstance(value, str) for value in body.get("env", {}).values()):
        wrong.append("$.env: values must be strings")
    if body.get("mounts", {}).get("persistent", {"size": 10})["size"] < 10:
        wrong.append("$.mounts.persistent.size: must be at least 10")
    return wrong
