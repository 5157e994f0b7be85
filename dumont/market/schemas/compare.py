"""A few offers side by side, and who wins each row."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.market.schemas.offers import Offer
from dumont.platform.http.bodies import RequestBody

Amount = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False, examples=[50])]
FIRST, SECOND = "0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60", "0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b61"
Better = Literal["lower", "higher", "none"]


class CompareWish(RequestBody):
    ids: list[UUID] = Field(min_length=2, max_length=6, examples=[[FIRST, SECOND]])
    disk_gb: Amount | None = Field(None, description="Disk wanted.")
    hours: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False, examples=[24])] | None = Field(
        None, description="How long."
    )
    snapshot_gb: Amount | None = Field(None, description="Size of what is brought in.")


class CompareRow(BaseModel):
    field: str = Field(description="Name of the field of an offer.", examples=["effective_price_hour"])
    title: str = Field(examples=["Effective price"])
    unit: str = Field(description="Empty where there is none.", examples=["$/h"])
    better: Better
    values: list[str | float | bool | None] = Field(
        description="In the order of the offers; prices are decimal strings.", examples=[["0.420000", "0.390000"]]
    )
    winners: list[int] = Field(description="Places of the best; several where they share it.", examples=[[1]])


class Comparison(BaseModel):
    offers: list[Offer]
    rows: list[CompareRow]
    winner: int | None = Field(
        description="Place of the highest G-score, and of the lowest effective price where that is shared; "
        "null where both are.",
        examples=[1],
    )
