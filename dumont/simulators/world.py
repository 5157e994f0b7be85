"""The world behind one simulated cloud: its machines, who rents them, what is owed, and its own time.

Time stands still unless it is advanced (tests), or runs with the monotonic clock (demo). What is due happens when the
world is next looked at (`settle`), at the moment when it was due, so that bills are right to the second.
"""

import heapq
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from dumont.simulators.faults import Faults
from dumont.simulators.rentals import MONTH_HOURS, Billing, Rental
from dumont.simulators.stock import MakeStock, SimMachine, Stock, make_stock

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
SLICES = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is particular of a cloud; each simulator module has one as `SETUP`, beside `app(world)`."""

    provider: str
    key: str = "sim-key"
    """The API key (or its main part) of the one account."""
    credit: Decimal = Decimal(100)
    billing: Billing = field(default_factory=Billing)
    boot_median_seconds: float = 110
    boot_sigma: float = 0.55
    stock: MakeStock = make_stock
    slices: bool = True
    """Whether parts of a machine's GPUs can be rented."""
    pages: Sequence[str] = ()
    """Of the calls whose lists come in pages, a part of `METHOD /path`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A part of a machine that can be rented now; its id changes when the machine is reshaped."""

    id: int
    machine: SimMachine
    count: int
    price_hour: Decimal
    spot_price_hour: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a simulator asks of `World.rent`."""

    machine: SimMachine
    count: int
    label: str
    price_hour: Decimal
    disk_gb: float = 0
    spot: bool = False
    image: str = ""
    id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


Action = Callable[[Rental | None, Mapping[str, Any]], bool]


class SoldOut(Exception):
    """What was asked for is not free any more; each cloud says it in its own words."""


class World:
    def __init__(
        self,
        setup: Setup,
        *,
        seed: int = 1,
        stock: Stock | None = None,
        start: datetime = BEGINNING,
        real: bool = False,
    ) -> None:
        self.setup = setup
        self.start = start
        self._given, self._seed, self._real = stock, seed, real
        self.faults = Faults(Random(seed), setup.pages)  # noqa: S311 - repeatable on purpose
        self.actions: dict[str, Action] = {}
        """What only this cloud can do to a machine from outside, by name; for `/_sim/act`."""
        self.reset()

    def reset(self, seed: int | None = None, stock: Stock | None = None) -> None:
        """Begins anew: nothing rented, no faults, the first moment."""
        self._seed = self._seed if seed is None else seed
        self.random = Random(self._seed)  # noqa: S311 - repeatable on purpose
        chosen = stock if stock is not None else self._given
        self.stock: Stock = self.setup.stock(self.random) if chosen is None else list(chosen)
        self.faults.replace([])
        self.rentals: dict[str, Rental] = {}
        self.credit = self.setup.credit
        self.extra: dict[str, Any] = {}
        """For what only one cloud has to remember; emptied with all the rest."""
        self._ids, self._order = count(9_000_001), count()
        self._asks: dict[tuple[int, int, int], int] = {}
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._advanced, self._begun = timedelta(0), time.monotonic()
        self._moment: datetime | None = None

    @property
    def stands_still(self) -> bool:
        """Whether time only goes on when it is told to."""
        return not self._real

    def now(self) -> datetime:
        ran = timedelta(seconds=time.monotonic() - self._begun) if self._real else timedelta(0)
        return self._moment or self.start + self._advanced + ran

    def advance(self, seconds: float) -> None:
        self._advanced += timedelta(seconds=seconds)
        self.settle()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """What happens so many seconds from now."""
        heapq.heappush(self._due, (self.now() + timedelta(seconds=seconds), next(self._order), act))

    def settle(self) -> None:
        """Lets everything happen that is due by now; the middleware calls it before each request."""
        end = self.now()
        while self._due and self._due[0][0] <= end:
            self._moment, _, act = heapq.heappop(self._due)
            act()
        self._moment = None

    def machine(self, number: int) -> SimMachine | None:
        return next((machine for machine in self.stock if machine.number == number), None)

    def price(self, machine: SimMachine, gpu_count: int) -> Decimal:
        """Dollars an hour now, compute alone."""
        return machine.gpu_price_at((self.now() - self.start).total_seconds()) * max(1, gpu_count)

    def spot_price(self, machine: SimMachine, gpu_count: int) -> Decimal | None:
        share = machine.spot_share
        return None if share is None else (self.price(machine, gpu_count) * share).quantize(Decimal("0.0001"))

    def free(self, machine: SimMachine) -> list[int]:
        taken = {slot for rental in self._on(machine) for slot in rental.slots}
        return [slot for slot in range(max(1, machine.gpu_count)) if slot not in taken]

    def asks(self) -> Iterator[Ask]:
        """Every part of every machine that can be rented now."""
        for machine in self.stock:
            free = len(self.free(machine))
            sizes = SLICES if self.setup.slices else ()
            for size in sorted({*(size for size in sizes if size <= free), *([free] if free else [])}):
                if self.setup.slices or free == max(1, machine.gpu_count):
                    yield self._ask(machine, size, free)

    def find_ask(self, ask_id: int) -> Ask | None:
        return next((ask for ask in self.asks() if ask.id == ask_id), None)

    def rent(self, wanted: Wanted, call: str = "rent") -> Rental:
        """Takes the GPUs and begins to boot; raises `SoldOut` if they are not free."""
        if self.faults.take("offer_gone", call):
            raise SoldOut
        if self.faults.take("double_answer", call):
            self._rent(wanted, call)
        return self._rent(wanted, call)

    def live(self, account: str | None = None) -> list[Rental]:
        """All that have not ended, the oldest first."""
        return [r for r in self.rentals.values() if r.state != "gone" and account in (None, r.account)]

    def boot(self, rental: Rental, seconds: float | None = None, call: str = "rent") -> None:
        """Runs after a while, unless a fault says otherwise."""
        if self.faults.take("boot_never", call):
            rental.boots_at = None
            return
        if seconds is None:
            seconds = self.setup.boot_median_seconds * self.random.lognormvariate(0, self.setup.boot_sigma)
        if slow := self.faults.take("boot_slow", call):
            seconds += slow.number("seconds", 900)
        rental.boots_at = self.now() + timedelta(seconds=seconds)
        self.after(seconds, lambda: self._run(rental))
        if vanish := self.faults.take("vanish", call):
            self.after(seconds + vanish.number("seconds", 60), lambda: self.end(rental, "vanished"))

    def stop(self, rental: Rental, why: str | None = None) -> None:
        rental.wants = "stopped"
        rental.become("stopped", self.now(), why)

    def end(self, rental: Rental, why: str | None = None) -> None:
        if rental.state != "gone":
            rental.become("gone", self.now(), why)

    def replace_stock(self, stock: Sequence[SimMachine]) -> None:
        self.stock = list(stock)

    def ours(self) -> list[Rental]:
        """All of the one account that there is a key of, those that have ended too."""
        return [rental for rental in self.rentals.values() if rental.account == self.setup.key]

    def our(self, rental_id: str) -> Rental | None:
        rental = self.rentals.get(rental_id)
        return rental if rental and rental.account == self.setup.key else None

    def spent(self) -> Decimal:
        return sum((rental.cost(self.now()) for rental in self.ours()), Decimal(0))

    def new_id(self) -> int:
        return next(self._ids)

    def _on(self, machine: SimMachine) -> list[Rental]:
        return [r for r in self.rentals.values() if r.machine == machine.number and r.state != "gone"]

    def _ask(self, machine: SimMachine, size: int, free: int) -> Ask:
        shape = sum(1 for r in self.rentals.values() if r.machine == machine.number) * 100 + free
        number = self._asks.setdefault((machine.number, size, shape), 20_000_000 + len(self._asks))
        return Ask(number, machine, size, self.price(machine, size), self.spot_price(machine, size))

    def _rent(self, wanted: Wanted, call: str) -> Rental:
        free = self.free(wanted.machine)
        if len(free) < max(1, wanted.count):
            raise SoldOut
        now = self.now()
        rental = Rental(
            id=wanted.id or str(self.new_id()),
            account=self.setup.key,
            machine=wanted.machine.number,
            slots=tuple(free[: max(1, wanted.count)]),
            label=wanted.label,
            price_hour=wanted.price_hour,
            disk_hour=wanted.machine.storage_gb_month * Decimal(str(wanted.disk_gb)) / MONTH_HOURS,
            disk_gb=wanted.disk_gb,
            spot=wanted.spot,
            image=wanted.image,
            created_at=now,
            since=now,
            billing=self.setup.billing,
            extra=dict(wanted.extra),
        )
        self.rentals[rental.id] = rental
        rental.become("booting", now)
        self.boot(rental, call=call)
        if self.faults.take("sold_twice", call):
            self.after(5, lambda: rental.become("failed", self.now(), "taken by another renter"))
        return rental

    def _run(self, rental: Rental) -> None:
        if rental.state in ("pending", "booting") and rental.wants == "running":
            rental.become("running", self.now())
