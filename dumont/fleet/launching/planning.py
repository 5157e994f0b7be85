"""Plans a launch: which machines would race for it, what that would cost, and what to know before one relies on it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont.basics.errors import Conflict, Invalid
from dumont.fleet.launching import cautions, choosing, places, second
from dumont.fleet.launching.cautions import Caution
from dumont.fleet.launching.choosing import Choice, Wishes
from dumont.fleet.launching.second import Second
from dumont.fleet.money import budgets
from dumont.fleet.money.budgets import OverBudget
from dumont.fleet.rules import choosing as rules
from dumont.fleet.rules import prices as money
from dumont.fleet.rules.costs import disk_hour, least
from dumont.fleet.rules.course import Course, Machines
from dumont.fleet.rules.doubts import doubts
from dumont.fleet.rules.expectation import Expected, expected
from dumont.fleet.rules.places import Aim, Way, situation
from dumont.fleet.rules.prices import Entrant, Prices, RaceCost
from dumont.fleet.rules.recovery import decide
from dumont.fleet.rules.wanted import Wanted
from dumont.market import mine
from dumont.market.following import Market, View
from dumont.market.mine import Mine
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.reliability import boots
from dumont.reliability.boots import Boots
from dumont.reliability.wishes import WishesMemory


class NothingFits(Conflict):
    code = "nothing_fits"


@dataclass(frozen=True, slots=True)
class Means:
    """What does I/O beside the work's own transaction."""

    market: Market
    vault: Vault
    wishes: WishesMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    offer_id: UUID
    round: int
    provider: str
    machine_id: str
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    region: str | None
    spot: bool
    price_hour: Decimal
    least_cost: Decimal | None
    """Paid in any case; None where only what was used is."""
    effective_price_hour: Decimal | None
    reliability_score: float | None
    boot_seconds_p50: float | None
    boot_seconds_p95: float | None
    boots: int
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    name: str
    wanted: Wanted
    """As it will be kept: with what the caller always wants of machines."""
    candidates: Sequence[Candidate]
    machines: int
    rounds: int
    round_seconds: float
    fitting: int
    race: RaceCost | None
    prices: Prices | None
    standby: Second | None
    course: Expected | None
    """With a deadline."""
    warnings: Sequence[Caution]
    stopped: Conflict | OverBudget | None
    as_of: datetime

    @property
    def can_launch(self) -> bool:
        return self.stopped is None


@dataclass(frozen=True, slots=True)
class _Race:
    machines: int
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Course:
    """What work with a deadline begins with; one that waits is sure of on demand alone."""

    only: Machines | None = None
    place: str | None = None
    expected: Expected | None = None
    cautions: Sequence[Caution] = ()


@dataclass(frozen=True, slots=True)
class _Fits:
    found: Choice
    over: OverBudget | None = None
    cautions: Sequence[Caution] = ()


async def plan(work: Work, means: Means, owner_id: UUID, wanted: Wanted, *, name: str, drawn: bool = True) -> Plan:
    """Raises `Invalid` where the filters are none, or the offer is not there. What to expect of work with a
    deadline, and of a second machine, is only told if it is `drawn`."""
    own = await mine.of(means.wishes, work.caller.me, has_account=True)
    wanted = _careful(wanted, own)
    race, view = _race(work, wanted), await means.market.view()
    _check_offer(view, wanted.offer_id)
    _check_clouds(wanted)
    wishes = Wishes(wanted=wanted, user_id=work.caller.me, taste=choosing.taste_of(wanted, race.machines * race.rounds))
    course = await _course(work, view, wishes, drawn=drawn)
    fits = await _fitting(work, view, owner_id, replace(wishes, only=course.only, place=course.place))
    found = fits.found
    known = await boots.of(work.tx, [each.machine for each in found.chosen])
    entrants = [_entrant(each, wanted, known.get(each.machine, Boots())) for each in found.chosen]
    prices = money.prices(entrants, work.settings.snapshots_price_gb_month, _snapshot_gb(wanted))
    unsaved = await cautions.of_saving(work, owner_id, wanted)
    said = await cautions.of(work, view, wishes, found, own=own, machines=race.machines)
    return Plan(
        name=name,
        wanted=wanted,
        candidates=_shown(found, entrants, race, known),
        machines=race.machines,
        rounds=race.rounds,
        round_seconds=race.seconds,
        fitting=found.fitting,
        race=money.race_cost(entrants, race.machines, race.seconds),
        prices=prices,
        standby=await second.planned(work, view, owner_id, wanted) if drawn else None,
        course=course.expected,
        warnings=[*unsaved, *course.cautions, *fits.cautions, *said],
        stopped=fits.over or await _stopped(work, owner_id, prices, said),
        as_of=work.now,
    )


async def _course(work: Work, view: View, wishes: Wishes, *, drawn: bool) -> _Course:
    """Lives are drawn in a thread: it takes a fifth of a second."""
    wanted = wishes.wanted
    if wanted.deadline is None or wanted.work_hours is None or not wanted.spot:
        return _Course()
    try:
        known = await places.known(work, view, wishes)
    except Invalid:  # which is told, by the right names, where machines are looked for
        return _Course()
    asked = situation(known, Course(), Aim(wanted.work_hours, wanted.deadline), Way(), work.now)
    found = decide(asked)
    only: Machines = "spot" if found.action == "spot" else "on_demand"
    lives = await asyncio.to_thread(expected, asked) if drawn else None
    return _Course(only, found.place, lives, list(cautions.of_the_course(known, asked)))


