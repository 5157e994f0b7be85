"""The accounts at clouds with which machines are rented: whose they are, and how one is opened.

The fleet keeps its own sealed copy of the credentials, so that a machine can be ended after its owner took a key away.
"""

from collections.abc import Mapping
from uuid import UUID

import orjson

from dumont import accounts
from dumont.accounts import people
from dumont.accounts.rules.roles import AccountRole
from dumont.basics import ids
from dumont.basics.errors import Invalid, NotAllowed, NotFound
from dumont.fleet.means import Means
from dumont.fleet.store import accounts as store
from dumont.fleet.tables import FleetAccount
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.opening import account_of
from dumont.providers.port import Adapter, Kind

STAFF: tuple[AccountRole, ...] = ("operator", "admin")


class NoKey(Invalid):
    code = "no_provider_key"


class HouseClosed(NotAllowed):
    code = "house_account_closed"


async def ensure(work: Work, vault: Vault, provider: str, user_id: UUID | None = None) -> FleetAccount:
    """The account of this user (of the caller, if none is named) at this cloud; else the house's, if he may use it.

    Raises `NoKey` or `HouseClosed`, which say the way out.
    """
    whose = user_id or work.caller.me
    kind = registry.kind(provider)
    _demand_usable(kind)
    own = await accounts.provider_keys.reveal(work.tx, vault, whose, provider)
    if own and not _missing(kind, own):
        return await _kept(work, vault, provider, whose, credentials=own)
    house = await _of_house(work, vault, kind)
    if house is None or not await may_use_house(work, whose):
        raise _shut(kind, of_house=house is not None)
    return await _kept(work, vault, provider, None, credentials=house)


async def demand(work: Work, provider: str, user_id: UUID | None = None) -> None:
    """Raises what `ensure` would, where it would find none; nothing is made or opened."""
    kind = registry.kind(provider)
    _demand_usable(kind)
    if provider not in await usable(work, user_id):
        raise _shut(kind, of_house=provider in await _at_house(work))


async def usable(work: Work, user_id: UUID | None = None) -> frozenset[str]:
    """The clouds at which `ensure` would find an account for this user."""
    whose = user_id or work.caller.me
    own = await accounts.provider_keys.providers_of(work.tx, whose)
    house = await _at_house(work) if await may_use_house(work, whose) else frozenset()
    can = [name for name in registry.NAMES if registry.kind(name).why_not is None]
    return frozenset(name for name in can if name in own or name in house)


async def may_use_house(work: Work, user_id: UUID) -> bool:
    if work.settings.fleet_house_accounts == "everyone":
        return True
    if work.caller.user_id == user_id:
        return work.caller.role in STAFF
    try:
        person = await people.one(work, user_id)
    except NotFound:
        return False
    return person.role in STAFF and not person.disabled


async def still_given(work: Work, vault: Vault, account: FleetAccount) -> bool:
    """Whether its owner still has the credentials that the fleet has copied."""
    return account_of(account.provider, await _given(work, vault, account)) == account.fingerprint


async def follow(work: Work, vault: Vault, account: FleetAccount) -> None:
    """Its key is refused: if its owner has another one by now, that is listed with, too, and takes over the machines
    that it finds, so that they can be ended."""
    given = await _given(work, vault, account)
    other = account_of(account.provider, given) != account.fingerprint
    if other and not _missing(registry.kind(account.provider), given):
        await _kept(work, vault, account.provider, account.user_id, credentials=given)


def open(means: Means, account: FleetAccount) -> Adapter:  # noqa: A001 - as one says it: accounts.open
    """Raises what `providers.opening` raises, and `Unavailable` where the copy does not open."""
    text = means.vault.open(account.sealed, place(account.id))
    return means.clouds.open(account.provider, orjson.loads(text)).adapter


def _demand_usable(kind: Kind) -> None:
    if (why := kind.why_not) is not None:
        raise Invalid.field("provider", why)


def _shut(kind: Kind, *, of_house: bool) -> NoKey | HouseClosed:
    if not of_house:
        return NoKey(f"There is no key for {kind.title}.", hint="Add one under Account > Provider keys.")
    return HouseClosed(
        f"Only operators may rent with the house's account at {kind.title}.",
        hint="Add a key of your own under Account > Provider keys.",
    )


def _missing(kind: Kind, credentials: Mapping[str, str]) -> list[str]:
    return [given.name for given in kind.credentials if not given.optional and not credentials.get(given.name)]


async def _given(work: Work, vault: Vault, account: FleetAccount) -> Mapping[str, str]:
    if account.user_id is None:
        return await _of_house(work, vault, registry.kind(account.provider)) or {}
    return await accounts.provider_keys.reveal(work.tx, vault, account.user_id, account.provider)


async def _of_house(work: Work, vault: Vault, kind: Kind) -> Mapping[str, str] | None:
    found = work.settings.keys_of(kind.name) or await accounts.provider_keys.of_an_admin(work.tx, vault, kind.name)
    return None if _missing(kind, found) else found


async def _at_house(work: Work) -> frozenset[str]:
    fields = await accounts.provider_keys.fields_of_admins(work.tx)
    return frozenset(name for name in registry.NAMES if _house_has(work.settings, name, fields.get(name, frozenset())))


def _house_has(settings: Settings, name: str, fields: frozenset[str]) -> bool:
    given = settings.keys_of(name) or dict.fromkeys(fields, "set")
    return not _missing(registry.kind(name), given)


async def _kept(
    work: Work, vault: Vault, provider: str, user_id: UUID | None, *, credentials: Mapping[str, str]
) -> FleetAccount:
    fresh = ids.new(work.now, work.random)
    account = FleetAccount(
        id=fresh,
        provider=provider,
        user_id=user_id,
        sealed=sealed(vault, fresh, credentials),
        fingerprint=account_of(provider, credentials),
        created_at=work.now,
        list_at=work.now,
    )
    found = await store.put(work.tx, account)
    if not found.sealed:
        text = sealed(vault, found.id, credentials)
        await store.remember(work.tx, found.id, text, work.now)
        found.sealed = text
    return found


def sealed(vault: Vault, account_id: UUID, credentials: Mapping[str, str]) -> str:
    return vault.seal(orjson.dumps(dict(credentials)).decode(), place(account_id))


def place(account_id: UUID) -> str:
    return f"fleet_accounts:{account_id}"
