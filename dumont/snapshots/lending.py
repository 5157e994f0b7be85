"""Trades names of objects for addresses, as far as a grant goes: by form, by size, and never over what must stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from dumont.basics.errors import Conflict, Invalid, NotAllowed
from dumont.platform.work import Work
from dumont.snapshots import granting, metrics
from dumont.snapshots.granting import NoGrant
from dumont.snapshots.lenders import Loan, Thing
from dumont.snapshots.reporting import Purpose
from dumont.snapshots.rules import names
from dumont.snapshots.rules.states import OPEN, RESTORE_OPEN
from dumont.snapshots.standing import Stand, Standing
from dumont.snapshots.store import repositories
from dumont.snapshots.stores import Stores, asked
from dumont.snapstore.blobs import Found

LISTED_AT_ONCE = 10_000
NAMED = 3
NOTHING = Loan({})


class ReadOnly(NotAllowed):
    code = "grant_read_only"
    hint = "A restore reads, and no more."


class ConfigStands(Conflict):
    code = "config_stands"
    hint = "The repository is made already: read its config."


class SavedHere(Conflict):
    code = "instances_saved_here"
    hint = (
        "Take it without a passphrase; or keep it in a repository of your own (`-r URL`), or in a team's that has no "
        "instances; or destroy those instances before."
    )


class Wish(NamedTuple):
    get: Sequence[str] = ()
    put: Sequence[tuple[str, int]] = ()
    delete: Sequence[str] = ()
    checksums: Mapping[str, str] = {}
    """By name of what is to be written: the header that tells it, and its value."""
    sealed: bool = False
    """The config that is to be written is that of an encrypted repository."""


@dataclass(frozen=True, slots=True)
class Lent:
    get: Loan
    put: Loan
    delete: Loan
    expires: datetime


async def lend(work: Work, stores: Stores, standing: Standing, of: Purpose, wish: Wish) -> Lent:
    if of.snapshot.restic_id is not None:
        raise ReadOnly("This grant is for telling how far restic is, and for no object.")
    if of.state not in (RESTORE_OPEN if of.restore else OPEN):
        raise NoGrant(f"What this grant was for is {of.state}.")
    _refuse(of, wish)
    repository_id = of.grant.repository_id
    if any(name == names.CONFIG for name, _size in wish.put):
        await _refuse_second_config(work, repository_id)
        if wish.sealed:
            refuse_to_seal(await standing.of(work.tx, repository_id))
    expires = stores.until()
    for kind, wanted in (("get", wish.get), ("put", wish.put), ("delete", wish.delete)):
        metrics.LENT.labels(kind).inc(len(wanted))
    return Lent(
        stores.lend("GET", repository_id, [Thing(name) for name in wish.get]) if wish.get else NOTHING,
        stores.lend("PUT", repository_id, _to_write(wish)) if wish.put else NOTHING,
        stores.lend("DELETE", repository_id, [Thing(name) for name in wish.delete]) if wish.delete else NOTHING,
        expires,
    )


def refuse_to_seal(stands: Sequence[Stand]) -> None:
    """Machines never have the passphrase: from then on no instance of this owner could be saved, or put to sleep."""
    names = sorted(each.name for each in stands if not each.elsewhere)
    if names:
        shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        raise SavedHere(f"With a passphrase nothing of these instances could be saved any more: {shown}.")


def refuse_prefix(prefix: str) -> None:
    if not names.may_list(prefix):
        raise Invalid.field("prefix", "is none of a repository's", hint="As in `packs/`, `index/` or `snapshots/`.")


def listed(stores: Stores, repository_id: UUID, prefix: str, after: str | None) -> tuple[list[Found], str | None]:
    """Blocking. In the order of names, so that the last one tells where to go on."""

    def ask() -> list[Found]:
        found = stores.blobs(repository_id).list(prefix)
        return sorted(each for each in found if names.is_name(each.name) and (after is None or each.name > after))

    found = asked(ask)
    shown = list(islice(found, LISTED_AT_ONCE))
    return shown, shown[-1].name if len(found) > len(shown) else None


def _refuse(of: Purpose, wish: Wish) -> None:
    if (wish.put or wish.delete) and granting.access_of(of.grant) == "read":
        raise ReadOnly("This grant may not write.")
    for name in wish.get:
        if not names.is_name(name):
            raise Invalid.field("get", f"{name[:80]} is the name of no object")
    for name, size in wish.put:
        if not names.may_put(name, size):
            raise Invalid.field("put", f"{name[:80]} with {size} bytes is nothing that may be written")
    for name in wish.delete:
        if not names.may_delete(name):
            raise Invalid.field("delete", f"{name[:80]} may not be deleted")


def _to_write(wish: Wish) -> list[Thing]:
    return [Thing(name, size, names.written_once(name), wish.checksums.get(name)) for name, size in wish.put]


async def _refuse_second_config(work: Work, repository_id: UUID) -> None:
    found = await repositories.one(work.tx, repository_id)
    if found is None or found.encrypted is not None:
        raise ConfigStands("This repository has its config.")
