"""Everything that does I/O for the fleet's own work, taken out of the parts once."""

from dataclasses import dataclass
from random import Random

from dumont.basics.clock import Clock
from dumont.market.following import Market
from dumont.platform.db import Db, Tx
from dumont.platform.events import Event
from dumont.platform.jobs import Jobs
from dumont.platform.parts import Get
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Caller, Publisher, Work
from dumont.providers.opening import Clouds


@dataclass(frozen=True, slots=True)
class Means:
    db: Db
    clock: Clock
    random: Random
    publisher: Publisher
    settings: Settings
    vault: Vault
    clouds: Clouds
    market: Market
    jobs: Jobs

    @classmethod
    def of(cls, get: Get) -> "Means":
        parts = (get(Db), get(Clock), get(Random), get(Publisher), get(Settings), get(Vault))
        return cls(*parts, get(Clouds), get(Market), get(Jobs))

    def work(self, tx: Tx, caller: Caller = SYSTEM) -> Work:
        """One unit of work in this transaction, with one moment for all its rows."""
        now = self.clock.now()

        async def publish(event: Event) -> None:
            await self.publisher.publish(tx, event, now)

        return Work(tx, now, self.random, caller, publish, self.settings)
