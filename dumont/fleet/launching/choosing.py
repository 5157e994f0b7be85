"""Finds the machines for a race: out of the market's copy in memory, and checked once more in the transaction.

    found = await candidates(work, await market.view(), Wishes(wanted=..., user_id=..., taste=Taste(count=5)))

The copy leaves blacklisted machines out; the database is asked about each that is chosen, for the copy may be seconds
old, and knows nothing of what one account keeps away from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey, NotAMachine
from dumont.fleet.rentals import accounts
from dumont.fleet.rentals import offers as rows
from dumont.fleet.rules.choosing import Candidate, Taste, choose
from dumont.fleet.rules.costs import disk_hour
from dumont.fleet.rules.course import Machines
from dumont.fleet.rules.refusals import KNOWN_SECONDS
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import races
from dumont.market.following import View
from dumont.market.rules.query import Query
from dumont.market.search import query_of
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.port import Listed
from dumont.reliability import blacklist

LOOKED_AT = 200
"""Offers, the best first, that are chosen from."""
MACHINE_IMAGES = ("ami-",)
"""How the names of those begin that are no containers."""
FIELDS = tuple(Listed.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    wanted: Wanted
    user_id: UUID
    """With whose keys, and by whose blacklist."""
    taste: Taste
    over: Mapping[str, Any] = field(default_factory=dict)
    """Filters that hold instead of the user's: for a standby, which is another sort of machine."""
    type_word: str = ""
    """The cloud's name of a type of machine, which must be in that of the offer."""
    only: Machines | None = None
    """Of this kind alone; else at spot prices where they are wanted, and on demand where that finds nothing."""
    place: str | None = None
    """In this one alone."""
    at_most: Decimal | None = None
    """Dollars an hour, with the disk: what a budget leaves."""
    gone_too: bool = False
    """Also what is not to be had just now."""


@dataclass(frozen=True, slots=True)
class Choice:
    chosen: Sequence[Candidate]
    fitting: int
    """Offers that fit, at clouds where the user can rent."""
    passing: int = 0
    """Beside them those that a race of this house has just now: all but one are free again when it is over."""


@dataclass(frozen=True, slots=True)
class Within:
    """What a limit leaves."""

    found: Choice
    """Of those within it; where there is none, of all."""
    dearer: int
    cheapest: Decimal | None
    """An hour of the cheapest that is beyond it, where none is within it, and any fits."""


async def candidates(work: Work, view: View, wishes: Wishes) -> Choice:
    """Raises `Invalid` where the filters are none."""
    found = await _fitting(work, view, wishes)
    return replace(found, chosen=await _allowed(work, found.chosen, wishes))


async def fitting(work: Work, view: View, wishes: Wishes) -> Sequence[Candidate]:
    """All that nobody has, the best first; of those that were looked for they alone."""
    return (await _fitting(work, view, wishes)).chosen


async def _fitting(work: Work, view: View, wishes: Wishes) -> Choice:
    usable = await accounts.usable(work, wishes.user_id)
    most, disk_gb = wishes.at_most, wishes.wanted.disk_gb
    searched = _searched(work, view, wishes, usable)
    found = {each: _claim_key(each) for each in searched if most is None or hour_of(each, disk_gb) <= most}
    taken = await races.claimed(work.tx, [key for key in found.values() if key is not None])
    free = [each for each, key in found.items() if key not in taken]
    return Choice(free, len(free), sum(taken.values()))


async def within(work: Work, view: View, wishes: Wishes, most: Decimal) -> Within:
    """Of those that cost so much an hour at most. One search tells them from the others; where none of the first that
    are found does, a cheaper one may lie behind them, or be there on demand alone."""
    free = await fitting(work, view, wishes)
    hours = [hour_of(each, wishes.wanted.disk_gb) for each in free]
    dearer = [hour for hour in hours if hour > most]
    fair: Sequence[Candidate] = [each for each, hour in zip(free, hours, strict=True) if hour <= most]
    if free and not fair:
        fair = await fitting(work, view, replace(wishes, at_most=most))
    if chosen := await _allowed(work, fair, wishes):
        return Within(Choice(chosen, len(fair)), len(dearer), None)
    return Within(Choice(await _allowed(work, free, wishes), len(free)), len(dearer), min(dearer, default=None))


def taste_of(wanted: Wanted, count: int) -> Taste:
    """Of a race that nothing is known of but what is wanted."""
    return Taste(count=count, first=wanted.offer_id, spread=wanted.spread, hosts_count=hosts_count)


def hosts_count(provider: str) -> bool:
    """This computer is the host of all its machines."""
    return bool(registry.kind(provider).credentials)


