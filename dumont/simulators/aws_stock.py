"""What the simulated EC2 owns: a few machines of each type in some zones, and how their spot prices move.

On demand costs what the list says. A spot price moves slowly about a level of its own, with a jump now and then, and
never above the price on demand.
"""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from dumont.basics.gpu import gpus
from dumont.basics.machine_types import MachineType, machine_types
from dumont.simulators.stock import SimMachine, Stock
from dumont.simulators.world import World

DAY = 86400.0
DAYS = 30
STEPS_A_DAY = 2.0
JUMP_SHARE = 0.06
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-2a", "us-east-2b", "us-west-2a", "us-west-2b")
OWNED = {
    "g4dn.xlarge": 3, "g4dn.2xlarge": 2, "g4dn.12xlarge": 2, "g5.xlarge": 4, "g5.2xlarge": 3, "g5.12xlarge": 2,
    "g5.48xlarge": 1, "g6.xlarge": 4, "g6.2xlarge": 2, "g6.12xlarge": 2, "g6e.xlarge": 3, "g6e.2xlarge": 2,
    "g6e.12xlarge": 1, "g6e.48xlarge": 1, "g7e.2xlarge": 1, "p4d.24xlarge": 1, "p4de.24xlarge": 1, "p5.4xlarge": 1,
    "p5.48xlarge": 1, "p5en.48xlarge": 1, "p6-b200.48xlarge": 1,
}  # fmt: skip
"""How many a zone has, at most."""
MICRO = Decimal("0.0001")


def stock(random: Random) -> Stock:
    made: Stock = []
    for zone in ZONES:
        for kind, most in OWNED.items():
            curve = list(_curve(random, machine_types("aws")[kind], zone))
            for _ in range(random.randint(0 if most == 1 else 1, most)):
                made.append(_machine(len(made), kind, zone, curve))
    return made


def type_of(machine: SimMachine) -> str:
    """Of a machine that came without one, the smallest type that has these GPUs."""
    if "type" in machine.extra:
        return str(machine.extra["type"])
    fitting = (each for each in machine_types("aws").values() if _same(each, machine))
    return next((each.name for each in fitting), "")


def spot_price_now(world: World, machine: SimMachine) -> Decimal:
    """The last step that has come; for machines without a curve a share of the price on demand."""
    past = (world.now() - world.start).total_seconds()
    steps = [price for since, price in machine.extra.get("spot", ()) if since <= past]
    on_demand = world.price(machine, machine.gpu_count)
    price = Decimal(steps[-1]) if steps else on_demand * (machine.spot_share or 1)
    spike = Decimal(world.extra.get("spike", 1))
    return min(on_demand, price * spike).quantize(MICRO)


def _machine(index: int, kind: str, zone: str, curve: list[tuple[float, str]]) -> SimMachine:
    facts = machine_types("aws")[kind]
    price = facts.price(zone[:-1], spot=False) or Decimal(1)
    return SimMachine(
        number=5000 + index,
        host=500 + index,
        gpu=facts.gpu_name,
        gpu_count=facts.gpu_count,
        prices=[(0, price / max(1, facts.gpu_count))],
        memory_gb=gpus()[facts.gpu_name or ""].memory_gb,
        cpu_cores=int(facts.cpu_cores),
        ram_gb=facts.ram_gb,
        region=zone,
        storage_gb_month=Decimal("0.08"),
        egress_gb=Decimal("0.09"),
        extra={"type": kind, "spot": curve},
    )


def _curve(random: Random, facts: MachineType, zone: str) -> Iterator[tuple[float, str]]:
    on_demand = float(facts.price(zone[:-1], spot=False) or 1)
    level = random.uniform(0.22, 0.6)
    share, since = level, 0.0
    while since < DAYS * DAY:
        yield since, str(round(on_demand * share, 4))
        since += random.expovariate(STEPS_A_DAY / DAY)
        jump = random.uniform(1.3, 2.2) if random.random() < JUMP_SHARE else random.uniform(0.98, 1.02)
        share = min(1.0, max(0.1, share * jump + 0.08 * (level - share)))


def _same(facts: MachineType, machine: SimMachine) -> bool:
    return (facts.gpu_name, facts.gpu_count) == (machine.gpu, machine.gpu_count)
