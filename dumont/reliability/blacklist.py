"""Keeps machines out by hand, lets them in again, and tells whether one is kept out."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from dumont import accounts
from dumont.basics import ids
from dumont.basics.errors import Conflict, Invalid, NotAllowed, NotFound
from dumont.basics.machine_key import MachineKey
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.reliability.events import Blacklisted, Cleared
from dumont.reliability.store import blacklist as store
from dumont.reliability.store.blacklist import Filter
from dumont.reliability.tables import ReliabilityBlacklist as Entry

ByHand = Literal["manual", "temporary"]
MANAGE = "machines:manage"
NO_REASON = "removed"


class NotBlacklisted(NotFound):
    code = "not_blacklisted"


class BlockedAlready(Conflict):
    code = "blocked_already"
    hint = "A stronger entry stands; remove that one first, or add a manual one."


class UnknownProvider(Invalid):
    code = "unknown_provider"


def known(provider: str, machine_id: str) -> MachineKey:
    """Raises `Invalid` for a provider that is none, and for what is no name of a machine."""
    if provider not in registry.NAMES:
        raise UnknownProvider.field("provider", "is none of ours", hint=f"There are {', '.join(registry.NAMES)}.")
    return MachineKey(provider, machine_id)


async def add(work: Work, machine: MachineKey, kind: ByHand, reason: str, *, for_everyone: bool = False) -> Entry:
    """A manual one counts for the caller's account, unless it is to be for everyone; a temporary one always is."""
    everyone = for_everyone or kind == "temporary"
    if everyone and not work.caller.may(MANAGE):
        raise NotAllowed("You may not block machines for everyone.", hint="Leave it manual, and it is for you alone.")
    hours = work.settings.blacklist_temporary_hours
    wish = store.Wish(
        machine=machine,
        user_id=None if everyone else work.caller.me,
        kind=kind,
        reason=reason,
        at=work.now,
        by=work.caller.user_id,
        until=work.now + timedelta(hours=hours) if kind == "temporary" else None,
    )
    written = await store.put(work.tx, ids.new(work.now, work.random), wish)
    if written.outcome == "kept":
        raise BlockedAlready(f"{machine} is on the blacklist already: {written.reason}.")
    entry = await store.by_id(work.tx, written.id)
    details = {"kind": kind, "reason": reason, "for_everyone": everyone}
    await accounts.audit.record(
        work, "machine.blacklisted", ("machine", str(machine)), f"Put {machine} on the blacklist", details=details
    )
    await work.publish(
        Blacklisted(
            id=entry.id,
            provider=machine.provider,
            machine_id=machine.machine_id,
            entry_kind=kind,
            user_id=entry.user_id,
            reason=reason,
            expires_at=entry.expires_at,
        )
    )
    return entry


async def check(work: Work, machine: MachineKey, *, user_id: UUID | None = None) -> Entry | None:
    """The strongest entry that keeps this machine from the caller, or from `user_id` where the system acts for him."""
    found = await store.standing(work.tx, machine, user_id or work.caller.user_id, work.now)
    return found[0] if found else None


async def remove(work: Work, machine: MachineKey, *, why: str = "", for_everyone: bool | None = None) -> Entry:
    """The caller's own entry first; the one for everyone if there is no other, and he may."""
    standing = await store.standing(work.tx, machine, work.caller.user_id, work.now)
    fitting = [entry for entry in standing if for_everyone in (None, entry.user_id is None)]
    entry = min(fitting, key=lambda entry: entry.user_id is None, default=None)
    if entry is None:
        raise NotBlacklisted(f"{machine} is not on the blacklist.")
    if entry.user_id is None and not work.caller.may(MANAGE):
        raise NotAllowed("You may not let in what is blocked for everyone.", hint="An operator may.")
    if not await store.end(work.tx, entry, at=work.now, by=work.caller.user_id, why=why or NO_REASON):
        raise NotBlacklisted(f"{machine} is no longer on the blacklist.")
    await accounts.audit.record(
        work,
        "machine.cleared",
        ("machine", str(machine)),
        f"Took {machine} off the blacklist",
        details={"kind": entry.kind, "why": why, "for_everyone": entry.user_id is None},
    )
    await work.publish(cleared(entry, why or NO_REASON))
    return await store.by_id(work.tx, entry.id)


async def listed(work: Work, wanted: Filter, cursor: str | None, limit: int) -> Page[Entry]:
    found = await store.page(work.tx, wanted, work.now, read_cursor(cursor), limit)
    return cut(found, limit, lambda entry: (entry.created_at, entry.id))


def cleared(entry: Entry, why: str) -> Cleared:
    return Cleared.model_validate(
        {
            "id": entry.id,
            "provider": entry.provider,
            "machine_id": entry.machine_id,
            "entry_kind": entry.kind,
            "user_id": entry.user_id,
            "why": why,
        }
    )
