"""Teams and invitations, as they are sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dumont.accounts.rules.teams import TeamRole
from dumont.accounts.schemas.auth import Email
from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import Name

TeamName = Annotated[Name, Field(examples=["Vision lab"])]


class TeamWish(RequestBody):
    name: TeamName


class TeamChange(RequestBody):
    name: TeamName


class Team(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["Vision lab"])
    my_role: TeamRole
    member_count: int = Field(examples=[3])
    created_at: datetime


class TeamMember(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    user_id: UUID
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: TeamRole
    joined_at: datetime


class TeamInvitation(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["grace@example.com"])
    role: TeamRole
    created_at: datetime
    expires_at: datetime


class TeamDetail(Team):
    members: list[TeamMember]
    invitations: list[TeamInvitation] = Field(description="Those that nobody has answered yet.")


class MemberChange(RequestBody):
    role: TeamRole


class InvitationWish(RequestBody):
    email: Email
    role: TeamRole = "member"


class Invitation(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    team_id: UUID
    team_name: str = Field(examples=["Vision lab"])
    role: TeamRole
    invited_by: str = Field(description="Address of the one who invites.", examples=["ada@example.com"])
    created_at: datetime
    expires_at: datetime