def refuse_hopeless(made: Plan) -> None:
    if made.stopped is not None:
        raise made.stopped


async def _fitting(work: Work, view: View, owner_id: UUID, wishes: Wishes) -> _Fits:
    """What is wrong with the filters is told by the name that they have here."""
    try:
        return await _affordable(work, view, owner_id, wishes)
    except Invalid as error:
        faults = [(each.field.removeprefix("filters."), each.message) for each in error.faults]
        raise cautions.misread(faults, error) from None


async def _affordable(work: Work, view: View, owner_id: UUID, wishes: Wishes) -> _Fits:
    """Machines within what the budget of an hour leaves; where none is, those that there would be, and why not. Whoever
    names one of them wants that one."""
    left = await budgets.left(work, owner_id)
    if left is None or wishes.wanted.offer_id is not None:
        return _Fits(await choosing.candidates(work, view, wishes))
    fits = await choosing.within(work, view, wishes, left.hour)
    if fits.cheapest is not None:
        return _Fits(fits.found, left.refusal(fits.cheapest))
    return _Fits(fits.found, cautions=[cautions.beyond_the_budget(fits.dearer, left.hour)] if fits.dearer else [])


def _careful(wanted: Wanted, own: Mine) -> Wanted:
    """Where nothing is said of scores, the caller's own threshold holds, as it does in a search."""
    least = own.usual.get("min_score")
    if least is None or "min_score" in wanted.filters:
        return wanted
    return wanted.model_copy(update={"filters": {**wanted.filters, "min_score": least}})


def _race(work: Work, wanted: Wanted) -> _Race:
    asked, settings = wanted.race, work.settings
    return _Race(
        asked.machines or settings.fleet_race_machines,
        asked.rounds or settings.fleet_race_rounds,
        asked.seconds or settings.fleet_race_seconds,
    )


def _check_offer(view: View, offer_id: UUID | None) -> None:
    if offer_id is not None and view.shelf.row_of(offer_id) is None:
        raise Invalid.field("offer_id", "is no offer, or has gone", hint="Search again, or leave it out.")


def _check_clouds(wanted: Wanted) -> None:
    """One that is misspelt would else be none that has anything."""
    said = wanted.filters.get("provider") or ()
    strange = [name for name in ([said] if isinstance(said, str) else said) if name not in registry.NAMES]
    if strange:
        words = f"{', '.join(strange)} {'is' if len(strange) == 1 else 'are'} none of ours"
        raise Invalid.field("filters.provider", words, hint=f"There are {', '.join(registry.NAMES)}.")


def _entrant(each: rules.Candidate, wanted: Wanted, known: Boots) -> Entrant:
    disk = disk_hour(each.provider, choosing.listed_of(each).storage_price_gb_month, wanted.disk_gb)
    boot = each.boot_seconds if each.boot_seconds is not None else known.p50_seconds
    ahead = least(each.provider, each.price_hour)
    return Entrant(each.price_hour, disk, boot, each.failure_rate, known.p95_seconds, ahead)


def _shown(found: Choice, entrants: Sequence[Entrant], race: _Race, known: Mapping[str, Boots]) -> list[Candidate]:
    return [
        _candidate(each, entrant, place, race=race, known=known.get(each.machine, Boots()))
        for place, (each, entrant) in enumerate(zip(found.chosen, entrants, strict=True))
    ]


def _candidate(each: rules.Candidate, entrant: Entrant, place: int, *, race: _Race, known: Boots) -> Candidate:
    offer = each.offer
    effective = offer.get("effective_price_hour")
    return Candidate(
        offer_id=each.id,
        round=1 + place // race.machines,
        provider=each.provider,
        machine_id=offer["machine_id"],
        gpu_name=offer["gpu_name"],
        gpu_count=offer["gpu_count"],
        vram_gb=offer["vram_gb"],
        region=offer["region"],
        spot=each.spot,
        price_hour=entrant.hour,
        least_cost=entrant.least or None,
        effective_price_hour=None if effective is None else Decimal(effective),
        reliability_score=offer["reliability_score"],
        boot_seconds_p50=known.p50_seconds,
        boot_seconds_p95=known.p95_seconds,
        boots=known.count,
        doubts=doubts(
            offer,
            spot=each.spot,
            notice_seconds=registry.kind(each.provider).can.loss_notice_seconds,
            slow_boot=known.p95_seconds,
            round_seconds=race.seconds,
            least=entrant.least,
        ),
    )


def _snapshot_gb(wanted: Wanted) -> Decimal | None:
    said = wanted.filters.get("snapshot_gb")
    return None if said is None else Decimal(str(said))


async def _stopped(
    work: Work, owner_id: UUID, prices: Prices | None, said: Sequence[Caution]
) -> Conflict | OverBudget | None:
    if prices is None:
        why = " ".join(each.message for each in said if each.code in cautions.LEFT_OUT)
        hints = [each.hint for each in said if each.code in cautions.LEFT_OUT and each.hint]
        hint = hints[0] if hints else "Widen the filters, or allow a higher price."
        return NothingFits(f"No machine fits. {why}".strip(), hint=hint)
    try:
        await budgets.refuse_unaffordable(work, owner_id, prices.hour)
    except OverBudget as over:
        return over
    return None
