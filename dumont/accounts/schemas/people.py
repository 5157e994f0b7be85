"""The accounts of others and the log of changes, as administrators see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dumont.accounts.rules.roles import AccountRole


class User(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: AccountRole
    disabled: bool
    created_at: datetime
    last_login_at: datetime | None
    sessions: int = Field(description="In how many places this person is signed in.")


class UserChange(BaseModel):
    role: AccountRole | None = Field(None, description="Left as it is, if left out.")
    disabled: bool | None = Field(None, description="A disabled account can do nothing, from this moment on.")


class ResetLink(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    url: str = Field(description="Good once. Hand it to the person by a way that you trust.")
    expires_at: datetime


class AuditEntry(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    actor_id: UUID | None = Field(description="Null for the system itself, and for someone not signed in.")
    actor_email: str | None
    action: str = Field(description="`<thing>.<what happened>`.", examples=["api_key.created"])
    object_type: str
    object_id: str
    summary: str
    ip: str
    request_id: str
    details: dict[str, Any] = Field(description="What was changed; never a secret.")
