"""Simulated clouds without a socket: the adapters' port straight over the simulators' worlds, with seeded lies.

What goes wrong is drawn from a random of each cloud's own, so that the same seed draws the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

from dumont.market.shelf.row import Row
from dumont.providers import errors
from dumont.providers.port import Address, Created, Held, Machine, Order
from dumont.simulators import akash, lambda_cloud, runpod, vast
from dumont.simulators.faults import Fault, Faults
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import Setup, SoldOut, Wanted, World
from tests.build.offers import row
from tests.fakes.clock import START

SETUPS: Mapping[str, Setup] = {
    "vast": vast.SETUP,
    "runpod": runpod.SETUP,
    "lambda": lambda_cloud.SETUP,
    "akash": akash.SETUP,
}
SPOT = frozenset({"vast"})
MICRO = Decimal(1_000_000)


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Of each thing going wrong, at each call or each boot."""

    refused: float = 0.03
    effect_and_error: float = 0.05
    list_away: float = 0.04
    list_short: float = 0.04
    list_empty: float = 0.03
    boot_never: float = 0.08
    boot_slow: float = 0.08
    sold_twice: float = 0.06
    vanish: float = 0.05
    double_answer: float = 0.03
    lag_seconds: float = 12.0

    def of_boots(self) -> list[dict[str, Any]]:
        return [
            {"fault": "boot_never", "probability": self.boot_never},
            {"fault": "boot_slow", "probability": self.boot_slow, "seconds": 240},
            {"fault": "sold_twice", "probability": self.sold_twice},
            {"fault": "vanish", "probability": self.vanish, "seconds": 900},
            {"fault": "double_answer", "probability": self.double_answer},
        ]


KIND = Odds(
    refused=0, effect_and_error=0, list_away=0, list_short=0, list_empty=0, boot_never=0, boot_slow=0, sold_twice=0,
    vanish=0, double_answer=0, lag_seconds=0,
)  # fmt: skip


