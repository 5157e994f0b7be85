"""What befalls machines from outside: clouds take them away or raise their price, and networks fail for hours."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from dumont.simulators.rentals import Rental
from tests.fakes.clock import START
from tests.simulation.agents import Agents
from tests.simulation.clouds import Cloud
from tests.simulation.plan import Plan

BEAT_SECONDS = 60.0
"""At a pace of 1, as all of these."""
STRIKES_SECONDS, MOVES_SECONDS = 1800.0, 900.0
"""Between two machines that are struck, and between two prices that move."""
DEADMAN_BEATS, CUT_BEATS_MAX = 5, 10
"""Until a machine that is cut off saves its work by itself; and so long it is cut off at most."""


class Fate:
    def __init__(self, random: Random, plan: Plan, clouds: Mapping[str, Cloud], agents: Agents) -> None:
        self.random, self.clouds, self.agents = random, clouds, agents
        self._spot_alone = plan.punctual
        self._fates, self._pause = plan.fates, plan.pace / plan.eager / plan.strikes
        self._beat = timedelta(seconds=BEAT_SECONDS * plan.pace)
        self._strikes_at = self._moves_at = START
        self.struck: dict[str, int] = {}

    def goes_on(self, now: datetime) -> None:
        if now >= self._strikes_at:
            first, self._strikes_at = self._strikes_at == START, self._later(now, STRIKES_SECONDS)
            if not first:
                self._strike(now)
        if now >= self._moves_at:
            self._moves_at = self._later(now, MOVES_SECONDS)
            self._move()

    def _later(self, now: datetime, seconds: float) -> datetime:
        return now + timedelta(seconds=self.random.expovariate(1 / (seconds * self._pause)))

    def _strike(self, now: datetime) -> None:
        """One that runs is stopped, or ended, with notice or without, or nobody can be reached from it."""
        running = [(cloud, machine) for cloud, machine in self._live() if machine.state == "running"]
        running = [(cloud, machine) for cloud, machine in running if machine.spot or not self._spot_alone]
        if not running:
            return
        cloud, machine = self.random.choice(running)
        machine.extra["struck"] = True
        how = self.random.choice(self._fates)
        self.struck[how] = self.struck.get(how, 0) + 1
        if how == "cut off":
            until = now + self._beat * self.random.uniform(0.5, CUT_BEATS_MAX)
            self.agents.cut_off(machine, until, now + self._beat * DEADMAN_BEATS)
        elif how == "stopped":
            cloud.world.stop(machine, "outbid")
        elif how != "none":
            seconds = self.agents.give_notice(machine, now) if how == "noticed" else 0.0
            cloud.world.after(seconds, partial(cloud.world.end, machine, "interrupted"))

    def _move(self) -> None:
        """The price of a spot machine."""
        spot = [(cloud, machine) for cloud, machine in self._live() if machine.spot and machine.state == "running"]
        if spot:
            cloud, machine = self.random.choice(spot)
            self.struck["moved"] = self.struck.get("moved", 0) + 1
            cloud.moves(machine, Decimal(self.random.randrange(60, 170)) / 100)

    def _live(self) -> list[tuple[Cloud, Rental]]:
        return [(cloud, machine) for cloud in self.clouds.values() for machine in cloud.world.live()]
