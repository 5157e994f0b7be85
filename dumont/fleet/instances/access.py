"""Whose instances somebody may see and move: his own, those of his teams, and what he launched for a team that is no
more, because its machines still cost money."""

from uuid import UUID

from dumont.accounts import teams
from dumont.accounts.rules import teams as team_rules
from dumont.basics.errors import NotAllowed, NotFound
from dumont.fleet.store import owned
from dumont.fleet.store.owned import Whose
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Work


async def mine(work: Work, team_id: UUID | None = None) -> Whose:
    """All of these; or those of one team alone."""
    if team_id is not None:
        return Whose([await owner_id(work, team_id)], None)
    return Whose([work.caller.me, *await teams.my_ids(work)], work.caller.me)


async def owner_id(work: Work, team_id: UUID | None) -> UUID:
    """Somebody else's team is as good as none."""
    return work.caller.me if team_id is None else (await teams.my_team(work, team_id)).id


async def payer_id(work: Work, team_id: UUID | None, said: str) -> UUID:
    """What a whole team pays is for its owners and admins to say: `said` is told to the others."""
    if team_id is None:
        return work.caller.me
    team = await teams.my_team(work, team_id)
    if not team_rules.may_rename(team.my_role):
        raise NotAllowed(f"Only an owner or an admin of the team may change {said}.")
    return team.id


async def new_owner_id(work: Work, team_id: UUID | None) -> UUID:
    """Of what is about to be launched: its team is not deleted meanwhile."""
    if team_id is None:
        return work.caller.me
    try:
        return (await teams.my_team_to_own(work, team_id)).id
    except NotFound as error:
        raise NotFound(error.message, hint="Leave `team_id` out, or name a team of yours.") from None


async def instance(work: Work, instance_id: UUID, *, to_change: bool = False) -> FleetInstance:
    """Locked until the end of the transaction if it is to be changed."""
    found = await owned.one(work.tx, instance_id, await mine(work), lock=to_change)
    if found is None:
        raise NotFound("There is no such instance.")
    return found


async def operation(work: Work, operation_id: UUID) -> FleetOperation:
    found = await owned.operation(work.tx, operation_id, await mine(work))
    if found is None:
        raise NotFound("There is no such operation.")
    return found
