"""Doors to teams, their members and invitations."""

from uuid import UUID

from fastapi import APIRouter

from dumont.accounts import invitations, teams
from dumont.accounts.api.parts import Owned, TeamsRead, TeamsWrite
from dumont.accounts.schemas.teams import (
    Invitation,
    InvitationWish,
    MemberChange,
    Team,
    TeamChange,
    TeamDetail,
    TeamInvitation,
    TeamMember,
    TeamWish,
)
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems

router = APIRouter(tags=["teams"], route_class=Door)


@router.get("/teams", summary="List my teams", responses=problems())
async def list_teams(work: TeamsRead, paging: Paginated) -> Paged[Team]:
    return paging.answer(await teams.mine(work, paging.cursor, paging.limit), Team.model_validate)


@router.post("/teams", status_code=201, summary="Make a team", responses=problems())
async def create_team(body: TeamWish, work: TeamsWrite) -> TeamDetail:
    """You become its owner."""
    return _detail(await teams.create(work, body.name))


@router.get("/teams/{team_id}", summary="Show a team", responses=problems(404))
async def get_team(team_id: UUID, work: TeamsRead) -> TeamDetail:
    return _detail(await teams.detail(work, team_id))


@router.patch("/teams/{team_id}", summary="Rename a team", responses=problems(404))
async def rename_team(team_id: UUID, body: TeamChange, work: TeamsWrite) -> TeamDetail:
    return _detail(await teams.rename(work, team_id, body.name))


@router.delete("/teams/{team_id}", status_code=204, summary="Delete a team", responses=problems(404, 409))
async def delete_team(team_id: UUID, work: TeamsWrite, belongings: Owned) -> None:
    """Not while it has instances that are not destroyed. Its snapshots go with it."""
    await teams.remove(work, belongings, team_id)


@router.patch("/teams/{team_id}/members/{user_id}", summary="Change a member's role", responses=problems(404, 409))
async def change_member(team_id: UUID, user_id: UUID, body: MemberChange, work: TeamsWrite) -> TeamMember:
    return TeamMember.model_validate(await teams.change_member(work, team_id, user_id, body.role))


@router.delete(
    "/teams/{team_id}/members/{user_id}", status_code=204, summary="Remove a member", responses=problems(404, 409)
)
async def remove_member(team_id: UUID, user_id: UUID, work: TeamsWrite) -> None:
    """Your own id: leave the team. The last owner can't."""
    await teams.remove_member(work, team_id, user_id)


@router.post("/teams/{team_id}/invitations", status_code=201, summary="Invite someone", responses=problems(404))
async def invite_to_team(team_id: UUID, body: InvitationWish, work: TeamsWrite) -> TeamInvitation:
    """The answer is the same whether or not the address has an account. Inviting again renews the invitation."""
    return TeamInvitation.model_validate(await invitations.invite(work, team_id, email=body.email, role=body.role))


@router.delete(
    "/teams/{team_id}/invitations/{invitation_id}",
    status_code=204,
    summary="Take an invitation back",
    responses=problems(404),
)
async def withdraw_invitation(team_id: UUID, invitation_id: UUID, work: TeamsWrite) -> None:
    await invitations.withdraw(work, team_id, invitation_id)


@router.get("/invitations", summary="List invitations to me", responses=problems())
async def list_invitations(work: TeamsRead, paging: Paginated) -> Paged[Invitation]:
    return paging.answer(await invitations.to_me(work, paging.cursor, paging.limit), Invitation.model_validate)


@router.post("/invitations/{invitation_id}/accept", status_code=204, summary="Join the team", responses=problems(404))
async def accept_invitation(invitation_id: UUID, work: TeamsWrite) -> None:
    await invitations.accept(work, invitation_id)


@router.post("/invitations/{invitation_id}/decline", status_code=204, summary="Say no", responses=problems(404))
async def decline_invitation(invitation_id: UUID, work: TeamsWrite) -> None:
    await invitations.decline(work, invitation_id)


def _detail(found: teams.TeamDetail) -> TeamDetail:
    return TeamDetail(
        **Team.model_validate(found.team).model_dump(),
        members=[TeamMember.model_validate(member) for member in found.members],
        invitations=[TeamInvitation.model_validate(invitation) for invitation in found.invitations],
    )
