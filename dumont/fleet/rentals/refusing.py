"""Tells owners, once, that a cloud refuses the key with which machines of theirs run there; and that it is over."""

from collections import defaultdict
from uuid import UUID

from dumont.fleet.events import KeyRefused
from dumont.fleet.instances import moves
from dumont.fleet.store import accounts as store
from dumont.fleet.store import events
from dumont.fleet.store.accounts import Outcome
from dumont.fleet.tables import FleetAccount, FleetInstance
from dumont.platform.work import Work
from dumont.providers import registry

REFUSED, TAKEN = "key_refused", "key_taken"
CODE = "bad_credentials"


async def tell(work: Work, account: FleetAccount, outcome: Outcome) -> None:
    """`account` as it was before this list. Not at the first refusal: a new key may be there already, which takes the
    machines over, and a cloud may have a bad moment."""
    if outcome.error_code == CODE and account.error_code == CODE:
        await _refused(work, account)
    elif outcome.error_code is None and (account.error_code or account.listed_at is None or outcome.rehomed):
        await _taken(work, account)


async def _refused(work: Work, account: FleetAccount) -> None:
    title, whose = registry.kind(account.provider).title, "the house's" if account.user_id is None else "its owner's"
    said = f"{title} refuses {whose} key: the machine there can't be ended, and costs on, until there is a new one."
    names: dict[UUID, list[str]] = defaultdict(list)
    for instance in await store.instances_at(work.tx, account.id):
        if not await _is_told(work, instance, account):
            names[instance.owner_id].append(instance.name)
            await moves.note(work, instance, "warning", said, code=REFUSED, provider=account.provider)
    for owner_id, mine in names.items():
        told = {"provider": account.provider, "of_house": account.user_id is None, "names": sorted(mine)}
        await work.publish(KeyRefused(owner_id=owner_id, **told))


async def _taken(work: Work, account: FleetAccount) -> None:
    said = f"{registry.kind(account.provider).title} takes the key again."
    for instance in await store.instances_at(work.tx, account.id):
        if await _is_told(work, instance, account):
            await moves.note(work, instance, "rental", said, code=TAKEN, provider=account.provider)


async def _is_told(work: Work, instance: FleetInstance, account: FleetAccount) -> bool:
    codes = (REFUSED, TAKEN)
    return await events.last_of(work.tx, instance.id, codes, provider=account.provider) == REFUSED
