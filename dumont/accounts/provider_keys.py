"""Credentials of providers: sealed at rest, each to its own place, and never shown again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dumont.accounts import audit
from dumont.accounts.store import provider_keys as store
from dumont.accounts.tables import ProviderKey
from dumont.basics.errors import NotFound
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

ENDING_FROM = 12
"""Of a shorter secret four characters would be too much to show."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What may be shown of them: `…` and the last characters of each field."""

    provider: str
    fields: dict[str, str]
    updated_at: datetime


async def mine(work: Work) -> list[Credentials]:
    return _grouped(await store.of_user(work.tx, work.caller.me))


async def put(work: Work, vault: Vault, provider: str, fields: Mapping[str, str]) -> Credentials:
    """Replaces all that was kept for this provider."""
    rows = [_sealed(work, vault, (provider, field), secret) for field, secret in sorted(fields.items())]
    await store.replace(work.tx, work.caller.me, provider, rows)
    details = {"fields": sorted(fields)}
    await audit.record(
        work, "provider_key.set", ("provider_key", provider), f"Set the keys of {provider}", details=details
    )
    return _grouped(rows)[0]


async def remove(work: Work, provider: str) -> None:
    if not await store.remove(work.tx, work.caller.me, provider):
        raise NotFound(f"There are no keys of {provider}.")
    await audit.record(work, "provider_key.removed", ("provider_key", provider), f"Removed the keys of {provider}")


async def reveal(tx: Tx, vault: Vault, user_id: UUID, provider: str) -> dict[str, str]:
    """The secrets themselves, for the job that speaks with the provider; empty if there are none."""
    rows = await store.of_user(tx, user_id, provider)
    return {row.field: vault.open(row.sealed, _place(user_id, provider, row.field)) for row in rows}


async def providers_of(tx: Tx, user_id: UUID) -> frozenset[str]:
    """Those that he has any keys of; nothing is opened for it."""
    return frozenset(row.provider for row in await store.of_user(tx, user_id))


async def of_an_admin(tx: Tx, vault: Vault, provider: str) -> dict[str, str]:
    """The secrets that the house itself uses: those that an administrator has set last; empty if none has."""
    admin = await store.newest_admin(tx, provider)
    return await reveal(tx, vault, admin, provider) if admin else {}


async def fields_of_admins(tx: Tx) -> dict[str, frozenset[str]]:
    """Which fields the house has, by provider; nothing is opened for it."""
    rows = await store.of_admins(tx)
    newest = {provider: admin for provider, admin, _ in reversed(rows)}
    return {
        provider: frozenset(field for name, owner, field in rows if (name, owner) == (provider, admin))
        for provider, admin in newest.items()
    }


async def reseal(tx: Tx, vault: Vault) -> int:
    """Seals with the newest key what an older one sealed; how many there were."""
    resealed = 0
    for row in await store.all_of_them(tx):
        if not vault.is_newest(row.sealed):
            place = _place(row.user_id, row.provider, row.field)
            await store.reseal(tx, row, vault.seal(vault.open(row.sealed, place), place))
            resealed += 1
    return resealed


def _sealed(work: Work, vault: Vault, where: tuple[str, str], secret: str) -> ProviderKey:
    provider, field = where
    return ProviderKey(
        user_id=work.caller.me,
        provider=provider,
        field=field,
        sealed=vault.seal(secret, _place(work.caller.me, provider, field)),
        ending=secret[-4:] if len(secret) >= ENDING_FROM else "",
        updated_at=work.now,
    )


def _grouped(rows: list[ProviderKey]) -> list[Credentials]:
    providers = dict.fromkeys(row.provider for row in rows)
    return [_shown(provider, [row for row in rows if row.provider == provider]) for provider in providers]


def _shown(provider: str, rows: list[ProviderKey]) -> Credentials:
    fields = {row.field: f"…{row.ending}" for row in rows}
    return Credentials(provider, fields, max(row.updated_at for row in rows))


def _place(user_id: UUID, provider: str, field: str) -> str:
    return f"provider_keys:{user_id}:{provider}:{field}"
