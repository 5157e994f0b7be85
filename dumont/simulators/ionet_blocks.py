"""What io.net sells on paper: hours of so many GPUs of a kind in a place, paid at once, and what becomes of them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from random import Random
from typing import Any
from uuid import UUID

from dumont.basics.gpu import gpus
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import SimMachine, Stock, make_stock
from dumont.simulators.world import SoldOut, Wanted, World

FEE = Decimal("0.02")
CENT = Decimal("0.01")
HOUR = Decimal(3600)
ENDING_SECONDS = 20
NAMES: Mapping[str, str] = {
    "RTX 4090": "GeForce RTX 4090",
    "RTX 3090": "GeForce RTX 3090",
    "A100 80GB SXM": "A100-SXM4-80GB",
    "A100 80GB PCIe": "A100 80GB PCIe",
    "H100 PCIe": "H100 PCIe",
    "H100 SXM": "H100 80GB HBM3",
    "L40S": "L40S",
    "RTX A6000": "RTX A6000",
}
"""As io.net writes them: free text."""
SOLD = {"RTX 4090": 0.38, "A100 80GB SXM": 1.10, "H100 PCIe": 1.85, "H100 SXM": 2.05, "L40S": 0.66, "RTX A6000": 0.42}
LOCATIONS = {"US": (7, "United States"), "DE": (11, "Germany"), "FI": (12, "Finland"), "CN": (31, "China")}
ELSEWHERE = (99, "Somewhere")


class Refused(Exception):
    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail


def stock(random: Random) -> Stock:
    machines = make_stock(random, count=24, prices=SOLD)
    for machine in machines:
        machine.spot_share = None
    return machines


def hardware_id(gpu: str) -> int:
    return 200 + list(gpus()).index(gpu)


def hardware_name(gpu: str) -> str:
    return NAMES.get(gpu, gpu)


def place(machine: SimMachine) -> dict[str, Any]:
    number, name = LOCATIONS.get(machine.country, ELSEWHERE)
    return {"id": number, "iso2": machine.country, "name": name}


class Blocks:
    """All deployments of the one account; each is a rental of the world's, paid for at its start."""

    def __init__(self, world: World) -> None:
        self.world = world

    def all(self) -> Iterable[Rental]:
        """The newest first; ended ones too, without what other people have."""
        mine = [r for r in self.world.rentals.values() if r.account == self.world.setup.key and "paid" in r.extra]
        return reversed(mine)

    def find(self, deployment_id: str) -> Rental | None:
        return next((rental for rental in self.all() if rental.id == deployment_id), None)

    def status(self, rental: Rental) -> str:
        if rental.state in ("pending", "booting"):
            return "deployment requested"
        if rental.state == "gone":
            return str(rental.extra.get("end", "destroyed"))
        return {"stopping": "termination requested", "failed": "failed"}.get(rental.state, "running")

    def minutes(self, rental: Rental) -> tuple[int, int]:
        """Served and left; hours begin when the machine runs."""
        bought = int(rental.extra["hours"]) * 60
        began = rental.extra.get("started_at")
        if began is None:
            return 0, bought
        until = rental.extra.get("finished_at") or self.world.now()
        served = min(bought, int((until - began).total_seconds()) // 60)
        return served, bought - served

    def hardware(self) -> list[dict[str, Any]]:
        kinds: dict[str, list[SimMachine]] = {}
        for machine in self.world.stock:
            if machine.gpu:
                kinds.setdefault(machine.gpu, []).append(machine)
        return [
            {
                "max_gpus_per_vm": min(8, max(machine.gpu_count for machine in machines)),
                "available": sum(len(self.world.free(machine)) for machine in machines),
                "hardware_id": hardware_id(gpu),
                "hardware_name": hardware_name(gpu),
                "brand_name": "NVIDIA",
            }
            for gpu, machines in kinds.items()
        ]

    def places(self, hardware: int, count: int) -> list[dict[str, Any]]:
        found = {place(machine)["id"]: place(machine) for machine in self._of(hardware)}
        rows = [{**row, "available_replicas": self.replicas(hardware, row["id"], count)} for row in found.values()]
        return [row for row in rows if row["available_replicas"]]

    def replicas(self, hardware: int, location: int, count: int) -> int:
        return sum(len(self.world.free(machine)) // count for machine in self._of(hardware, location))

    def quote(self, hardware: int, location: int, count: int, hours: int, call: str) -> tuple[Decimal, Decimal]:
        """The whole cost, and the fee that is in it."""
        machines = self._of(hardware, location)
        if not machines:
            raise Refused(404, "Hardware not found in this location")
        price = max(self.world.price(machine, count) for machine in machines) * hours
        if self.world.faults.take("dearer", call):
            price *= 2
        fee = price * FEE
        return price + fee, fee

    def deploy(self, order: Mapping[str, Any], call: str) -> Rental:
        name, hours = order["resource_private_name"], int(order.get("duration_hours") or 1)
        hardware, location, count = order["hardware_id"], order["location_ids"][0], order["gpus_per_vm"]
        if any(rental.label == name for rental in self.all()):
            raise Refused(409, f"Resource with private name {name} already exists")
        cost, _ = self.quote(hardware, location, count, hours, call)
        if cost > self.world.credit - self.world.spent() or self.world.faults.take("no_funds", call):
            raise Refused(402, "Insufficient IO credits")
        free = [m for m in self._of(hardware, location) if len(self.world.free(m)) >= count]
        if not free or self.world.faults.take("sold_out", call):
            raise Refused(400, "Not enough available replicas in the selected location")
        own: dict[str, Any] = {"hours": hours, "paid": cost, "ssh_keys": order.get("ssh_keys") or {}, "events": []}
        own |= {"services": order.get("network_services") or {}, "place": place(free[0])}
        own |= {"hardware": hardware, "hardware_name": hardware_name(str(free[0].gpu))}
        rental = self._rent(free[0], count, name, own, call)
        rental.charge(cost, "gpu", self.world.now())
        self._watch(rental, call)
        return rental

    def extend(self, rental: Rental, hours: int) -> None:
        own = rental.extra
        if self.status(rental) != "running":
            raise Refused(400, "Only a running deployment can be extended")
        cost = own["paid"] / own["hours"] * hours
        if cost > self.world.credit - self.world.spent():
            raise Refused(402, "Insufficient IO credits")
        own["hours"], own["paid"] = own["hours"] + hours, own["paid"] + cost
        rental.charge(cost, "gpu", self.world.now())
        self._end_in_time(rental)

    def destroy(self, rental: Rental) -> None:
        if rental.state in ("gone", "stopping"):
            return
        self._refund(rental)
        rental.become("stopping", self.world.now())
        self.world.after(ENDING_SECONDS, lambda: self._finish(rental, "destroyed"))

    def _rent(self, machine: SimMachine, count: int, name: str, own: dict[str, Any], call: str) -> Rental:
        number = str(UUID(int=self.world.random.getrandbits(128), version=4))
        price = own["paid"] / own["hours"]
        wanted = Wanted(machine=machine, count=count, label=name, price_hour=price, id=number, extra=own)
        try:
            return self.world.rent(wanted, call)
        except SoldOut:
            raise Refused(400, "Not enough available replicas in the selected location") from None

    def _of(self, hardware: int, location: int | None = None) -> list[SimMachine]:
        kind = [m for m in self.world.stock if m.gpu and hardware_id(m.gpu) == hardware]
        return [m for m in kind if location in (None, place(m)["id"])]

    def _watch(self, rental: Rental, call: str) -> None:
        rental.extra["events"].append((self.world.now(), "VM requested"))
        if self.world.faults.take("stuck", call):
            rental.wants = "stopped"
        if self.world.faults.take("fails", call):
            rental.wants = "stopped"
            self.world.after(120, lambda: self._fail(rental))
        self._look_for_start(rental)

    def _look_for_start(self, rental: Rental) -> None:
        """The world says when a machine runs; the paid hours begin then."""
        if rental.boots_at is None or rental.wants != "running":
            return

        def begins() -> None:
            if rental.state == "running":
                rental.extra["started_at"] = self.world.now()
                rental.extra["events"].append((self.world.now(), "VM is running"))
                self._end_in_time(rental)

        self.world.after((rental.boots_at - self.world.now()).total_seconds() + 0.001, begins)

    def _end_in_time(self, rental: Rental) -> None:
        end = rental.extra["started_at"] + timedelta(hours=rental.extra["hours"])

        def over() -> None:
            paid_until = rental.extra["started_at"] + timedelta(hours=rental.extra["hours"])
            if rental.state == "running" and self.world.now() >= paid_until:
                self._finish(rental, "completed")

        self.world.after((end - self.world.now()).total_seconds(), over)

    def _fail(self, rental: Rental) -> None:
        rental.extra["events"].append((self.world.now(), "VM failed to start"))
        rental.charge(-rental.extra["paid"], "refund", self.world.now())
        rental.become("failed", self.world.now(), "failed")

    def _refund(self, rental: Rental) -> None:
        """Pro rata to the second, but never of the first hour."""
        own = rental.extra
        if self.status(rental) == "failed":
            return
        began = own.get("started_at")
        used = Decimal(str((self.world.now() - began).total_seconds())) / HOUR if began else Decimal(0)
        unused = max(Decimal(0), own["hours"] - max(used, Decimal(1)))
        back = own["paid"] / own["hours"] * unused
        rental.charge(-back.quantize(CENT, ROUND_UP), "refund", self.world.now())

    def _finish(self, rental: Rental, how: str) -> None:
        rental.extra["end"], rental.extra["finished_at"] = how, self.world.now()
        self.world.end(rental, how)
