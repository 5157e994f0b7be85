"""Teams: made by anyone, and never left without an owner."""

from dataclasses import dataclass
from uuid import UUID

from dumont.accounts import audit
from dumont.accounts.belongings import Belongings
from dumont.accounts.rules import teams as rules
from dumont.accounts.rules.teams import TeamRole
from dumont.accounts.store import teams as store
from dumont.accounts.store.teams import Invitation, Member, MyTeam
from dumont.accounts.tables import Team
from dumont.basics import ids
from dumont.basics.errors import Conflict, NotAllowed, NotFound
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.db import Tx
from dumont.platform.work import Caller, Work

NAMED_MOST = 5


class LastOwner(Conflict):
    code = "last_owner"
    hint = "Make someone else owner first, or delete the team."


class HasInstances(Conflict):
    code = "team_has_instances"
    hint = "Destroy them first, as with `dumont rm`; snapshots that are kept go with the team."


@dataclass(frozen=True, slots=True)
class TeamDetail:
    team: MyTeam
    members: list[Member]
    invitations: list[Invitation]


async def mine(work: Work, cursor: str | None, limit: int) -> Page[MyTeam]:
    found = await store.page(work.tx, work.caller.me, read_cursor(cursor), limit)
    return cut(found, limit, lambda team: (team.created_at, team.id))


async def my_ids(work: Work) -> list[UUID]:
    """For contexts whose things a team may own."""
    return await ids_of(work.tx, work.caller.me)


async def ids_of(tx: Tx, user_id: UUID) -> list[UUID]:
    return await store.ids(tx, user_id)


async def people_of(tx: Tx, team_id: UUID) -> list[UUID]:
    """Who is in it; nobody where there is no such team."""
    return [member.user_id for member in await store.members(tx, team_id)]


async def stands_for(tx: Tx, caller: Caller, owner_id: UUID) -> bool:
    """Whether what this owner has is the caller's to see: his own, or a team's of his."""
    if caller.user_id is None:
        return False
    return owner_id == caller.user_id or owner_id in await ids_of(tx, caller.user_id)


async def detail(work: Work, team_id: UUID) -> TeamDetail:
    team = await my_team(work, team_id)
    members = await store.members(work.tx, team_id)
    return TeamDetail(team, members, await store.invitations_of_team(work.tx, team_id, work.now))


async def create(work: Work, name: str) -> TeamDetail:
    team = Team(id=ids.new(work.now, work.random), name=name, created_at=work.now)
    await store.add(work.tx, team, work.caller.me)
    await audit.record(work, "team.created", ("team", team.id), f"Made the team {name}")
    return await detail(work, team.id)


async def rename(work: Work, team_id: UUID, name: str) -> TeamDetail:
    team = await my_team(work, team_id)
    permit(rules.may_rename(team.my_role), "Only an owner or an admin of the team may rename it.")
    await store.rename(work.tx, team_id, name)
    details = {"before": team.name, "after": name}
    await audit.record(work, "team.renamed", ("team", team_id), "Renamed the team", details=details)
    return await detail(work, team_id)


async def remove(work: Work, belongings: Belongings, team_id: UUID) -> None:
    """Locked, so that nothing is launched for it meanwhile."""
    await store.lock(work.tx, team_id)
    team = await my_team(work, team_id)
    permit(rules.may_delete(team.my_role), "Only an owner may delete the team.")
    if names := await belongings.of_team(work.tx, team_id):
        more = f" and {len(names) - NAMED_MOST} more" if len(names) > NAMED_MOST else ""
        raise HasInstances(f"{team.name} still has {', '.join(names[:NAMED_MOST])}{more}.")
    await store.remove(work.tx, team_id)
    await audit.record(work, "team.removed", ("team", team_id), f"Deleted the team {team.name}")


async def change_member(work: Work, team_id: UUID, user_id: UUID, role: TeamRole) -> Member:
    mine, theirs = await _roles(work, team_id, user_id)
    permit(rules.may_change(mine, theirs, role), "You may not give or take this role.")
    if theirs == "owner" and role != "owner":
        await _demand_other_owner(work, team_id)
    await store.set_role(work.tx, team_id, user_id, role)
    details = {"user_id": str(user_id), "before": theirs, "after": role}
    await audit.record(work, "team.member_changed", ("team", team_id), "Changed a member's role", details=details)
    return next(member for member in await store.members(work.tx, team_id) if member.user_id == user_id)


async def remove_member(work: Work, team_id: UUID, user_id: UUID) -> None:
    mine, theirs = await _roles(work, team_id, user_id)
    leaving = user_id == work.caller.me
    permit(rules.may_remove(mine, theirs, myself=leaving), "You may not remove this member.")
    if theirs == "owner":
        await _demand_other_owner(work, team_id)
    await store.remove_member(work.tx, team_id, user_id)
    summary = "Left the team" if leaving else "Removed a member"
    details = {"user_id": str(user_id), "role": theirs}
    await audit.record(work, "team.member_removed", ("team", team_id), summary, details=details)


async def my_team(work: Work, team_id: UUID) -> MyTeam:
    """Somebody else's team is as good as none."""
    team = await store.mine(work.tx, team_id, work.caller.me)
    if team is None:
        raise NotFound("There is no such team.")
    return team


async def my_team_to_own(work: Work, team_id: UUID) -> MyTeam:
    """For whoever writes down something that it owns: the team stays until that is done."""
    await store.keep(work.tx, team_id)
    return await my_team(work, team_id)


def permit(allowed: bool, why_not: str) -> None:
    if not allowed:
        raise NotAllowed(why_not, hint="Ask an owner of the team.")


async def _roles(work: Work, team_id: UUID, user_id: UUID) -> tuple[TeamRole, TeamRole]:
    """Mine and theirs, read under the team's lock, so that they still hold when they are acted upon."""
    await store.lock(work.tx, team_id)
    mine = (await my_team(work, team_id)).my_role
    theirs = await store.role_of(work.tx, team_id, user_id)
    if theirs is None:
        raise NotFound("There is no such member.")
    return mine, theirs


async def _demand_other_owner(work: Work, team_id: UUID) -> None:
    if await store.count_owners(work.tx, team_id) < 2:
        raise LastOwner("A team must keep an owner.")
