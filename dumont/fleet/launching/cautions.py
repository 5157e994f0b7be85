"""What to know before a launch: what was left out and why, and what will not work as one might expect."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont.basics.errors import FieldFault, Invalid
from dumont.fleet.launching.choosing import Choice, Wishes, query_for, starting
from dumont.fleet.rentals import accounts
from dumont.fleet.rules.answers import SEALED
from dumont.fleet.rules.places import Known
from dumont.fleet.rules.recovery import Situation
from dumont.fleet.rules.wanted import Wanted
from dumont.market.following import View
from dumont.market.mine import Mine
from dumont.market.rules.query import Query
from dumont.market.search import query_of
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.snapshots import on_behalf

LEFT_OUT = frozenset({"blacklisted_left_out", "below_threshold", "no_key", "unknown_provider"})
"""Those that say why there is less to choose from."""
ON_THIS_COMPUTER = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    code: str
    message: str
    hint: str | None = None
    count: int | None = None


async def of(work: Work, view: View, wishes: Wishes, found: Choice, *, own: Mine, machines: int) -> list[Caution]:
    usable = await accounts.usable(work, wishes.user_id)
    said = [each async for each in _left_out(work, view, wishes, usable, own=own)]
    return said + list(_of_the_race(work, wishes, found, machines))


async def of_saving(work: Work, owner_id: UUID, wanted: Wanted) -> list[Caution]:
    """First of all: what can't be saved never sleeps, and costs for as long as it is there."""
    if wanted.restic is not None or not await on_behalf.encrypted(work.tx, [owner_id]):
        return []
    return [Caution(code=SEALED.code, message=SEALED.message, hint=SEALED.hint)]


def of_the_end(until_at: datetime | None, action: str) -> Iterator[Caution]:
    """One may be said later, so this is no mistake yet."""
    if until_at is None and action == "destroy":
        message = "It is to be destroyed at its end, and has no end: nothing destroys it, and idle it sleeps at most."
        yield Caution(code="no_end", message=message, hint="Say when it ends as well.")


def of_the_course(known: Known, asked: Situation) -> Iterator[Caution]:
    """Of work with a deadline: whether it can be kept at all."""
    if known.on_demand_hour is None:
        message = "No machine on demand fits: when spot fails, nothing keeps the deadline."
        yield Caution(code="no_on_demand", message=message, hint="Widen the filters, or allow a higher price.")
    if asked.free_hours < 0:
        message = "The deadline leaves no time to get a machine: the work may be done some minutes after it."
        yield Caution(code="deadline_near", message=message, hint="Choose a later one.")


def beyond_the_budget(count: int, left: Decimal) -> Caution:
    message = f"{_offers(count)} left out: the budget leaves ${left:.4f} an hour."
    hint = "Raise the budget under Savings to race for those as well."
    return Caution(code="beyond_budget", message=message, hint=hint, count=count)


def misread(faults: Iterable[tuple[str, str]], error: Invalid) -> Invalid:
    """The same, by the names that filters have in a launch."""
    named = [FieldFault(f"filters.{field}", message) for field, message in faults]
    words = "; ".join(f"{fault.field}: {fault.message}" for fault in named) or error.message
    hint = error.hint or "Filters are those of GET /offers: try them there."
    return Invalid(words, code=error.code, hint=hint, faults=named)


