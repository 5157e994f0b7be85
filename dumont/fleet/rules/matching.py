"""Whose each machine of a list is: a rental's, an orphan of ours, or a stranger's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from dumont.fleet.rules import labels, proof
from dumont.fleet.rules.sighting import Known, Machine

SKEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Orphan:
    """Ours by its label, and of no rental that has it: to be destroyed."""

    machine: Machine
    rental: Known | None
    """Whose second machine it is, or whose forgotten one; None where no row is left."""


@dataclass(slots=True)
class Matched:
    held: list[tuple[Known, Machine]] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    strangers: list[Machine] = field(default_factory=list)


def match(machines: Sequence[Machine], rentals: Mapping[UUID, Known], installation: str | None) -> Matched:
    """`rentals` are those of the account, and all others that a label names."""
    found, adopted = Matched(), dict[UUID, str]()
    by_machine = {known.provider_machine_id: known for known in rentals.values() if known.stage != "ended"}
    for machine in machines:
        named = labels.rental_in(machine.label, installation)
        known = by_machine.get(machine.id)
        if known is not None and named in (None, known.id):
            found.held.append((known, machine))
        elif named is None:
            found.strangers.append(machine)
        else:
            _named(found, adopted, machine, rentals.get(named))
    return found


def unlabelled(strangers: Sequence[Machine], rentals: Sequence[Known], began: datetime) -> list[tuple[Known, Machine]]:
    """For clouds without labels: what was made while the answer to a create call was lost is that call's, if there are
    not more of them than of lost answers. Only once the call is surely over."""
    lost = [
        known for known in rentals if known.attempted_at and not known.provider_machine_id and _is_over(known, began)
    ]
    made = [machine for machine in strangers if any(_made_in(machine, known) for known in lost)]
    return list(zip(lost, made, strict=False)) if len(made) <= len(lost) else []


def _named(found: Matched, adopted: dict[UUID, str], machine: Machine, known: Known | None) -> None:
    if known is None or known.stage == "ended":
        found.orphans.append(Orphan(machine, known))
        return
    first = known.provider_machine_id or adopted.setdefault(known.id, machine.id)
    if first == machine.id:
        found.held.append((known, machine))
    else:
        found.orphans.append(Orphan(machine, known))


def _is_over(known: Known, began: datetime) -> bool:
    return known.stage != "ended" and known.settle_at is not None and began >= known.settle_at


def _made_in(machine: Machine, known: Known) -> bool:
    if machine.created_at is None or known.attempted_at is None:
        return False
    early = known.attempted_at - timedelta(seconds=SKEW_SECONDS)
    return early <= machine.created_at <= early + timedelta(seconds=proof.CREATE_SECONDS_MAX + 2 * SKEW_SECONDS)
