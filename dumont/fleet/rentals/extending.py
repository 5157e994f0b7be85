"""Buys more hours of machines that are paid ahead, before they end: the duty `fleet.extend`.

Load, act, apply, as in `acting`; the claims are the extensions' own, so that nobody who is to end a machine waits for
a purchase. The end is believed that the cloud tells of the machine itself. An intent is committed before the call that
costs money, and stands until the machine's end shows what came of it, whoever died meanwhile.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from dumont.basics import ids
from dumont.basics.errors import Failure
from dumont.fleet.events import InstanceChanged, PaidHoursEnd
from dumont.fleet.instances import moves
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.rentals.leasing import Lease, claimed_until, kept
from dumont.fleet.rentals.turns import Overslept, Turn
from dumont.fleet.rules import acts, extending
from dumont.fleet.rules.extending import Asked, Need, Plan
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import extensions as store
from dumont.fleet.store import instances
from dumont.fleet.store.extensions import Row
from dumont.fleet.tables import FleetExtension, FleetInstance, FleetRental
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.errors import Frozen, OfferGone, OutcomeUnknown, ProviderError, RateLimited, Unavailable
from dumont.providers.port import Quoting

log = structlog.get_logger()

BATCH = 16
CENT = Decimal("0.01")
"""By so much a price may differ from what was agreed, as in an order."""
LOOK_SECONDS, BUSY_SECONDS = 10.0, 0.05
OF_USE = ("running", "ready")
STAYS = ("running", "on_standby")
"""Wishes with which a machine is needed on."""
PASSING = (Unavailable, RateLimited)
"""Refusals that may be over in a minute; but for a cloud that is frozen, which only a person ends."""


@dataclass(frozen=True, slots=True)
class _Hand:
    """One machine in the hands of whoever holds its claim."""

    turn: Turn
    row: Row

    @property
    def means(self) -> Means:
        return self.turn.means

    @property
    def lead_seconds(self) -> float:
        return self.means.settings.fleet_extend_seconds


async def turn(means: Means) -> float:
    """One batch; seconds until there may be another one."""
    pause = await _wait(means)
    if pause > 0:
        return pause
    now = means.clock.now()
    claim, lease = ids.new(now, means.random), Lease(means.settings.worker_lease_seconds)
    async with kept(means, lease, claim, store):
        async with means.db.begin() as tx:
            rows = await store.take(tx, claim, now, claimed_until(means), BATCH)
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(_one(_Hand(Turn(means, lease, row.rental, row.instance, row.account), row)))
    return 0.0 if rows else BUSY_SECONDS


async def _one(hand: _Hand) -> None:
    """Whatever goes wrong with one machine is no trouble for the others."""
    try:
        await _looked_after(hand)
    except Overslept:
        log.warning("lease_overslept", rental=str(hand.row.rental.id))
    except Exception as error:
        try:
            await _not_extended(hand, error)
        except Exception as worse:  # the claim runs out, and it is tried again
            log.warning("extension_not_put_off", rental=str(hand.row.rental.id), error=type(worse).__name__)


async def _looked_after(hand: _Hand) -> None:
    rental = hand.row.rental
    if rental.stage == "ended" or rental.wanted != "held":
        await _put_off(hand, None if rental.stage == "ended" else extending.LOOK_SECONDS)
        return
    if rental.stage not in OF_USE or rental.provider_machine_id is None:
        await _put_off(hand, extending.SOON_SECONDS)
        return
    began = hand.means.clock.now()
    async with hand.turn.limited():
        machine = await hand.turn.adapter().machine(rental.provider_machine_id)
    plan = await _learn(hand, machine.ends_at, began)
    if plan is not None and plan.hours and machine.ends_at is not None:
        await _buy(hand, machine.ends_at, plan.hours)


async def _learn(hand: _Hand, end: datetime | None, began: datetime) -> Plan | None:
    """Writes down how far it is paid, and what that says of a call; None where there is nothing to be done now."""
    rental = hand.row.rental
    async with hand.means.db.begin() as tx:
        work = hand.means.work(tx)
        moved = end is not None and end != rental.paid_until
        if moved:
            await instances.poke(tx, [rental.instance_id], work.now)
        paid = await store.hold(tx, rental.id, hand.row.paid.epoch)
        if paid is None:
            return None
        if end is not None and moved:
            await store.write(tx, rental.id, end)
            told = InstanceChanged(owner_id=rental.owner_id, instance_id=rental.instance_id, what="paid_until")
            await work.publish(told)
        if paid.asked_end is not None and not _settled(paid, end, began):
            _let_go(paid, work.now + timedelta(seconds=extending.SOON_SECONDS))
            return None
        plan = await _plan(work, hand, end)
        if not plan.hours:
            _let_go(paid, plan.look_at)
    return plan


def _settled(paid: FleetExtension, end: datetime | None, began: datetime) -> bool:
    if paid.asked_end is None or paid.asked_at is None or paid.asked_hours is None:
        return True
    outcome = extending.outcome(Asked(paid.asked_end, paid.asked_hours, paid.asked_at), end, began)
    if outcome == "done":
        _forget(paid, hours=paid.asked_hours)
    elif outcome == "not_done":
        _forget(paid)
    return outcome != "unknown"


async def _plan(work: Work, hand: _Hand, end: datetime | None) -> Plan:
    rental, least = hand.row.rental, registry.kind(hand.row.rental.provider).can.prepaid_hours_min or 1
    need = await _need(work, rental)
    return extending.plan(end, need, work.now, lead_seconds=hand.lead_seconds, least_hours=least)


async def _need(work: Work, rental: FleetRental) -> Need | None:
    """Machines that race are bought once; one that has won is used until its instance is to end."""
    instance = await instances.one(work.tx, rental.instance_id)
    if instance is None or rental.role == "racer":
        return None
    if instance.wish not in STAYS:
        return Need(leaving=True)
    ends = [instance.until_at, await budgets.lasts_until(work, instance.owner_id)]
    return Need(until=min((moment for moment in ends if moment is not None), default=None))


async def _buy(hand: _Hand, end: datetime, hours: int) -> None:
    rental, means = hand.row.rental, hand.means
    hand.turn.demand_lease()
    async with means.db.begin() as tx:
        now = means.clock.now()
        asked = await store.ask(tx, rental.id, hand.row.paid.epoch, end=end, hours=hours, now=now)
    if not asked:
        await _put_off(hand, extending.SOON_SECONDS)
        return
    await _check_price(hand, hours)
    hand.turn.demand_lease()
    async with hand.turn.limited():
        with hand.turn.fenced("extend"):
            await hand.turn.adapter().extend(rental.provider_machine_id or "", hours)
    log.info("hours_bought", rental=str(rental.id), provider=rental.provider, hours=hours)
    await _put_off(hand, 0)  # the machine's new end is the proof


async def _check_price(hand: _Hand, hours: int) -> None:
    """Not more than its owner's highest price; without one, than was agreed for the hours before."""
    rental, adapter = hand.row.rental, hand.turn.adapter()
    if not isinstance(adapter, Quoting):
        return
    async with hand.turn.limited():
        asks = await adapter.quote(str(rental.listed.get("provider_offer_id") or ""), hours)
    highest = Wanted.model_validate(hand.row.instance.wanted).max_price_hour
    most = rental.price_hour + CENT if highest is None else highest
    if asks is not None and asks > most:
        title = registry.kind(rental.provider).title
        raise OfferGone(f"{title} now asks ${asks:.4f} an hour for more hours, and ${most:.4f} are the most.")


