"""Stars for machines, and what accounts want of searches."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import PRINTABLE
from dumont.reliability.ratings import Aggregate
from dumont.reliability.schemas.fields import Count, Key, MachineId, ProviderName

Stars = Annotated[int, Field(strict=True, ge=1, le=5, examples=[4])]
Average = Annotated[float | None, Field(description="1 to 5; null where nobody has rated it.", examples=[4.5])]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTABLE)]


class RatingWish(RequestBody):
    rating: Stars
    comment: Comment | None = Field(None, examples=["Quick to boot."])


class RatingDone(BaseModel):
    provider: ProviderName
    machine_id: MachineId
    key: Key
    rating: Stars
    average_rating: Average
    ratings: Count


class OwnRating(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    rating: Stars
    comment: str | None = Field(examples=["Quick to boot."])
    at: datetime


class MachineRatings(BaseModel):
    provider: ProviderName
    machine_id: MachineId
    key: Key
    average_rating: Average
    ratings: Count
    by_stars: dict[str, int] = Field(examples=[{"1": 0, "2": 0, "3": 1, "4": 5, "5": 9}])
    own: OwnRating | None = Field(description="Yours; null for somebody who is not signed in.")


class Preferences(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    threshold: int = Field(description="The least score wanted, 0 to 100.", examples=[70])
    exclude_below_threshold: bool = Field(description="Leave out what is below. What has no score is not below it.")
    sort_by_reliability: bool


class PreferencesWish(RequestBody):
    threshold: int = Field(70, strict=True, ge=0, le=100)
    exclude_below_threshold: StrictBool = True
    sort_by_reliability: StrictBool = False


def done(found: Aggregate, rating: int) -> RatingDone:
    return RatingDone(**_machine(found), rating=rating, average_rating=_average(found), ratings=found.count)


def shown(found: Aggregate) -> MachineRatings:
    by_stars = {str(stars): count for stars, count in (found.by_stars or {}).items()}
    own = OwnRating.model_validate(found.own) if found.own else None
    return MachineRatings(
        **_machine(found), average_rating=_average(found), ratings=found.count, by_stars=by_stars, own=own
    )


def _machine(found: Aggregate) -> dict[str, str]:
    machine = found.machine
    return {"provider": machine.provider, "machine_id": machine.machine_id, "key": str(machine)}


def _average(found: Aggregate) -> float | None:
    return None if found.average is None else round(found.average, 2)
