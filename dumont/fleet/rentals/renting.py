"""Writes down that a machine is to be rented, and where a rental is to be taken: the calls are `acting`'s.

rental = await renting.intend(work, means, Intent(instance=..., account=..., listed=..., disk_gb=50))
await renting.want(work, [rental.id], "gone", "lost_race")
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.basics import ids
from dumont.basics.errors import Conflict, Invalid
from dumont.fleet.events import RentalChanged
from dumont.fleet.means import Means
from dumont.fleet.rentals import agent_tokens, offers
from dumont.fleet.rules import costs, labels
from dumont.fleet.rules.states import Role, Wanted
from dumont.fleet.store import installation
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetAccount, FleetExtension, FleetInstance, FleetRental
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.port import Listed
from dumont.reliability.rules.outcomes import AttemptType


class Claimed(Conflict):
    """Another rental of ours has this very offer: take the next candidate."""

    code = "offer_claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    instance: FleetInstance
    """Locked by whoever intends."""
    account: FleetAccount
    listed: Listed
    disk_gb: float
    offer_id: UUID | None = None
    """The market's."""
    role: Role = "racer"
    attempt_type: AttemptType | None = None
    """What it counts as in the machine's history; None for nothing."""
    race_id: UUID | None = None
    round: int = 0
    spot: bool = False


async def intend(work: Work, means: Means, intent: Intent) -> FleetRental:
    """The row, with its label and its agent's token; `fleet.act` makes the machine. Raises `Claimed`."""
    values = await _values(work, means, intent)
    rental = await store.add(work.tx, values)
    if rental is None:
        raise Claimed(f"Offer {intent.listed.provider_offer_id} at {intent.account.provider} is being rented already.")
    if registry.kind(rental.provider).can.extends:
        work.tx.add(FleetExtension(rental_id=rental.id, look_at=work.now))
    await work.publish(told(work, rental))
    return rental


async def want(work: Work, rental_ids: Iterable[UUID], wanted: Wanted, why: str) -> None:
    """`why` becomes `why_ended` of those wanted gone. Nothing comes back from gone."""
    found = list(rental_ids)
    if found:
        await store.want(work.tx, found, wanted, why=why if wanted == "gone" else None, now=work.now)


def told(work: Work, rental: FleetRental) -> RentalChanged:
    return RentalChanged(
        owner_id=rental.owner_id,
        instance_id=rental.instance_id,
        id=rental.id,
        stage=rental.stage,
        race_id=rental.race_id,
        why_ended=rental.why_ended if rental.stage == "ended" else None,
        at=work.now,
    )


def token_place(rental_id: UUID) -> str:
    return f"fleet_rentals:{rental_id}:agent_token"


async def _values(work: Work, means: Means, intent: Intent) -> dict[str, Any]:
    listed, account = intent.listed, intent.account
    price = offers.price_of(listed, spot=intent.spot)
    if price is None:
        raise Invalid(f"Offer {listed.provider_offer_id} at {account.provider} can't be had in this way.")
    identity, token = ids.new(work.now, work.random), agent_tokens.new()
    name = await installation.name(work.tx, labels.new_installation(work.random), work.now)
    return {
        "id": identity,
        "instance_id": intent.instance.id,
        "account_id": account.id,
        "owner_id": intent.instance.owner_id,
        "role": intent.role,
        "wanted": "held",
        "stage": "intended",
        "label": labels.label_of(name, identity),
        "provider": account.provider,
        "machine_id": listed.machine_id,
        "host_id": listed.host_id,
        "offer_id": intent.offer_id,
        "listed": offers.written(listed),
        "claim_key": offers.claim_key(registry.kind(account.provider), listed),
        "spot": intent.spot,
        "race_id": intent.race_id,
        "round": intent.round,
        "attempt_type": intent.attempt_type,
        "agent_token": agent_tokens.digest(token),
        "agent_token_sealed": means.vault.seal(token, token_place(identity)),
        "created_at": work.now,
        "look_at": work.now,
        **_prices(price, intent),
    }


def _prices(price: Decimal, intent: Intent) -> dict[str, Any]:
    disk = costs.disk_hour(intent.account.provider, intent.listed.storage_price_gb_month, intent.disk_gb)
    return {"price_hour": price, "disk_hour": disk, "disk_gb": intent.disk_gb}
