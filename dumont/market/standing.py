"""Tells how each cloud stands: whether it can be read, how old what is known is, and for operators what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from dumont import accounts
from dumont.basics.errors import Conflict, NotFound
from dumont.market.clouds import account_at, why_not
from dumont.market.events import ProviderUnfrozen
from dumont.market.store import clouds as store
from dumont.market.store.clouds import Cloud
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.freezing import Freeze, Freezes
from dumont.providers.opening import Clouds, account_of
from dumont.providers.port import Capabilities, Kind

OPERATE = "providers:sync"


class UnknownProvider(NotFound):
    code = "unknown_provider"


class ProviderUnusable(Conflict):
    code = "provider_unusable"


@dataclass(frozen=True, slots=True)
class Means:
    """What does I/O beside the work's own transaction."""

    vault: Vault
    clouds: Clouds
    freezes: Freezes


def known(name: str) -> Kind:
    if name not in registry.NAMES:
        raise UnknownProvider(f"There is no cloud {name}.", hint=f"There are: {', '.join(registry.NAMES)}.")
    return registry.kind(name)


async def usable(work: Work, vault: Vault, kind: Kind) -> Kind:
    """The kind, if its offers can be read."""
    account = await account_at(kind, work.tx, vault, work.settings)
    if account.why_not is not None:
        hint = None if kind.disabled else f"Store a key: {kind.where}." if kind.where else "Store a key."
        raise ProviderUnusable(account.why_not, hint=hint)
    return kind


async def all_of_them(work: Work, means: Means) -> list[dict[str, Any]]:
    """Operators see more. Secrets are opened for them only, to tell by which account limits are counted."""
    rows = await store.all_of_them(work.tx)
    stored = await accounts.provider_keys.fields_of_admins(work.tx)
    found = [_told(kind, rows.get(name), _fields(work, kind, stored), work) for name, kind in registry.kinds().items()]
    if work.caller.may(OPERATE):
        frozen = {freeze.provider: freeze for freeze in await means.freezes.all_of_them()}
        for each in found:
            name = each["name"]
            waits = await _waits(work, means, registry.kind(name)) if each["configured"] else {}
            each["standing"] = _standing(rows.get(name), frozen.get(name), waits)
    return found


async def unfreeze(work: Work, freezes: Freezes, name: str) -> bool:
    """Whether it was frozen."""
    kind = known(name)
    was_frozen = await freezes.unfreeze(kind.name)
    if was_frozen:
        await work.publish(ProviderUnfrozen(provider=kind.name))
        summary = f"Let machines at {kind.title} be ended again"
        await accounts.audit.record(work, "provider.unfrozen", ("provider", kind.name), summary)
    return was_frozen


def _fields(work: Work, kind: Kind, stored: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """Those that there are, each with some value."""
    return work.settings.keys_of(kind.name) or dict.fromkeys(stored.get(kind.name, ()), "stored")


def _told(kind: Kind, row: Cloud | None, credentials: Mapping[str, str], work: Work) -> dict[str, Any]:
    reason = why_not(kind, credentials)
    age = _age(row, work.now)
    return {
        "name": kind.name,
        "title": kind.title,
        "site": kind.site,
        "disabled": kind.disabled,
        "configured": reason is None,
        "why_not": reason,
        "can": _abilities(kind.can),
        "cannot": dict(kind.can.why_not),
        "credentials": [
            {name: getattr(given, name) for name in ("name", "title", "secret", "optional", "hint")}
            for given in kind.credentials
        ],
        "where": kind.where,
        "offers": row.offers if row else 0,
        "last_sync_at": row.last_finished_at if row else None,
        "last_complete_at": row.last_complete_at if row else None,
        "age_seconds": age,
        "stale": age is None or age > work.settings.market_stale_seconds,
        "error_code": row.last_error_code if row else None,
        "standing": None,
    }


def _standing(row: Cloud | None, freeze: Freeze | None, waits: Mapping[str, float]) -> dict[str, Any]:
    return {
        "error": row.last_error if row else None,
        "error_at": row.last_error_at if row else None,
        "failures": row.failures if row else 0,
        "next_at": row.next_at if row else None,
        "frozen_reason": freeze.reason if freeze else None,
        "frozen_at": freeze.since if freeze else None,
        "waits": dict(waits),
        "report": row.last_report if row else None,
    }


async def _waits(work: Work, means: Means, kind: Kind) -> Mapping[str, float]:
    account = await account_at(kind, work.tx, means.vault, work.settings)
    return await means.clouds.limiter.state(account_of(kind.name, account.credentials))


def _abilities(can: Capabilities) -> dict[str, bool]:
    """What is a number where there is one, such as the seconds of a notice, counts as yes."""
    return {field.name: bool(getattr(can, field.name)) for field in fields(can) if field.name != "why_not"}


def _age(row: Cloud | None, now: datetime) -> float | None:
    return round(max(0.0, (now - row.seen_at).total_seconds()), 1) if row and row.seen_at else None
