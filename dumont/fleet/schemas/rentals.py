"""Machines that cost money now, as they are shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from dumont.fleet.money.costing import Costing
from dumont.fleet.rules.states import Role, Stage, Wanted
from dumont.fleet.schemas.fields import Answer, Count, Fault, MachineId, Price, ProviderName, Seconds
from dumont.fleet.store.costing import Row
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetExtension, FleetRental
from dumont.platform.http.paging import Paged


class CostingRental(Answer):
    id: UUID
    instance_id: UUID
    instance_name: str = Field(examples=["llama"])
    provider: ProviderName
    machine_id: MachineId
    provider_machine_id: str | None = Field(
        description="The cloud's id of what was rented; null until it is known.", examples=["7654321"]
    )
    label: str = Field(description="By which it is found at the cloud.", examples=["dumont/1a2b3c4d/0190a1b2-…"])
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: Count
    region: str | None = Field(examples=["Sweden, SE"])
    role: Role
    wanted: Wanted
    stage: Stage
    state: str | None = Field(description="As the cloud last told it.", examples=["running"])
    seen_at: datetime | None = Field(description="When a list last showed it, to some minutes.")
    spot: bool
    price_hour: Price = Field(description="What it costs at this moment, its disk included.")
    cost: Price = Field(description="So far.")
    attempted_at: datetime | None = Field(description="From here on it may cost.")
    age_seconds: Seconds
    end_asked_at: datetime | None = Field(description="When the cloud first answered that it ends it.")
    paid_until: datetime | None = Field(
        description="Where hours are paid ahead: when the cloud ends it, unless more are bought."
    )
    extension_error: Fault | None = Field(description="Why no more hours could be bought, the last time.")
    error: Fault | None


class Totals(Answer):
    """Of all pages."""

    machines: Count
    price_hour: Price
    cost: Price


class CostingRentals(Paged[CostingRental]):
    totals: Totals
    as_of: datetime


def shown(found: Costing, next_cursor: str | None, now: datetime) -> CostingRentals:
    items = [
        _rental(row, found.money.get(row[0].id, Money()), found.extensions.get(row[0].id), now)
        for row in found.page.items
    ]
    totals = Totals(machines=found.machines, price_hour=found.total.hour, cost=found.total.total)
    return CostingRentals(items=items, next_cursor=next_cursor, totals=totals, as_of=now)


def _rental(row: Row, money: Money, paid: FleetExtension | None, now: datetime) -> CostingRental:
    rental, name = row
    same = ("id", "instance_id", "provider", "machine_id", "provider_machine_id", "label", "role", "wanted", "stage")
    moments = ("seen_at", "spot", "attempted_at", "end_asked_at", "paid_until")
    return CostingRental.model_validate(
        {
            **{field: getattr(rental, field) for field in (*same, *moments)},
            "instance_name": name,
            "gpu_name": rental.listed.get("gpu_name"),
            "gpu_count": rental.listed.get("gpu_count", 0),
            "region": rental.listed.get("region"),
            "state": rental.seen_state,
            "price_hour": money.hour,
            "cost": money.total,
            "age_seconds": max(0.0, (now - (rental.attempted_at or now)).total_seconds()),
            "error": _fault(rental),
            "extension_error": _fault(paid) if paid else None,
        }
    )


def _fault(failed: FleetRental | FleetExtension) -> dict[str, str | None] | None:
    told = {"code": failed.error_code, "message": failed.error_message or "", "hint": None}
    return told if failed.error_code else None