async def _left_out(
    work: Work, view: View, wishes: Wishes, usable: frozenset[str], *, own: Mine
) -> AsyncIterator[Caution]:
    spot = wishes.wanted.spot
    query = own.narrowed(query_for(wishes, usable, spot=spot))
    if query.providers:
        hidden = view.shelf.find(query, work.now, stale_seconds=view.stale_seconds).hidden
        if hidden.blacklisted:
            message = f"{_offers(hidden.blacklisted)} left out: their machines are blacklisted."
            yield Caution(code="blacklisted_left_out", message=message, count=hidden.blacklisted)
        if hidden.below_threshold:
            message = f"{_offers(hidden.below_threshold)} left out: their machines score below {query.min_score:g}."
            hint = "Your threshold is set under Market; in the API, filters.min_score sets another for one launch."
            yield Caution(code="below_threshold", message=message, hint=hint, count=hidden.below_threshold)
    for provider, count in _without_images(work, view, wishes, usable).most_common():
        message = f"{_offers(count)} left out: {registry.kind(provider).title} does not start this image."
        hint = "Leave the image out to have the whole machine, and start containers there with Docker."
        yield Caution(code="no_images", message=message, hint=hint, count=count)
    for why in _refused(wishes):
        yield Caution(code="not_rentable", message=why, hint="Rent elsewhere.")
    query = query_for(wishes, frozenset(registry.NAMES), spot=spot)
    without = _fitting(work, view, query, (query.providers or frozenset()) - usable)
    for provider, count in without.most_common():
        title = registry.kind(provider).title
        hint = f"Add a key for {title} under Account > Provider keys."
        message = f"{_offers(count)} left out: there is no key for {title}."
        yield Caution(code="no_key", message=message, hint=hint, count=count)


def _refused(wishes: Wishes) -> list[str]:
    """Why nothing can be rented where somebody asked for it by name."""
    named = query_of(wishes.wanted.filters).providers or frozenset()
    reasons = {name: registry.kind(name).why_not for name in sorted(named & frozenset(registry.NAMES))}
    return [why for why in reasons.values() if why is not None]


def _without_images(work: Work, view: View, wishes: Wishes, usable: frozenset[str]) -> Counter[str]:
    """Where what was asked for is whole machines, and an image is not started."""
    plain = replace(wishes, wanted=wishes.wanted.model_copy(update={"image": ""}))
    query = query_for(plain, usable, spot=wishes.wanted.spot)
    return _fitting(work, view, query, (query.providers or frozenset()) - starting(wishes, usable))


def _fitting(work: Work, view: View, query: Query, providers: frozenset[str]) -> Counter[str]:
    """How many offers fit at each of these, where anything can be rented."""
    found: Counter[str] = Counter()
    for provider in sorted(providers):
        if provider not in registry.NAMES or registry.kind(provider).why_not is not None:
            continue
        one = replace(query, providers=frozenset({provider}), limit=1)
        total = view.shelf.find(one, work.now, stale_seconds=view.stale_seconds).total
        if total:
            found[provider] = total
    return found


def _of_the_race(work: Work, wishes: Wishes, found: Choice, machines: int) -> Iterator[Caution]:
    wanted, chosen = wishes.wanted, found.chosen
    if wanted.offer_id is not None and chosen and chosen[0].id != wanted.offer_id:
        message = "The offer that you chose can't race: it is taken, does not fit the filters, or has no such price."
        yield Caution(code="offer_left_out", message=message, hint="Others take its place.")
    if 0 < len(chosen) < machines:
        message = f"Only {len(chosen)} of {machines} machines can race at once."
        yield Caution(code="few_machines", message=message, hint="Wider filters make it quicker.", count=len(chosen))
    if wanted.spot and wanted.deadline is None and chosen and not any(each.spot for each in chosen):
        yield Caution(code="no_spot", message="Nothing fits at a spot price: these are on demand.")
    if not wanted.ssh_keys:
        message = "No SSH key was given: nobody can log in."
        yield Caution(code="no_ssh_key", message=message, hint="Give a public key, as in ~/.ssh/id_ed25519.pub.")
    elsewhere = {each.provider for each in chosen} - {ON_THIS_COMPUTER}
    if elsewhere and not work.settings.public_url:
        message = "This server has no public address: machines elsewhere can't call home."
        hint = "Set DUMONT_PUBLIC_URL to the address under which machines reach it."
        yield Caution(code="no_public_address", message=message, hint=hint, count=len(elsewhere))


def _offers(count: int) -> str:
    return "1 offer is" if count == 1 else f"{count} offers are"
