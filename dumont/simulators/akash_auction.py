"""Akash's market on paper: deployments in escrow, the bids of providers, and leases that are paid by the block."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

from dumont.simulators.rentals import Rental
from dumont.simulators.stock import PRICES, SimMachine, Stock, make_stock
from dumont.simulators.world import SoldOut, Wanted, World

BLOCK_SECONDS = 6
BLOCKS_HOUR = Decimal(600)
MICRO = Decimal(1_000_000)
BIDS_MAX = 6
BID_SECONDS = (2, 20)
BID_LIFE_SECONDS = 300
DEPOSIT_MIN = Decimal(5)
HEIGHT = 24_000_000
NAMES: Mapping[str, tuple[str, str, str]] = {
    "A100 40GB PCIe": ("a100", "40Gi", "PCIe"), "A100 40GB SXM": ("a100", "40Gi", "SXM4"),
    "A100 80GB PCIe": ("a100", "80Gi", "PCIe"), "A100 80GB SXM": ("a100", "80Gi", "SXM4"),
    "B200 SXM": ("b200", "180Gi", "SXM6"), "H100 PCIe": ("h100", "80Gi", "PCIe"),
    "H100 SXM": ("h100", "80Gi", "SXM5"), "H200 SXM": ("h200", "141Gi", "SXM5"),
    "RTX 6000 Ada": ("rtx6000ada", "48Gi", "PCIe"), "V100 SXM2 16GB": ("v100", "16Gi", "SXM2"),
}  # fmt: skip
"""Those that do not follow the rule: small letters, no spaces."""


class Refused(Exception):
    def __init__(self, status: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra


@dataclass(slots=True)
class Bid:
    machine: int
    provider: str
    number: int
    amount: Decimal
    """Micro-dollars a block."""
    state: str = "open"


@dataclass(slots=True)
class Deployment:
    dseq: str
    height: int
    model: tuple[str, str, str]
    units: int
    ceiling: Decimal
    """Micro-dollars a block, for the whole group."""
    deposit: Decimal
    label: str
    image: str
    disk_gb: float
    ports: Sequence[int]
    state: str = "active"
    bids: list[Bid] = field(default_factory=list)
    lease: Bid | None = None
    closed_height: int = 0


def stock(random: Random) -> Stock:
    """Fewer and larger hosts than on a marketplace of private people; a lease is of single GPUs."""
    machines = make_stock(random, count=24, prices=PRICES)
    for machine in machines:
        machine.host = 100 + machine.number % 9
        machine.spot_share = None
    return machines


def model_of(machine: SimMachine) -> tuple[str, str, str]:
    """Name, memory and interface."""
    gpu = machine.gpu or ""
    plain = gpu.lower().replace(" ", "").removesuffix(f"{machine.memory_gb:.0f}gb")
    return NAMES.get(gpu, (plain, f"{machine.memory_gb:.0f}Gi", "PCIe"))


def address(host: int) -> str:
    return "akash1" + sha256(str(host).encode()).hexdigest()[:38]


class Auction:
    """All deployments of the one wallet; what is leased is a rental of the world's."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def deployments(self) -> dict[str, Deployment]:
        known: dict[str, Deployment] = self.world.extra.setdefault("deployments", {})
        return known

    def height(self) -> int:
        return HEIGHT + int((self.world.now() - self.world.start).total_seconds()) // BLOCK_SECONDS

    def open(self, sdl: str, deposit: Any, call: str) -> Deployment:
        wanted = read_sdl(sdl)
        if deposit is None:
            raise Refused(400, "deposit is required")
        dollars = Decimal(str(deposit))
        if dollars < DEPOSIT_MIN:
            raise Refused(400, "Deposit too low")
        if dollars > self.free() or self.world.faults.take("no_funds", call):
            raise Refused(402, "Not enough balance to create the deployment")
        dseq = int(self.world.now().timestamp() * 1000)
        while str(dseq) in self.deployments:
            dseq += 1
        made = Deployment(dseq=str(dseq), height=self.height(), deposit=dollars, **wanted)
        self.deployments[made.dseq] = made
        if not self.world.faults.take("no_bids", call):
            self._invite(made, call)
        return made

    def find(self, dseq: str) -> Deployment:
        if found := self.deployments.get(dseq):
            return found
        raise Refused(404, "Deployment not found")

    def lease(self, dseq: str, provider: str, call: str) -> Rental:
        deployment = self.find(dseq)
        bid = next((bid for bid in deployment.bids if bid.provider == provider and bid.state == "open"), None)
        if self.world.faults.take("bid_not_open", call):
            for each in deployment.bids:
                each.state = "closed" if each.provider == provider else each.state
            self._bid_again(deployment, provider)
            bid = None
        if deployment.lease is not None or deployment.state != "active":
            raise Refused(400, "order not open")
        machine = self.world.machine(bid.machine) if bid else None
        if bid is None or machine is None:
            raise Refused(400, "bid not open")
        rental = self._take(deployment, bid, machine, call)
        for each in deployment.bids:
            each.state = "active" if each is bid else "lost"
        deployment.lease = bid
        self._watch_escrow(deployment)
        return rental

    def close(self, deployment: Deployment) -> None:
        if rental := self.rental(deployment):
            self.world.end(rental, "closed")
        deployment.state = "closed"
        deployment.closed_height = self.height()

    def rental(self, deployment: Deployment) -> Rental | None:
        return self.world.rentals.get(deployment.dseq)

    def spent(self, deployment: Deployment) -> Decimal:
        rental = self.rental(deployment)
        return min(rental.cost(self.world.now()), deployment.deposit) if rental else Decimal(0)

    def held(self) -> Decimal:
        """What is in the escrow of open deployments and not yet spent."""
        return sum((d.deposit - self.spent(d) for d in self.deployments.values() if d.state == "active"), Decimal(0))

    def free(self) -> Decimal:
        return self.world.credit - sum((self.spent(d) for d in self.deployments.values()), Decimal(0)) - self.held()

    def add(self, deployment: Deployment, dollars: Decimal) -> None:
        if dollars > self.free():
            raise Refused(402, "Not enough balance to deposit")
        deployment.deposit += dollars
        self._watch_escrow(deployment)

    def _invite(self, deployment: Deployment, call: str) -> None:
        """Up to six providers bid, each when it is ready; bids above the ceiling are not made."""
        fitting = {machine.host: machine for machine in self._fitting(deployment)}
        hosts = self.world.random.sample(sorted(fitting), min(BIDS_MAX, len(fitting)))
        high = self.world.faults.take("high_bids", call)
        for number, host in enumerate(hosts, 1):
            seconds = self.world.random.uniform(*BID_SECONDS)
            self.world.after(seconds, self._bidder(deployment, fitting[host], number, bool(high)))

    def _fitting(self, deployment: Deployment) -> Iterator[SimMachine]:
        """The cheapest of a provider comes last, and so is the one that is kept."""
        machines = sorted(self.world.stock, key=lambda machine: self.world.price(machine, 1), reverse=True)
        for machine in machines:
            name, memory, interface = model_of(machine)
            wanted = deployment.model
            same = (name, memory) == wanted[:2] and wanted[2] in ("", short(interface))
            if same and len(self.world.free(machine)) >= deployment.units:
                yield machine

    def _bidder(self, deployment: Deployment, machine: SimMachine, number: int, high: bool) -> Any:
        def bid() -> None:
            amount = self.world.price(machine, deployment.units) * MICRO / BLOCKS_HOUR
            if high:
                amount = deployment.ceiling * 2
            elif amount > deployment.ceiling or deployment.lease or deployment.state != "active":
                return
            made = Bid(machine.number, address(machine.host), number, amount.quantize(Decimal("0.000001")))
            deployment.bids.append(made)
            self.world.after(BID_LIFE_SECONDS, lambda: expire(made))

        return bid

    def _bid_again(self, deployment: Deployment, provider: str) -> None:
        machine = next((m for m in self._fitting(deployment) if address(m.host) == provider), None)
        if machine is not None:
            self.world.after(BID_SECONDS[0], self._bidder(deployment, machine, len(deployment.bids) + 1, False))

    def _take(self, deployment: Deployment, bid: Bid, machine: SimMachine, call: str) -> Rental:
        wanted = Wanted(
            machine=machine,
            count=deployment.units,
            label=deployment.label,
            price_hour=bid.amount * BLOCKS_HOUR / MICRO,
            disk_gb=deployment.disk_gb,
            image=deployment.image,
            id=deployment.dseq,
        )
        try:
            rental = self.world.rent(wanted, call)
        except SoldOut:
            bid.state = "closed"
            raise Refused(400, "bid not open") from None
        rental.disk_hour = Decimal(0)  # in the bid
        return rental

    def _watch_escrow(self, deployment: Deployment) -> None:
        """Looks again when the deposit should be used up; more may have come in by then."""
        rental = self.rental(deployment)
        if rental is None or not rental.price_hour:
            return
        left = (deployment.deposit - self.spent(deployment)) / rental.price_hour * 3600
        self.world.after(float(left) + 0.001, lambda: self._run_dry(deployment))

    def _run_dry(self, deployment: Deployment) -> None:
        rental = self.rental(deployment)
        if rental and rental.state != "gone" and rental.cost(self.world.now()) >= deployment.deposit:
            self.world.end(rental, "insufficient_funds")


