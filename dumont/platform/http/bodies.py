"""What a request may say, and nothing besides: a misspelt field is refused, not swallowed."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """The class under every body that a client sends."""

    model_config = ConfigDict(extra="forbid")
