"""Launches an instance: looks at the wish, writes it down and answers; the controller races machines for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from dumont import accounts
from dumont.basics import ids
from dumont.basics.errors import Invalid
from dumont.fleet.instances import (
    access,
    courses,
    environment,
    host_keys,
    keeping,
    moves,
    naming,
    operations,
    ssh_keys,
    standbys,
)
from dumont.fleet.launching import cautions, planning, second
from dumont.fleet.launching.cautions import Caution
from dumont.fleet.launching.planning import Means, Plan
from dumont.fleet.rules.course import Course
from dumont.fleet.rules.wanted import HibernationWish, Wanted
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work
from dumont.snapshots import restic
from dumont.snapshots.restic import Place

__all__ = ["Means", "Plan", "UntilAction", "Wish", "begin", "launch", "plan"]
UntilAction = Literal["hibernate", "destroy"]
RESERVED = "DUMONT_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    wanted: Wanted
    name: str | None = None
    team_id: UUID | None = None
    restic: Place | None = None
    restore_from: str | None = None
    """Of that restic repository: `latest`, or an id."""
    env: Mapping[str, str]
    hibernation: HibernationWish
    until_at: datetime | None = None
    until_action: UntilAction = "hibernate"
    both_ends: bool = False
    """Two different ends were asked for."""


async def plan(work: Work, means: Means, wish: Wish) -> Plan:
    """What a launch would do now, and what it would cost; nothing is written."""
    wish = _checked(work, wish)
    owner = await access.owner_id(work, wish.team_id)
    wish = await _with_usual_kind(work, owner, wish)
    name = await naming.free(work, owner, wish.name)
    made = await planning.plan(work, means, owner, wish.wanted, name=name)
    return replace(made, warnings=_said(wish, made))


class Launch(NamedTuple):
    instance: FleetInstance
    cautions: Sequence[Caution]
    """Of the plan that it began with."""


async def launch(work: Work, means: Means, wish: Wish) -> FleetInstance:
    return (await begin(work, means, wish)).instance


async def begin(work: Work, means: Means, wish: Wish) -> Launch:
    wish = _checked(work, wish)
    owner = await access.new_owner_id(work, wish.team_id)
    wish = await _with_usual_kind(work, owner, wish)
    name = await naming.free(work, owner, wish.name)
    made = await planning.plan(work, means, owner, wish.wanted, name=name, drawn=False)
    planning.refuse_hopeless(made)
    await second.demand_wished(work, owner, made.wanted)
    wish = replace(wish, wanted=made.wanted)
    row = _row(work, means, wish, (owner, name))
    if wish.restic is not None:
        row.restic_id = await restic.keep(work, means.vault, (owner, wish.team_id is not None, row.id), wish.restic)
    instance = await naming.write(work, row)
    await standbys.decline(work, instance, wish.wanted.standby)
    who = f"user:{work.caller.me}"
    await moves.born(work, instance, "Asked for.", who=who)
    operation = await operations.open(work, instance, "launch", "Asked for.")
    operations.note(operation, who=who, price_hour=str(made.prices.hour) if made.prices else None)
    details = {"operation_id": str(operation.id), "filters": wish.wanted.filters, "spot": wish.wanted.spot}
    await accounts.audit.record(
        work, "instance.launched", ("instance", instance.id), f"Launched {name}", details=details
    )
    return Launch(instance, _said(wish, made))


def _said(wish: Wish, made: Plan) -> Sequence[Caution]:
    return [*cautions.of_the_end(wish.until_at, wish.until_action), *made.warnings]


async def _with_usual_kind(work: Work, owner_id: UUID, wish: Wish) -> Wish:
    standby = await standbys.of_usual_kind(work, owner_id, wish.wanted.standby)
    return replace(wish, wanted=wish.wanted.model_copy(update={"standby": standby}))


def _checked(work: Work, wish: Wish) -> Wish:
    if wish.both_ends:
        raise Invalid.field("ttl_seconds", "or `until` is wanted, and not both")
    for field, moment in (("until", wish.until_at), ("deadline", wish.wanted.deadline)):
        if moment is not None and moment <= work.now:
            raise Invalid.field(field, "is over")
    if taken := next((name for name in wish.env if name.startswith(RESERVED)), None):
        raise Invalid.field(
            f"env.{taken}", f"names that begin with {RESERVED} are our own", hint="Choose another name."
        )
    standbys.check(wish.wanted.standby, "standby.provider")
    courses.check(wish.wanted)
    courses.check_reach(wish.wanted, 0.0, work.now)
    said: dict[str, Any] = {"ssh_keys": tuple(ssh_keys.checked(wish.wanted.ssh_keys))}
    if wish.restic is not None:
        said["restic"] = keeping.shown(wish.restic, wish.restore_from)
    return replace(wish, wanted=wish.wanted.model_copy(update=said))


def _row(work: Work, means: Means, wish: Wish, whose: tuple[UUID, str]) -> FleetInstance:
    owner, name = whose
    identity = ids.new(work.now, work.random)
    private, public = host_keys.make()
    return FleetInstance(
        id=identity,
        owner_id=owner,
        user_id=work.caller.me,
        team_id=wish.team_id,
        name=name,
        state="launching",
        state_since=work.now,
        why="Asked for.",
        wish="running",
        look_at=work.now,
        wanted=wish.wanted.model_dump(mode="json"),
        env_sealed=environment.sealed(means.vault, identity, wish.env),
        hibernation=wish.hibernation.model_dump(mode="json", exclude_unset=True),
        host_key_sealed=means.vault.seal(private, host_keys.place(identity)),
        host_key_public=public,
        until_at=wish.until_at,
        until_action=wish.until_action,
        course=None if wish.wanted.deadline is None else Course().model_dump(mode="json"),
        created_at=work.now,
    )
