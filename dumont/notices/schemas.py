"""Webhooks, as they are asked for and shown."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dumont.notices.rules.topics import Topic
from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import Name

Form = Literal["json", "slack"]
Url = Annotated[SecretStr, Field(min_length=8, max_length=2000, description="Kept sealed; only its end is shown.")]
Topics = Annotated[list[Topic], Field(min_length=1, max_length=20)]


class WebhookWish(RequestBody):
    name: Annotated[Name, Field(examples=["our chat"])]
    url: Url = Field(examples=["https://hooks.slack.com/services/T0/B0/x"])
    form: Form = Field("json", description="`slack` sends `text` alone, as chats take it.")
    topics: Topics = Field(description="What it is told of.", examples=[["idle_soon", "interrupted"]])


class WebhookChange(RequestBody):
    """What is left out stays as it is."""

    name: Annotated[Name, Field(examples=["our chat"])] | None = None
    url: Url | None = Field(None, examples=["https://hooks.slack.com/services/T0/B0/x"])
    form: Form | None = None
    topics: Topics | None = Field(None, examples=[["interrupted"]])
    enabled: bool | None = None

    def given(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.model_fields_set}
        if isinstance(told.get("url"), SecretStr):
            told["url"] = told["url"].get_secret_value()
        return {name: value for name, value in told.items() if value is not None}


class Webhook(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["our chat"])
    host: str = Field(examples=["hooks.slack.com"])
    ending: str = Field(description="The last four characters of its address.", examples=["7f3c"])
    form: Form
    topics: list[str] = Field(examples=[["idle_soon"]])
    enabled: bool
    created_at: datetime
    changed_at: datetime


class Webhooks(BaseModel):
    items: list[Webhook]


class NewWebhook(Webhook):
    secret: str = Field(
        description="Signs each message: `Dumont-Signature: t=<seconds>,v1=<HMAC-SHA256 of `t.body`>`. Shown once.",
        examples=["whs_..."],
    )


class WebhookDelivery(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    topic: str = Field(examples=["hibernated"])
    text: str = Field(examples=["llama is hibernated."])
    state: Literal["waiting", "delivered", "dead"]
    tries: int = Field(examples=[1])
    status: int | None = Field(description="Of the newest answer.", examples=[200])
    error: str | None = Field(examples=[None])
    milliseconds: int | None = Field(examples=[84])
    created_at: datetime
    tried_at: datetime | None
    ended_at: datetime | None
