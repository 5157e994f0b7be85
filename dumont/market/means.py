"""Everything that does I/O for the market's own work, taken out of the parts once."""

from dataclasses import dataclass
from random import Random

from dumont.basics.clock import Clock
from dumont.market.clouds import Opening
from dumont.platform.db import Db
from dumont.platform.parts import Get
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import Publisher
from dumont.providers.freezing import Freezes
from dumont.providers.opening import Clouds
from dumont.providers.port import Kind


@dataclass(frozen=True, slots=True)
class Means:
    db: Db
    clock: Clock
    random: Random
    publisher: Publisher
    settings: Settings
    vault: Vault
    clouds: Opening
    freezes: Freezes

    @classmethod
    def of(cls, get: Get) -> "Means":
        parts = (get(Db), get(Clock), get(Random), get(Publisher), get(Settings), get(Vault))
        return cls(*parts, get(Clouds), get(Freezes))

    def interval(self, kind: Kind) -> float:
        return self.settings.market_sync_seconds or kind.sync_seconds
