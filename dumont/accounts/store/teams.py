"""SQL of teams, their members and invitations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.accounts.rules.teams import TeamRole
from dumont.accounts.tables import Team, TeamInvitation, TeamMember, User
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first


@dataclass(frozen=True, slots=True)
class MyTeam:
    id: UUID
    name: str
    my_role: TeamRole
    member_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    user_id: UUID
    email: str
    name: str
    role: TeamRole
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    id: UUID
    team_id: UUID
    team_name: str
    email: str
    role: TeamRole
    invited_by: str
    created_at: datetime
    expires_at: datetime


async def page(tx: Tx, user_id: UUID, after: Key | None, limit: int) -> list[MyTeam]:
    query = newest_first(_mine(user_id), Team.created_at, Team.id, after, limit)
    return [MyTeam(*row) for row in await tx.execute(query)]


async def mine(tx: Tx, team_id: UUID, user_id: UUID) -> MyTeam | None:
    row = (await tx.execute(_mine(user_id).where(Team.id == team_id))).one_or_none()
    return MyTeam(*row) if row else None


async def ids(tx: Tx, user_id: UUID) -> list[UUID]:
    found = await tx.execute(select(TeamMember.team_id).where(TeamMember.user_id == user_id))
    return list(found.scalars())


async def lock(tx: Tx, team_id: UUID) -> None:
    """Changes of one team's members happen one after the other, so that an owner is always left."""
    await tx.execute(select(Team.id).where(Team.id == team_id).with_for_update())


async def keep(tx: Tx, team_id: UUID) -> None:
    """It is not deleted before the end of the transaction; one that is being deleted is waited for."""
    await tx.execute(select(Team.id).where(Team.id == team_id).with_for_update(read=True, key_share=True))


async def add(tx: Tx, team: Team, owner: UUID) -> None:
    tx.add(team)
    await tx.flush()
    await add_member(tx, team.id, owner, role="owner", now=team.created_at)


async def rename(tx: Tx, team_id: UUID, name: str) -> None:
    await tx.execute(update(Team).where(Team.id == team_id).values(name=name))


async def remove(tx: Tx, team_id: UUID) -> None:
    await tx.execute(delete(Team).where(Team.id == team_id))


async def members(tx: Tx, team_id: UUID) -> list[Member]:
    query = (
        select(TeamMember.user_id, User.email, User.name, TeamMember.role, TeamMember.joined_at)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id == team_id)
        .order_by(TeamMember.joined_at, User.email)
    )
    return [Member(*row) for row in await tx.execute(query)]


async def role_of(tx: Tx, team_id: UUID, user_id: UUID) -> TeamRole | None:
    query = select(TeamMember.role).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def count_owners(tx: Tx, team_id: UUID) -> int:
    query = select(func.count()).where(TeamMember.team_id == team_id, TeamMember.role == "owner")
    return (await tx.execute(query)).scalar_one()


async def add_member(tx: Tx, team_id: UUID, user_id: UUID, *, role: TeamRole, now: datetime) -> bool:
    """False for one who is a member already, and stays what he is."""
    row = {"team_id": team_id, "user_id": user_id, "role": role, "joined_at": now}
    adding = insert(TeamMember).values(row).on_conflict_do_nothing().returning(TeamMember.user_id)
    return (await tx.execute(adding)).scalar_one_or_none() is not None


async def set_role(tx: Tx, team_id: UUID, user_id: UUID, role: TeamRole) -> None:
    await tx.execute(update(TeamMember).where(_membership(team_id, user_id)).values(role=role))


async def remove_member(tx: Tx, team_id: UUID, user_id: UUID) -> None:
    await tx.execute(delete(TeamMember).where(_membership(team_id, user_id)))


async def invite(tx: Tx, invitation: TeamInvitation) -> UUID:
    """One invitation for each address: another one renews it."""
    values = {column.key: getattr(invitation, column.key) for column in TeamInvitation.__table__.columns}
    renewed = {name: values[name] for name in ("role", "invited_by", "created_at", "expires_at")}
    made = await tx.execute(
        insert(TeamInvitation)
        .values(values)
        .on_conflict_do_update(index_elements=["team_id", "email"], set_=renewed)
        .returning(TeamInvitation.id)
    )
    return made.scalar_one()


async def rank_of_invitation(
    tx: Tx, team_id: UUID, *, email: str | None = None, invitation_id: UUID | None = None
) -> tuple[TeamRole, TeamRole | None] | None:
    """The role that an invitation is to, and the one its sender has by now, for the address or the id."""
    inviter = (TeamMember.team_id == TeamInvitation.team_id) & (TeamMember.user_id == TeamInvitation.invited_by)
    wanted = TeamInvitation.email == email if email is not None else TeamInvitation.id == invitation_id
    query = select(TeamInvitation.role, TeamMember.role).outerjoin(TeamMember, inviter)
    row = (await tx.execute(query.where(TeamInvitation.team_id == team_id, wanted))).one_or_none()
    return (row[0], row[1]) if row else None


async def invitation(tx: Tx, invitation_id: UUID) -> Invitation | None:
    row = (await tx.execute(_invitations().where(TeamInvitation.id == invitation_id))).one_or_none()
    return Invitation(*row) if row else None


async def invitations_of_team(tx: Tx, team_id: UUID, now: datetime) -> list[Invitation]:
    query = _invitations().where(TeamInvitation.team_id == team_id, TeamInvitation.expires_at > now)
    return [Invitation(*row) for row in await tx.execute(query.order_by(TeamInvitation.created_at))]


async def invitations_to(tx: Tx, email: str, now: datetime, after: Key | None, limit: int) -> list[Invitation]:
    query = _invitations().where(TeamInvitation.email == email, TeamInvitation.expires_at > now)
    query = newest_first(query, TeamInvitation.created_at, TeamInvitation.id, after, limit)
    return [Invitation(*row) for row in await tx.execute(query)]


async def take_invitation(tx: Tx, invitation_id: UUID, email: str, now: datetime) -> TeamInvitation | None:
    """Removes it, so that it is answered once; only for the address it was sent to, and in time."""
    taken = await tx.execute(
        delete(TeamInvitation)
        .where(TeamInvitation.id == invitation_id, TeamInvitation.email == email, TeamInvitation.expires_at > now)
        .returning(TeamInvitation)
    )
    return taken.scalar_one_or_none()


async def withdraw(tx: Tx, team_id: UUID, invitation_id: UUID) -> str | None:
    """The address it was for."""
    gone = delete(TeamInvitation).where(TeamInvitation.id == invitation_id, TeamInvitation.team_id == team_id)
    return (await tx.execute(gone.returning(TeamInvitation.email))).scalar_one_or_none()


async def prune_invitations(tx: Tx, now: datetime) -> int:
    gone = cast("CursorResult[Any]", await tx.execute(delete(TeamInvitation).where(TeamInvitation.expires_at < now)))
    return gone.rowcount


def _mine(user_id: UUID) -> Select[Any]:
    count = select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
    return (
        select(Team.id, Team.name, TeamMember.role, count, Team.created_at)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id)
    )


def _invitations() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TeamInvitation.id,
            TeamInvitation.team_id,
            Team.name,
            TeamInvitation.email,
            TeamInvitation.role,
            User.email.label("invited_by"),
            TeamInvitation.created_at,
            TeamInvitation.expires_at,
        )
        .join(Team, Team.id == TeamInvitation.team_id)
        .join(User, User.id == TeamInvitation.invited_by)
    )


def _membership(team_id: UUID, user_id: UUID) -> Any:
    return (TeamMember.team_id == team_id) & (TeamMember.user_id == user_id)
