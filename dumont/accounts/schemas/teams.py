"""Teams and invitations, as they are sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dumont.accounts.rules.teams import TeamRole
from dumont.accounts.schemas.auth import Email
from dumont.platform.http.fields import Name


class TeamWish(BaseModel):
    name: Annotated[Name, Field(examples=["Vision lab"])]


class TeamChange(BaseModel):
    name: Name


class Team(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    my_role: TeamRole
    member_count: int
    created_at: datetime


class TeamMember(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    user_id: UUID
    email: str
    name: str
    role: TeamRole
    joined_at: datetime


class TeamInvitation(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    role: TeamRole
    created_at: datetime
    expires_at: datetime


class TeamDetail(Team):
    members: list[TeamMember]
    invitations: list[TeamInvitation] = Field(description="Those that nobody has answered yet.")


class MemberChange(BaseModel):
    role: TeamRole


class InvitationWish(BaseModel):
    email: Email
    role: TeamRole = "member"


class Invitation(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    team_id: UUID
    team_name: str
    role: TeamRole
    invited_by: str = Field(description="Address of the one who invites.")
    created_at: datetime
    expires_at: datetime