def expire(bid: Bid) -> None:
    if bid.state == "open":
        bid.state = "closed"


def short(interface: str) -> str:
    small = interface.lower()
    return "sxm" if small.startswith("sxm") else small


def read_sdl(text: str) -> dict[str, Any]:
    """Only what this market needs to know; a mistake is said as the console says it."""
    try:
        sdl = json.loads(text)
        ((name, service),) = sdl["services"].items()
        resources = sdl["profiles"]["compute"][name]["resources"]
        ((_, placement),) = sdl["profiles"]["placement"].items()
        price = placement["pricing"][name]
        ((_, (gpu,)),) = resources["gpu"]["attributes"]["vendor"].items()
        if price["denom"] != "uact":
            raise Refused(400, "Invalid SDL: unknown denom")
        env = dict(each.split("=", 1) for each in service.get("env", ()))
        return {
            "model": (gpu["model"], gpu["ram"], gpu.get("interface", "")),
            "units": int(resources["gpu"]["units"]),
            "ceiling": Decimal(str(price["amount"])),
            "label": env.get("DUMONT_LABEL", ""),
            "image": service["image"],
            "disk_gb": float(resources["storage"][0]["size"].removesuffix("Gi")),
            "ports": [int(each["port"]) for each in service["expose"]],
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(400, f"Invalid SDL: {type(error).__name__}") from None


def block_of(world: World, rental: Rental) -> int:
    return HEIGHT + int((rental.created_at - world.start) / timedelta(seconds=BLOCK_SECONDS))
