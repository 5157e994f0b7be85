"""What was written on a machine, as it is sent."""

from datetime import datetime

from pydantic import Field

from dumont.fleet.rules.logs import Source
from dumont.fleet.schemas.fields import Answer


class InstanceLog(Answer):
    """The end of a log, or what came since; tokens, and values of secret variables, are left out of it."""

    source: Source = Field(
        description="`run`: of what is run; `onstart`: of the start script; `agent`; `cloud`: what the provider keeps."
    )
    text: str = Field(examples=["epoch 12 loss 0.31\n"])
    more: bool = Field(description="Whether there is more before it.")
    anew: bool = Field(description="Whether another machine or script began it anew since `since`.")
    cursor: str | None = Field(
        description="For `since`, to be told what comes; null where that is not possible.",
        examples=["5b1f20ac93de.8192"],
    )
    live: bool = Field(description="Read on the machine now; else it is what is kept of the last one.")
    provider: str | None = Field(examples=["vast"])
    machine_id: str | None = Field(examples=["12345"])
    as_of: datetime
    note: str | None = Field(description="What it is, where that is not plain.", examples=[None])
