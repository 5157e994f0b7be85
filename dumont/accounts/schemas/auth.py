"""Sign-up, sign-in, sessions and passwords, as they are sent."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from dumont.accounts.rules import addresses
from dumont.accounts.rules.roles import AccountRole
from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import Name

Email = Annotated[str, AfterValidator(addresses.read), Field(max_length=300, examples=["ada@example.com"])]
Password = Annotated[SecretStr, Field(max_length=1000, examples=["correct horse battery staple"])]
Token = Annotated[
    SecretStr, Field(min_length=1, max_length=200, examples=["pQ7c0xw1S8v4mB2yT6nKd9aLrE3fZuJh5gXoViCqYtM"])
]
PersonName = Annotated[Name, Field(examples=["Ada Lovelace"])]
Remember = Literal["token", "cookie"]


class SignUp(RequestBody):
    email: Email
    name: PersonName
    password: Password


class Message(BaseModel):
    message: str = Field(description="What to do now, for people.", examples=["Thank you. You can sign in now."])


class LogIn(RequestBody):
    email: Email
    password: Password
    remember: Remember = Field(
        "token",
        description="`cookie` keeps the refresh token in an HttpOnly cookie, out of reach of any script; "
        "`token` answers it, for programs.",
    )


class Refresh(RequestBody):
    refresh_token: Token | None = Field(None, description="Left out where the cookie carries it.")


class Grant(BaseModel):
    access_token: str = Field(
        description="Send it as `Authorization: Bearer ...`.", examples=["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"]
    )
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a kind
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[900])
    refresh_token: str | None = Field(
        description="Good for one refresh. Null if a cookie carries it, or another caller has just got the next one.",
        examples=[None],
    )


class Me(BaseModel):
    id: UUID
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: AccountRole
    permissions: list[str] = Field(
        description="What this request's token may do.", examples=[["account:read", "account:write"]]
    )
    created_at: datetime
    last_login_at: datetime | None


class MeChange(RequestBody):
    name: PersonName | None = None


class SessionItem(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    last_used_at: datetime = Field(description="When it was last refreshed.")
    ip: str = Field(examples=["198.51.100.7"])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"])
    current: bool = Field(False, description="Whether it is the one that asks.")


class PasswordChange(RequestBody):
    current_password: Password
    new_password: Password


class Forgot(RequestBody):
    email: Email


class Reset(RequestBody):
    token: Token
    new_password: Password


class StrengthQuestion(RequestBody):
    password: Password
    email: Annotated[str, Field(max_length=300, examples=["ada@example.com"])] | None = None


class Strength(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    score: int = Field(ge=0, le=4, description="0 is guessed at once, 4 never.", examples=[1])
    acceptable: bool
    warning: str | None = Field(examples=["It is short."])
    suggestions: list[str] = Field(examples=[["Add a word or two."]])


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
