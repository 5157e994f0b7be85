"""The clouds themselves, and how each of them stands."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.market.report import Report
from dumont.market.schemas.fields import Count, ProviderName
from dumont.platform.http.bodies import RequestBody


class Credential(BaseModel):
    """What a cloud asks for to let somebody in."""

    name: str = Field(examples=["api_key"])
    title: str = Field(examples=["API key"])
    secret: bool
    optional: bool
    hint: str = Field(examples=["Begins with `rpa_`."])


class Standing(BaseModel):
    """For those who operate the system."""

    error: str | None = Field(description="What was wrong with the last reading.", examples=["vast asks for a pause."])
    error_at: datetime | None
    failures: Count = Field(description="In a row.")
    next_at: datetime | None = Field(description="When it is read again.")
    frozen_reason: str | None = Field(
        description="Why nothing is stopped or ended there until somebody has looked.",
        examples=["12 of 20 offers do not fit the API as we know it"],
    )
    frozen_at: datetime | None
    waits: dict[str, float] = Field(
        description="Seconds until the next call of each group is allowed.", examples=[{"search": 1.5}]
    )
    report: Report | None = Field(description="Of the last reading.")


class Provider(BaseModel):
    name: ProviderName
    title: str = Field(examples=["Vast.ai"])
    site: str = Field(examples=["https://vast.ai"])
    disabled: str | None = Field(description="Why it can't be used at all.", examples=[None])
    configured: bool = Field(description="Whether its offers can be read.")
    why_not: str | None = Field(description="Why they can't.", examples=["There is no key for RunPod: api_key."])
    can: dict[str, bool] = Field(examples=[{"search": True, "spot": True, "stop_start": True}])
    cannot: dict[str, str] = Field(
        description="For what it can't, the reason where there is one.", examples=[{"labels": "its API has none"}]
    )
    credentials: list[Credential]
    where: str = Field(description="Where a key is made.", examples=["Account, API keys"])
    offers: Count
    last_sync_at: datetime | None = Field(description="The end of the last reading, whatever came of it.")
    last_complete_at: datetime | None = Field(description="The last whole list.")
    age_seconds: float | None = Field(description="Since its offers were seen; null for never.", examples=[4.2])
    stale: bool = Field(description="Whether that is so long ago that its offers count as not available.")
    error_code: str | None = Field(description="What was wrong with the last reading.", examples=["rate_limited"])
    standing: Standing | None = Field(description="For operators only; null for everybody else.")


class Providers(BaseModel):
    items: list[Provider] = Field(description="All that there are, in the order of their size.")


class Begun(BaseModel):
    provider: ProviderName
    job_id: UUID = Field(description="Follow it at `/jobs/{id}`.")


class BegunJobs(BaseModel):
    jobs: list[Begun]


class TrialWish(RequestBody):
    record: bool = Field(False, description="Keep every answer, without secrets, in the result of the job.")


class Unfrozen(BaseModel):
    provider: ProviderName
    was_frozen: bool
