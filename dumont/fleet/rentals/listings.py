"""One list of an account's machines, in the hands of whoever holds the claim to make it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dumont.fleet.means import Means
from dumont.fleet.rentals.altering import Guard
from dumont.fleet.rentals.leasing import Lease
from dumont.fleet.tables import FleetAccount
from dumont.providers.port import Adapter, Held


@dataclass(frozen=True, slots=True)
class Listing:
    means: Means
    account: FleetAccount
    adapter: Adapter
    claim: UUID
    lease: Lease
    began: datetime
    held: Held

    @property
    def guard(self) -> Guard:
        return Guard(listing=self.claim)