@dataclass
class Cloud:
    """One provider's world, and the adapter of its one account."""

    name: str
    world: World
    random: Random
    odds: Odds = field(default_factory=Odds)
    lied: bool = False
    """The last list was complete by its word, and was not."""
    lies: dict[str, int] = field(default_factory=dict)
    told: list[datetime] = field(default_factory=list)
    """When it was asked for a list and told the truth."""

    def kind(self) -> None:
        """From now on nothing goes wrong any more."""
        self.odds = KIND
        self.world.faults.replace([])

    def rows(self) -> list[Row]:
        """What is on the shelf: every machine that is free."""
        taken = {rental.machine for rental in self.world.live()}
        return [self._row(machine) for machine in self.world.stock if machine.number not in taken]

    def moves(self, rental: Rental, factor: Decimal) -> None:
        """The price of a spot machine, while it is rented."""
        price = (rental.price_hour * factor).quantize(Decimal("0.0001"))
        rental.extra.setdefault("moves", []).append((self.world.now(), abs(price - rental.price_hour)))
        rental.reprice(price, self.world.now())

    async def create(self, order: Order) -> Created:
        machine = self.world.machine(int(order.offer.provider_offer_id))
        if self._strikes("refused"):
            raise self.random.choice(
                (
                    errors.NoCapacity("Sold out."),
                    errors.RateLimited("Slower.", retry_seconds=3),
                    errors.Unavailable("?"),
                )
            )
        if machine is None:
            raise errors.OfferGone("No such offer.")
        wanted = Wanted(
            machine=machine,
            count=max(1, machine.gpu_count),
            label=order.label,
            price_hour=self._price(machine, spot=order.spot),
            disk_gb=order.disk_gb,
            spot=order.spot,
            extra={"env": dict(order.env), "gpus": machine.gpu_count},
        )
        try:
            made = self.world.rent(wanted)
        except SoldOut:
            raise errors.OfferGone("It is taken.") from None
        if self._strikes("effect_and_error"):
            raise errors.OutcomeUnknown("HTTP 500")
        return Created(made.id)

    async def machines(self) -> Held:
        if self._strikes("list_away"):
            raise errors.Unavailable("HTTP 503")
        lag = timedelta(seconds=self.odds.lag_seconds)
        now = self.world.now()
        found = [self._machine(each) for each in self.world.live() if now - each.created_at >= lag]
        if self._strikes("list_short"):
            return Held([each for each in found if self.random.random() < 0.5], complete=False)
        empty = self._strikes("list_empty") and not self.lied  # twice in a row, no proof would be one
        self.lied = empty
        self.told += [] if empty else [now]
        return Held([] if empty else found, complete=True)

    async def machine(self, machine_id: str) -> Machine:
        if self._strikes("list_away"):
            raise errors.Unavailable("HTTP 503")
        return self._machine(self._rental(machine_id))

    async def start(self, machine_id: str) -> None:
        self._refuse()
        rental = self._rental(machine_id)
        if rental.state == "stopped":
            rental.wants = "running"
            rental.become("booting", self.world.now())
            self.world.boot(rental, 20)
        self._answer()

    async def stop(self, machine_id: str) -> None:
        self._refuse()
        rental = self._rental(machine_id)
        rental.extra["stopped"] = True
        self.world.stop(rental)
        self._answer()

    async def destroy(self, machine_id: str) -> None:
        self._refuse()
        self.world.end(self._rental(machine_id), "destroyed")
        self._answer()

    def _refuse(self) -> None:
        if self._strikes("refused"):
            raise errors.Unavailable("HTTP 503")

    def _answer(self) -> None:
        if self._strikes("effect_and_error"):
            raise errors.OutcomeUnknown("HTTP 500")

    def _strikes(self, what: str) -> bool:
        odds: float = getattr(self.odds, what)
        if odds and self.random.random() < odds:
            self.lies[what] = self.lies.get(what, 0) + 1
            return True
        return False

    def _rental(self, machine_id: str) -> Rental:
        self.world.settle()
        rental = self.world.rentals.get(machine_id)
        if rental is None or rental.state == "gone":
            raise errors.MachineGone("No such machine.")
        return rental

    def _machine(self, rental: Rental) -> Machine:
        assert rental.state != "gone"
        up = rental.state == "running"
        return Machine(
            id=rental.id,
            state=rental.state,
            raw_state=rental.state,
            label=rental.label,
            price_hour=rental.price_hour,
            compute_hour=rental.price_hour if rental.spot else None,
            spot=rental.spot,
            addresses=(Address(rental.id, 22),) if up else (),
            created_at=rental.created_at,
            reason=rental.why,
        )

    def _price(self, machine: SimMachine, *, spot: bool) -> Decimal:
        price = self.world.price(machine, 1)
        return (price * (machine.spot_share or 1)).quantize(Decimal("0.0001")) if spot else price

    def _row(self, machine: SimMachine) -> Row:
        return row(
            str(machine.number),
            self.name,
            machine_id=f"m{machine.number}",
            host_id=f"h{machine.host}",
            gpu_name=machine.gpu,
            gpu_count=machine.gpu_count,
            vram_gb=24.0 * machine.gpu_count,
            price_micros=int(self._price(machine, spot=False) * MICRO),
            spot_price_micros=int(self._price(machine, spot=True) * MICRO) if self.name in SPOT else None,
            storage_price_micros=int(machine.storage_gb_month * MICRO),
        )


class SimClouds:
    """`providers.opening.Clouds`, as far as the fleet uses it."""

    def __init__(self, clouds: Mapping[str, Cloud]) -> None:
        self._clouds = clouds

    def open(self, name: str, _credentials: Mapping[str, str]) -> Any:
        return _Opened(self._clouds[name])


@dataclass(frozen=True)
class _Opened:
    adapter: Any
    kind: Any = field(default_factory=SimpleNamespace)


class Counted(Faults):
    """How often each has happened."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.counts: dict[str, int] = {}

    def take(self, name: str, call: str = "") -> Fault | None:
        found = super().take(name, call)
        if found is not None:
            self.counts[name] = self.counts.get(name, 0) + 1
        return found


def make_world(name: str, seed: int, machines: int, odds: Odds) -> tuple[World, Random]:
    random = Random(f"{name}:{seed}")
    world = World(replace(SETUPS[name], boot_median_seconds=30, boot_sigma=0.4), seed=seed, start=START)
    stock = [
        SimMachine(
            number=1000 + number,
            host=100 + number,
            gpu="RTX 4090" if number < machines else "",
            gpu_count=1 if number < machines else 0,
            prices=[(0, Decimal(random.randrange(50, 150)) / 1000)],
            storage_gb_month=Decimal(1),
        )
        for number in range(machines + max(2, machines // 4))  # the last ones have no GPU
    ]
    world.reset(seed, stock)
    world.faults = Counted(Random(seed))
    world.faults.replace(odds.of_boots())
    return world, random
