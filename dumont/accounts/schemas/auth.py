"""Sign-up, sign-in, sessions and passwords, as they are sent."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from dumont.accounts.rules import addresses
from dumont.accounts.rules.roles import AccountRole
from dumont.platform.http.fields import Name

Email = Annotated[str, AfterValidator(addresses.read), Field(max_length=300, examples=["ada@example.com"])]
Password = Annotated[SecretStr, Field(max_length=1000, examples=["correct horse battery staple"])]
Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]
Remember = Literal["token", "cookie"]


class SignUp(BaseModel):
    email: Email
    name: Annotated[Name, Field(examples=["Ada Lovelace"])]
    password: Password


class Message(BaseModel):
    message: str = Field(description="What to do now, for people.")


class LogIn(BaseModel):
    email: Email
    password: Password
    remember: Remember = Field(
        "token",
        description="`cookie` keeps the refresh token in an HttpOnly cookie, out of reach of any script; "
        "`token` answers it, for programs.",
    )


class Refresh(BaseModel):
    refresh_token: Token | None = Field(None, description="Left out where the cookie carries it.")


class Grant(BaseModel):
    access_token: str = Field(description="Send it as `Authorization: Bearer ...`.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a kind
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str | None = Field(
        description="Good for one refresh. Null if a cookie carries it, or if another caller has just got the next one."
    )


class Me(BaseModel):
    id: UUID
    email: str
    name: str
    role: AccountRole
    permissions: list[str] = Field(description="What this request's token may do.")
    created_at: datetime
    last_login_at: datetime | None


class MeChange(BaseModel):
    name: Name | None = None


class SessionItem(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    last_used_at: datetime = Field(description="When it was last refreshed.")
    ip: str
    user_agent: str
    current: bool = Field(False, description="Whether it is the one that asks.")


class PasswordChange(BaseModel):
    current_password: Password
    new_password: Password


class Forgot(BaseModel):
    email: Email


class Reset(BaseModel):
    token: Token
    new_password: Password


class StrengthQuestion(BaseModel):
    password: Password
    email: Annotated[str, Field(max_length=300)] | None = None


class Strength(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    score: int = Field(ge=0, le=4, description="0 is guessed at once, 4 never.")
    acceptable: bool
    warning: str | None
    suggestions: list[str]


LOGIN_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": LogIn.model_json_schema()},
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["username", "password"],
                    "properties": {
                        "username": {"type": "string", "description": "The e-mail address."},
                        "password": {"type": "string", "format": "password"},
                    },
                }
            },
        },
    }
}
"""FastAPI describes one kind of body only, and this door takes two."""