def listed_of(candidate: Candidate) -> Listed:
    """As the adapter takes it: an offer of the market has all of its fields."""
    offer = candidate.offer
    known = {name: offer[name] for name in FIELDS if name in offer}
    prices = {name: None if offer.get(name) is None else Decimal(offer[name]) for name in rows.PRICES}
    share = offer.get("provider_reliability")
    return Listed(**{**known, **prices, "provider_reliability": share, "vram_gb": offer.get("vram_gb") or 0})


def _claim_key(candidate: Candidate) -> str | None:
    return rows.claim_key(registry.kind(candidate.provider), listed_of(candidate))


async def _allowed(work: Work, found: Sequence[Candidate], wishes: Wishes) -> list[Candidate]:
    """Whoever turns out to be blacklisted is passed over, and another one chosen."""
    without, good = set(wishes.taste.without), set[str]()
    refused = wishes.taste.refused | await _refused(work, wishes.taste.first)
    while True:
        chosen = choose(found, replace(wishes.taste, without=frozenset(without), refused=refused))
        asked = {each.machine for each in chosen} - good
        bad = {machine for machine in sorted(asked) if await _blocked(work, machine, wishes.user_id)}
        if not bad:
            return chosen
        good |= asked - bad
        without |= bad


async def _refused(work: Work, named: UUID | None) -> frozenset[tuple[UUID, bool]]:
    """Lately, to anybody. Whoever names an offer is not kept from it by what others heard."""
    found = await races.refused(work.tx, work.now - timedelta(seconds=KNOWN_SECONDS))
    return frozenset(each for each in found if each[0] != named)


async def _blocked(work: Work, machine: str, user_id: UUID) -> bool:
    try:
        key = MachineKey.parse(machine)
    except NotAMachine:
        return True
    return await blacklist.check(work, key, user_id=user_id) is not None


def _searched(work: Work, view: View, wishes: Wishes, usable: frozenset[str]) -> list[Candidate]:
    """At spot prices where they are wanted, and on demand where that finds nothing."""
    if wishes.only is not None:
        found = _of(work, view, wishes, usable, spot=wishes.only == "spot")
        return found if wishes.place is None else [each for each in found if each.place == wishes.place]
    found = _of(work, view, wishes, usable, spot=wishes.wanted.spot)
    if wishes.wanted.spot and not found:
        found = _of(work, view, wishes, usable, spot=False)
    return found


def _of(work: Work, view: View, wishes: Wishes, usable: frozenset[str], *, spot: bool) -> list[Candidate]:
    query = query_for(wishes, usable, spot=spot)
    if query.providers is not None and not query.providers:
        return []
    found = view.shelf.find(query, work.now, stale_seconds=view.stale_seconds)
    shown = view.shelf.offers(found.rows, work.now, query, stale_seconds=view.stale_seconds)
    expected, losses = view.shelf.expected(found.rows), view.shelf.interruptions(found.rows)
    return [
        Candidate(offer, spot, *known, lost)
        for offer, known, lost in zip(shown, expected, losses, strict=True)
        if wishes.type_word in offer["provider_offer_id"] and _has_room(offer, wishes.wanted.disk_gb)
    ]


def hour_of(candidate: Candidate, disk_gb: float) -> Decimal:
    """With its disk."""
    return candidate.price_hour + disk_hour(candidate.provider, listed_of(candidate).storage_price_gb_month, disk_gb)


def _has_room(offer: Mapping[str, Any], disk_gb: float) -> bool:
    """A cloud that tells of no disk makes one of the size that is ordered."""
    return offer["disk_gb"] is None or offer["disk_gb"] >= disk_gb


def starting(wishes: Wishes, providers: frozenset[str]) -> frozenset[str]:
    """Those of them that start the image that was asked for; a standby holds files, and needs none."""
    image = wishes.wanted.image
    if not image or wishes.over:
        return providers
    whole = image.startswith(MACHINE_IMAGES)
    kinds = {name: registry.kind(name).can for name in providers & frozenset(registry.NAMES)}
    return frozenset(name for name, can in kinds.items() if (can.machine_images if whole else can.images))


def query_for(wishes: Wishes, usable: frozenset[str], *, spot: bool) -> Query:
    wanted = wishes.wanted
    given = {**wanted.filters, **wishes.over, "sort": "effective_price", "limit": LOOKED_AT, "spot": spot or None}
    given["disk_gb"] = wanted.disk_gb
    for name in ("cursor", "include_blacklisted", "available_only"):
        given.pop(name, None)
    query = query_of(given)
    asked = query.providers
    highest = [price for price in (query.max_price, wanted.max_price_hour, wishes.at_most) if price is not None]
    if query.unknown_models:
        raise Invalid.field("filters.model", f"no GPU is called {', '.join(query.unknown_models)}")
    rentable = usable if asked is None else asked & usable
    return replace(
        query,
        providers=starting(wishes, rentable),
        max_price=min(highest, default=None),
        spot=spot,
        available_only=not wishes.gone_too,
    )
