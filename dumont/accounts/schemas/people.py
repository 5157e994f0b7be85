"""The accounts of others and the log of changes, as administrators see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dumont.accounts.rules.roles import AccountRole
from dumont.platform.http.bodies import RequestBody


class User(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: AccountRole
    disabled: bool
    created_at: datetime
    last_login_at: datetime | None
    sessions: int = Field(description="In how many places this person is signed in.", examples=[2])


class UserChange(RequestBody):
    role: AccountRole | None = Field(None, description="Left as it is, if left out.")
    disabled: bool | None = Field(None, description="A disabled account can do nothing, from this moment on.")


class ResetLink(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    url: str = Field(
        description="Good once. Hand it to the person by a way that you trust.",
        examples=["https://dumont.example/reset-password#token=..."],
    )
    expires_at: datetime


class AuditEntry(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    actor_id: UUID | None = Field(description="Null for the system itself, and for someone not signed in.")
    actor_email: str | None = Field(examples=["ada@example.com"])
    action: str = Field(description="`<thing>.<what happened>`.", examples=["api_key.created"])
    object_type: str = Field(examples=["api_key"])
    object_id: str = Field(examples=["0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60"])
    summary: str = Field(examples=["Made API key nightly training"])
    ip: str = Field(examples=["198.51.100.7"])
    request_id: str = Field(examples=["5f1c0a9e7d3b4c21"])
    details: dict[str, Any] = Field(
        description="What was changed; never a secret.", examples=[{"scopes": ["account:read"]}]
    )