async def _not_extended(hand: _Hand, error: Exception) -> None:
    """A refusal settles the call; anything else may have bought something, which the machine's end will say."""
    code, message = _said(error)
    if code == "our_mistake":
        log.error("extension_failed", rental=str(hand.row.rental.id), exc_info=error)
    async with hand.means.db.begin() as tx:
        work = hand.means.work(tx)
        instance = await instances.hold(tx, hand.row.rental.instance_id)
        paid = await store.hold(tx, hand.row.rental.id, hand.row.paid.epoch)
        if paid is None or instance is None:
            return
        refused, asked = isinstance(error, ProviderError) and not isinstance(error, OutcomeUnknown), paid.asked_end
        if refused and asked is not None:
            paid.asked_end = paid.asked_at = paid.asked_hours = None
        paid.tries, paid.error_code, paid.error_message = paid.tries + 1, code, message
        asks = error.retry_seconds if isinstance(error, RateLimited) else 0.0
        _let_go(paid, work.now + acts.pause_of(paid.tries, asks))
        end = asked or hand.row.rental.paid_until
        firm = asked is not None and refused and (not isinstance(error, PASSING) or isinstance(error, Frozen))
        if end is not None and extending.is_told(end, work.now, hand.lead_seconds, firm=firm):
            await _tell(work, hand, instance, paid, end=end)


async def _tell(work: Work, hand: _Hand, instance: FleetInstance, paid: FleetExtension, *, end: datetime) -> None:
    """Once for each end, to whom it matters: nobody works on a machine that is to be given up."""
    if paid.told_end == end or instance.wish not in STAYS or end <= work.now:
        return
    paid.told_end = end
    title = registry.kind(hand.row.rental.provider).title
    why = f"{paid.error_message} Nothing more could be paid at {title}: the machine ends at {end:%H:%M} UTC."
    details = {"rental_id": str(paid.rental_id), "ends_at": end.isoformat(), "code": paid.error_code}
    await moves.note(work, instance, "warning", why, who="provider", **details)
    told = PaidHoursEnd(
        owner_id=instance.owner_id, instance_id=instance.id, name=instance.name, why=why, ends_at=end, provider=title
    )
    await work.publish(told)


async def _put_off(hand: _Hand, seconds: float | None) -> None:
    async with hand.means.db.begin() as tx:
        paid = await store.hold(tx, hand.row.rental.id, hand.row.paid.epoch)
        if paid is not None:
            now = hand.means.clock.now()
            _let_go(paid, None if seconds is None else now + timedelta(seconds=seconds))


def _let_go(paid: FleetExtension, look_at: datetime | None) -> None:
    paid.claim = paid.claimed_until = None
    paid.look_at = look_at


def _forget(paid: FleetExtension, hours: int = 0) -> None:
    """What came of the call is known."""
    paid.asked_end = paid.asked_at = paid.asked_hours = None
    if hours:
        paid.bought_hours += hours
        paid.tries, paid.error_code, paid.error_message = 0, None, None


def _said(error: Exception) -> tuple[str, str]:
    if isinstance(error, ProviderError | Failure):
        return error.code, error.message
    if isinstance(error, TimeoutError):
        return "timeout", "The cloud did not answer in time."
    return "our_mistake", f"Something broke here ({type(error).__name__})."


async def _wait(means: Means) -> float:
    now = means.clock.now()
    async with means.db.looking() as tx:
        at = await store.next_look(tx)
    return LOOK_SECONDS if at is None else min(LOOK_SECONDS, max(0.0, (at - now).total_seconds()))
