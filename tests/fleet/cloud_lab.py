"""A fleet's rentals over real PostgreSQL and a simulated cloud behind real sockets, on one clock that tests move."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from random import Random
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select, update

from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts, acting, extending, renting, watching
from dumont.fleet.rentals import costs as fleet_costs
from dumont.fleet.rentals.renting import Intent
from dumont.fleet.store import accounts as accounts_store
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetAccount, FleetCost, FleetRental
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM
from dumont.providers import registry
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.limits import Every
from dumont.providers.opening import Clouds, account_of
from dumont.providers.port import Listed
from dumont.simulators import server
from dumont.simulators.server import Simulators, credentials_of
from dumont.simulators.world import World
from tests.build import fleet as build
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher

CENT = Decimal("0.01")
START = datetime.fromisoformat("2026-01-05T12:00:00+00:00")


class LabClock(FakeClock):
    """Whoever sleeps on it wakes at once, that much later; the world goes with it."""

    def __init__(self, world: World) -> None:
        super().__init__(world.now())
        self._world = world

    def advance(self, **duration: float) -> datetime:
        seconds = timedelta(**duration).total_seconds()
        self._world.advance(seconds)
        return super().advance(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds=max(0.0, seconds))


class Unlimited(LocalLimiter):
    """The clouds' least pauses are other tests' business."""

    async def take(self, account: str, policy: Every, *, wait_seconds_max: float) -> None:
        return


@dataclass
class CloudLab:
    means: Means
    world: World
    clock: LabClock
    published: FakePublisher
    provider: str
    url: str
    answers: bool = True
    """Whether somebody opens when a running machine's SSH door is knocked at."""
    knocked: list[tuple[str, int]] = field(default_factory=list)

    async def account(self, user_id: UUID | None = None) -> FleetAccount:
        """Of this user, with the credentials of the world's one account."""
        credentials = credentials_of(self.provider, self.world, self.url)
        async with self.means.db.begin() as tx:
            account = await build.an_account(
                tx,
                self.clock.now(),
                provider=self.provider,
                user_id=user_id,
                fingerprint=account_of(self.provider, credentials),
            )
            account.sealed = accounts.sealed(self.means.vault, account.id, credentials)
        return account

    async def forgets_accounts(self) -> None:
        """None of those that there are is listed any more."""
        async with self.means.db.begin() as tx:
            await tx.execute(update(FleetAccount).values(sealed="", user_id=func.gen_random_uuid()))

    async def offers(self) -> list[Listed]:
        credentials = credentials_of(self.provider, self.world, self.url)
        return list((await self.means.clouds.open(self.provider, credentials).adapter.search()).offers)

    async def rents(self, account: FleetAccount, listed: Listed | None = None, **more: Any) -> FleetRental:
        """The intent alone; turns do the rest."""
        chosen = listed or next(offer for offer in await self.offers() if offer.gpu_count == 1)
        async with self.means.db.begin() as tx:
            work = self.means.work(tx, SYSTEM)
            instance = await build.an_instance(tx, work.now, wanted={"ssh_keys": ["ssh-ed25519 AAAA test"]})
            intent = Intent(
                instance=instance,
                account=account,
                listed=chosen,
                disk_gb=50,
                attempt_type=more.pop("attempt_type", "deploy"),
                **more,
            )
            return await renting.intend(work, self.means, intent)

    async def want(self, rental: FleetRental, wanted: Any, why: str = "destroyed") -> None:
        async with self.means.db.begin() as tx:
            await renting.want(self.means.work(tx), [rental.id], wanted, why)

    async def turns(self) -> None:
        """Everything that is due now."""
        for _ in range(50):
            rest = await acting.turn(self.means, knock=self._knock) and await watching.turn(self.means)
            if rest and registry.kind(self.provider).can.extends:
                rest = await extending.turn(self.means)
            if rest:
                return
        raise AssertionError("the turns find no rest")

    async def passes(self, seconds: float, step: float = 1.0) -> None:
        for _ in range(round(seconds / step)):
            await self.turns()
            self.clock.advance(seconds=step)
        await self.turns()

    async def ready(self, rental: FleetRental) -> FleetRental:
        """Made at once, and booted as soon as the world says so."""
        await self.turns()
        for machine in self.machines(rental):
            self.clock.advance(seconds=max(0.0, (machine.boots_at - self.clock.now()).total_seconds()))
        return await self.until(rental, "ready", seconds=10)

    async def until(self, rental: FleetRental, *stages: str, seconds: float = 900, step: float = 1.0) -> FleetRental:
        await self.turns()
        for _ in range(round(seconds / step)):
            seen = await self.see(rental)
            if seen.stage in stages:
                return seen
            self.clock.advance(seconds=step)
            await self.turns()
        seen = await self.see(rental)
        raise AssertionError(f"it is {seen.stage}, not {' or '.join(stages)}: {seen.error_code} {seen.error_message}")

    async def see(self, rental: FleetRental) -> FleetRental:
        async with self.means.db.begin() as tx:
            found = await store.one(tx, rental.id)
        assert found is not None
        return found

    async def see_account(self, account: FleetAccount) -> FleetAccount:
        async with self.means.db.begin() as tx:
            return await accounts_store.one(tx, account.id)

    async def all_rentals(self) -> list[FleetRental]:
        async with self.means.db.begin() as tx:
            return list((await tx.execute(select(FleetRental).order_by(FleetRental.id))).scalars())

    async def costs(self, rental: FleetRental) -> list[FleetCost]:
        async with self.means.db.begin() as tx:
            return list((await fleet_costs.of(tx, [rental.id]))[rental.id])

    async def cost(self, rental: FleetRental) -> Decimal:
        return fleet_costs.amount(await self.costs(rental), self.clock.now())

    def faults(self, *rows: dict[str, Any]) -> None:
        self.world.faults.replace(rows)

    def machines(self, rental: FleetRental) -> list[Any]:
        """All that the cloud ever made for it."""
        return [each for each in self.world.rentals.values() if each.label == rental.label]

    def alive(self) -> list[Any]:
        return self.world.live(self.world.setup.key)

    def billed(self, rental: FleetRental) -> Decimal:
        return sum((each.cost(self.world.now()) for each in self.machines(rental)), Decimal(0))

    async def _knock(self, host: str, port: int) -> bool:
        self.knocked.append((host, port))
        return self.answers


def make_lab(
    db: Db, settings: Settings, simulators: Simulators, provider: str, *, boot_seconds: float = 20, machines: int = 12
) -> CloudLab:
    """On a fresh world: few machines, which all boot alike."""
    world = simulators.worlds[provider]
    world.start = START
    key = import_module(f"dumont.simulators.{server.MODULES.get(provider, provider)}").SETUP.key
    world.setup = replace(world.setup, key=key, boot_median_seconds=boot_seconds, boot_sigma=0.0)
    world.reset(stock=world.setup.stock(Random(3))[:machines])
    clock, published, url = LabClock(world), FakePublisher(), simulators.of(provider)
    clouds = Clouds(Unlimited(clock), LocalFreezes(clock), urls={provider: url})
    nothing = cast(Any, None)  # neither the market nor jobs: rentals know what they were intended for
    means = Means(db, clock, Random(7), published, settings, Vault([new_key()]), clouds, nothing, nothing)
    return CloudLab(means, world, clock, published, provider, url)
