"""API keys and credentials of providers, as they are sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dumont.accounts.rules.roles import Permission
from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import Moment, Name

Provider = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,31}$", examples=["vast"])]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=8192)]


class ApiKeyWish(RequestBody):
    name: Annotated[Name, Field(description="What it is for.", examples=["nightly training"])]
    scopes: list[Permission] = Field(
        min_length=1, max_length=50, description="What it may do: some of your own permissions."
    )
    expires_at: Moment | None = Field(None, description="When it stops working; never, if left out.")


class ApiKey(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["nightly training"])
    prefix: str = Field(
        description="The middle of the key, by which you know it again: `dmt_<prefix>_...`.", examples=["3f9a0c5b7d21"]
    )
    scopes: list[str] = Field(examples=[["account:read"]])
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    expires_at: datetime | None


class NewApiKey(ApiKey):
    key: str = Field(description="The key itself. It is shown this once.", examples=["dmt_3f9a0c5b7d21_..."])


class ProviderKeySecrets(RequestBody):
    fields: dict[FieldName, Secret] = Field(
        min_length=1, max_length=20, description="What this provider asks for.", examples=[{"api_key": "..."}]
    )


class ProviderKey(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    provider: str = Field(examples=["vast"])
    fields: dict[str, str] = Field(
        description="`…` and the last four characters of each; the secrets never come back.",
        examples=[{"api_key": "…7f3c"}],
    )
    updated_at: datetime
