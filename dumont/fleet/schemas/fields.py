"""Fields that many answers of the fleet have."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Price = Annotated[
    Decimal,
    Field(description="US dollars, exact to the last figure.", examples=["0.420000"]),
    PlainSerializer(lambda value: f"{value:.6f}", return_type=str),
]
Seconds = Annotated[float, Field(examples=[41.2])]
Percent = Annotated[float | None, Field(description="0 to 100; null where it is not known.", examples=[93.5])]
Stages = Annotated[
    dict[str, float],
    Field(description="Seconds of each stage that is over.", examples=[{"creating": 1.2, "booting": 38.4}]),
]
ProviderName = Annotated[str, Field(examples=["vast"])]
MachineId = Annotated[str, Field(description="The provider's own id of the machine.", examples=["12345"])]
Count = Annotated[int, Field(ge=0, examples=[3])]

InstancePath = Annotated[UUID, Path(description="The instance.")]
OperationPath = Annotated[UUID, Path(description="The operation.")]
WithoutUnread = Annotated[
    bool,
    Query(
        description="Goes on without the files that can't be read, which its operation or its newest snapshot names: "
        "they are lost with the machine. Holds for this operation alone."
    ),
]
TeamQuery = Annotated[UUID | None, Query(description="Of this team of yours alone.")]


class Answer(BaseModel):
    """What is shown is read off rows and plain values by name."""

    model_config = ConfigDict(from_attributes=True)


class Fault(Answer):
    """Why it failed, and what to do."""

    code: str = Field(examples=["no_machine"])
    message: str = Field(examples=["None of 15 machines came up."])
    hint: str | None = Field(examples=["Widen the filters, or try again in a while."])


class Owner(Answer):
    kind: Literal["user", "team"]
    id: UUID
