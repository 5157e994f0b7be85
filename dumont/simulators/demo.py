"""A marketplace of a few thousand offers that looks and moves as the real one does, for people to try the product on.

It began a week before it is first seen, so that charts have a past; machines are taken and given back by other renters.
As a program it serves all simulated clouds on a free port, says where on its first line, and ends with its parent.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from dumont.basics.gpu import gpus
from dumont.simulators import going_rates
from dumont.simulators.agents import Agents
from dumont.simulators.going_rates import BIG, COUNTRIES, GPUS_IN_A_MACHINE, MARKETPLACE, Rate, chosen
from dumont.simulators.server import credentials_of, serve, worlds
from dumont.simulators.stock import CENT_OF_A_CENT, SimMachine, Stock
from dumont.simulators.world import SoldOut, Wanted, World

MACHINES = 2200
DAY = 86400.0
PAST_DAYS, FUTURE_DAYS = 8, 30
"""For how long prices are drawn ahead; after that they stand still."""
RACK_MAX = 10
BOOT_SECONDS = 35.0
"""Quicker than most real ones: who tries a demo wants to see the end of a race."""
STRANGER = "somebody else"
PLACES = {"US": ("Texas", "California", "Michigan", "New York", "North Carolina", "Ohio", "Utah", "Washington")}
CUDA = ((12.8, 30), (12.6, 18), (12.4, 16), (13.0, 24), (12.2, 6), (11.8, 4))


@dataclass(frozen=True, slots=True)
class Host:
    number: int
    country: str
    careful: float
    """0 to 1: how well the machines are kept."""
    data_centre: bool


def marketplace(random: Random, machines: int = MACHINES) -> Stock:
    """Hosts own one machine, or a rack of the like: history and trust stick to both."""
    hosts = _hosts(random)
    made: Stock = []
    while len(made) < machines:
        host, rate = next(hosts), _rate(random)
        for _ in range(min(machines - len(made), RACK_MAX, int(random.paretovariate(1.6)))):
            made.append(_machine(random, 10_000 + len(made), host, rate))
    return made


def stirred(world: World, *, taken_share: float = 0.45, hours_mean: float = 30) -> None:
    """Other people rent: some machines are taken already, and every few seconds one comes or goes."""
    for machine in list(world.stock):
        if world.random.random() < taken_share:
            _take(world, machine, hours_mean)
    _next_stranger(world, hours_mean, len(world.stock) * taken_share)


def _next_stranger(world: World, hours_mean: float, held: float) -> None:
    def comes() -> None:
        _take(world, world.random.choice(world.stock), hours_mean)
        _next_stranger(world, hours_mean, held)

    world.after(world.random.expovariate(held / (hours_mean * 3600)), comes)


def _take(world: World, machine: SimMachine, hours_mean: float) -> None:
    free = len(world.free(machine))
    if free == 0:
        return
    count = world.random.choice([size for size in (1, 2, 4, 8) if size <= free])
    wanted = Wanted(machine=machine, count=count, label=STRANGER, price_hour=world.price(machine, count))
    try:
        rental = world.rent(wanted, call=STRANGER)
    except SoldOut:
        return
    rental.account = STRANGER
    world.after(world.random.expovariate(1 / (hours_mean * 3600)), lambda: _leave(world, rental.id))


def _leave(world: World, rental_id: str) -> None:
    world.rentals.pop(rental_id, None)


def _hosts(random: Random) -> Iterator[Host]:
    number = 2000
    while True:
        number += random.randrange(1, 40)
        yield Host(number, chosen(random, COUNTRIES), random.betavariate(6, 1.2), random.random() < 0.22)


def _rate(random: Random) -> Rate:
    return random.choices(MARKETPLACE, [rate.share for rate in MARKETPLACE])[0]


def _machine(random: Random, number: int, host: Host, rate: Rate) -> SimMachine:
    count = random.choice((4, 8, 8)) if rate.gpu in BIG and random.random() < 0.7 else chosen(random, GPUS_IN_A_MACHINE)
    fast = host.data_centre or random.random() < 0.3
    place = random.choice(PLACES.get(host.country, ("",)))
    return SimMachine(
        number=number,
        host=host.number,
        gpu=rate.gpu,
        gpu_count=count,
        prices=_curve(random, rate, host),
        spot_share=Decimal(str(round(going_rates.spot_share(rate, random), 3))),
        memory_gb=gpus()[rate.gpu].memory_gb,
        cpu_cores=count * random.choice((6, 8, 12, 16, 24)),
        ram_gb=float(count * random.choice((16, 32, 32, 48, 64, 96))),
        disk_gb=float(round(random.lognormvariate(6.4, 0.8))),
        inet_down_mbps=float(round(min(9800.0, random.lognormvariate(7.6 if fast else 6.2, 0.7)))),
        inet_up_mbps=float(round(min(9600.0, random.lognormvariate(7.3 if fast else 5.7, 0.8)))),
        cuda_max=random.choices([cuda for cuda, _ in CUDA], [share for _, share in CUDA])[0],
        country=host.country,
        region=f"{place}, {host.country}",
        storage_gb_month=Decimal(str(round(random.choice((0.1, 0.15, 0.15, 0.2, 0.3)), 2))),
        egress_gb=Decimal(str(random.choice((0, 0.001, 0.002, 0.005, 0.02)))),
        reliability=round(min(0.9999, 0.86 + 0.14 * host.careful * random.uniform(0.96, 1)), 4),
        verified=host.data_centre or random.random() < 0.25 + 0.6 * host.careful,
    )


def _curve(random: Random, rate: Rate, host: Host) -> list[tuple[float, Decimal]]:
    """Steps from a week before the beginning; data centres ask a little more."""
    price = going_rates.price_of(rate, 1, random) * (1.12 if host.data_centre else 1)
    since, steps = -PAST_DAYS * DAY, [(-PAST_DAYS * DAY, _money(price))]
    for seconds, moved in going_rates.moves(price, random):
        since += seconds
        if since > FUTURE_DAYS * DAY:
            return steps
        steps.append((since, _money(moved)))
    raise AssertionError("prices move without end")


def _money(price: float) -> Decimal:
    return max(Decimal("0.01"), Decimal(str(price)).quantize(CENT_OF_A_CENT))


def past(world: World) -> dict[str, Any]:
    """What each offer asked for one GPU since a week ago: steps of seconds from now, and dollars."""
    elapsed = (world.now() - world.start).total_seconds()
    return {
        str(ask.id): {
            "steps": [(since - elapsed, str(price)) for since, price in ask.machine.prices if since <= elapsed],
            "spot_share": str(ask.machine.spot_share or ""),
        }
        for ask in world.asks()
    }


def demo_worlds(seed: int, now: datetime) -> Mapping[str, World]:
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    made = worlds(seed=seed, stocks={"vast": marketplace(random)}, start=now, real=True)
    stirred(made["vast"])
    for world in made.values():
        world.setup = replace(world.setup, boot_median_seconds=min(BOOT_SECONDS, world.setup.boot_median_seconds))
    return made


async def _serve_until_left(seed: int) -> None:
    """Standard input ends when the process at its other end does, however that dies."""
    now = datetime.now(UTC)  # noqa: TID251 - a program of its own, with no platform beneath it
    made = demo_worlds(seed, now)
    with TemporaryDirectory(prefix="dumont-demo-") as folder:
        await _serve(made, Path(folder))


async def _serve(made: Mapping[str, World], folder: Path) -> None:
    async with serve(made) as simulators:
        told = {
            name: {"url": simulators.of(name), "credentials": credentials_of(name, world, simulators.of(name))}
            for name, world in made.items()
        }
        sys.stdout.write(json.dumps({"clouds": told, "past": {"vast": past(made["vast"])}}) + "\n")
        sys.stdout.flush()
        living = asyncio.create_task(Agents(made, folder).run())
        await asyncio.to_thread(sys.stdin.read)
        living.cancel()


if __name__ == "__main__":
    asyncio.run(_serve_until_left(int(sys.argv[1]) if sys.argv[1:] else 1))
