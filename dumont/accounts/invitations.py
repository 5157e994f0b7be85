"""Invitations to a team: sent to an address, answered by whoever has the account with it."""

from datetime import timedelta
from uuid import UUID

from dumont.accounts import audit, profile, teams
from dumont.accounts.events import MemberInvited
from dumont.accounts.rules import teams as rules
from dumont.accounts.rules.teams import TeamRole
from dumont.accounts.store import teams as store
from dumont.accounts.store.teams import Invitation
from dumont.accounts.tables import TeamInvitation
from dumont.basics import ids
from dumont.basics.errors import NotFound
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work

GOOD_FOR = timedelta(days=14)


class InviterGone(NotFound):
    """Else someone who is put out of a team could come back by an invitation sent before."""

    code = "inviter_gone"
    hint = "Ask someone of the team for another invitation."


async def invite(work: Work, team_id: UUID, *, email: str, role: TeamRole) -> Invitation:
    """The same for every address, whether or not it has an account."""
    await store.lock(work.tx, team_id)
    team = await teams.my_team(work, team_id)
    teams.permit(rules.may_invite(team.my_role, role), "You may not invite someone to this role.")
    standing = await store.rank_of_invitation(work.tx, team_id, email=email)
    if standing is not None:
        teams.permit(rules.may_overrule(team.my_role, *standing), "An owner has invited this address already.")
    invitation = TeamInvitation(
        id=ids.new(work.now, work.random),
        team_id=team_id,
        email=email,
        role=role,
        invited_by=work.caller.me,
        created_at=work.now,
        expires_at=work.now + GOOD_FOR,
    )
    invitation_id = await store.invite(work.tx, invitation)
    details = {"email": email, "role": role}
    await audit.record(work, "team.invited", ("team", team_id), f"Invited {email}", details=details)
    await work.publish(MemberInvited(invitation_id=invitation_id))
    return await _existing(work, invitation_id)


async def withdraw(work: Work, team_id: UUID, invitation_id: UUID) -> None:
    await store.lock(work.tx, team_id)
    team = await teams.my_team(work, team_id)
    teams.permit(rules.may_invite(team.my_role, "member"), "You may not take invitations back.")
    standing = await store.rank_of_invitation(work.tx, team_id, invitation_id=invitation_id)
    if standing is not None:
        teams.permit(rules.may_overrule(team.my_role, *standing), "You may not take an owner's invitation back.")
    email = await store.withdraw(work.tx, team_id, invitation_id)
    if email is None:
        raise NotFound("There is no such invitation.")
    await audit.record(work, "team.invitation_withdrawn", ("team", team_id), f"Took back the invitation of {email}")


async def to_me(work: Work, cursor: str | None, limit: int) -> Page[Invitation]:
    email = (await profile.me(work)).email
    found = await store.invitations_to(work.tx, email, work.now, read_cursor(cursor), limit)
    return cut(found, limit, lambda invitation: (invitation.created_at, invitation.id))


async def accept(work: Work, invitation_id: UUID) -> None:
    taken = await _take(work, invitation_id)
    await store.lock(work.tx, taken.team_id)
    inviter = await store.role_of(work.tx, taken.team_id, taken.invited_by)
    if inviter is None or not rules.may_invite(inviter, taken.role):
        raise InviterGone("Whoever invited you may no longer do so.")
    if await store.add_member(work.tx, taken.team_id, work.caller.me, role=taken.role, now=work.now):
        action, summary, details = "team.joined", "Accepted the invitation", {"role": taken.role}
    else:
        action, summary = "team.already_member", "Accepted an invitation, being a member already"
        details = {"role": (await teams.my_team(work, taken.team_id)).my_role, "invited_as": taken.role}
    await audit.record(work, action, ("team", taken.team_id), summary, details=details)


async def decline(work: Work, invitation_id: UUID) -> None:
    taken = await _take(work, invitation_id)
    await audit.record(work, "team.declined", ("team", taken.team_id), "Declined the invitation")


async def _take(work: Work, invitation_id: UUID) -> TeamInvitation:
    email = (await profile.me(work)).email
    taken = await store.take_invitation(work.tx, invitation_id, email, work.now)
    if taken is None:
        raise NotFound("There is no such invitation.")
    return taken


async def _existing(work: Work, invitation_id: UUID) -> Invitation:
    invitation = await store.invitation(work.tx, invitation_id)
    if invitation is None:
        raise NotFound("There is no such invitation.")
    return invitation
