"""One seed from its first launch to its last bill, and what the judge finds wrong with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from tests.simulation import judge
from tests.simulation.simulation import Plan, Restless, Simulation

SMALL = Plan()
BIG = Plan(hours=2, instances=1000, machines=4000, deaths=0.01, cuts=0.002)
MakeDatabase = Callable[[], Awaitable[str]]


@dataclass
class Lived:
    seed: int
    faults: list[str] = field(default_factory=list)
    hours: float = 0
    turns: int = 0
    deaths: int = 0
    cuts: int = 0
    machines: int = 0


async def live(make_database: MakeDatabase, settings: Settings, seed: int, plan: Plan = SMALL) -> Lived:
    engine = make_engine(await make_database(), settings, name="simulation")
    simulation = Simulation(make_db(engine), settings, seed, plan)
    lived = Lived(seed)
    try:
        lived.faults = await _judged(simulation)
    except Restless as error:
        lived.faults = [str(error)]
    finally:
        await engine.dispose()
    begun = simulation.began
    lived.hours = (simulation.clock.now() - begun).total_seconds() / 3600
    lived.turns, lived.deaths, lived.cuts = simulation.turns, simulation.deaths, simulation.cuts
    lived.machines = sum(len(cloud.world.rentals) for cloud in simulation.clouds.values())
    return lived


async def _judged(simulation: Simulation) -> list[str]:
    await simulation.lives()
    await simulation.rests(lambda: judge.not_at_rest(simulation))
    faults = await judge.at_rest(simulation)
    await simulation.users.destroy_all()
    await simulation.rests(lambda: judge.not_gone(simulation))
    return [*faults, *await judge.books(simulation)]


def told(lived: Lived, how: str) -> str:
    """For whoever has to play it again."""
    lines = "\n  ".join(lived.faults)
    return f"seed {lived.seed} does not balance; again with: {how}\n  {lines}"


def drawn(count: int) -> list[int]:
    """Other seeds than those that CI has."""
    random = Random()
    return [random.randrange(10**9) for _ in range(count)]
