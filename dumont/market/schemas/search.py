"""The search: what may be asked, and what is answered beside the offers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dumont.market.schemas.fields import Count, Figure, ModelName, ProviderName, Sort, Text
from dumont.market.schemas.offers import KnownFrom, Offer
from dumont.platform.http.fields import PRINTABLE

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PRINTABLE)]
Country = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z]{2}$")]
Amount = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=0, le=10_000)]
LIMIT_DEFAULT, LIMIT_MAX = 50, 500


class OfferFilters(BaseModel):
    """What an offer has to be like. A filter that is not known is refused, so that a misspelt one does not fit all."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTABLE)] | None = Field(
        None,
        description="In words: `H100:80GB:1..8`, `gpu_name=RTX_4090 num_gpus=1 dph<0.5`, or `4090 x2 <0.5 EU`.",
    )
    model: list[Word] = Field([], max_length=50, description="Canonical name or alias of a GPU; may be repeated.")
    provider: list[Word] = Field([], max_length=50, description="May be repeated.")
    min_vram: Amount | None = Field(None, description="GB of one GPU.")
    max_vram: Amount | None = None
    min_price: Amount | None = Field(
        None, description="Dollars an hour for the whole machine; at spot, the spot price."
    )
    max_price: Amount | None = None
    gpu_count: Number | None = Field(None, description="Exactly so many GPUs; 0 for machines without any.")
    min_gpus: Number | None = None
    max_gpus: Number | None = None
    region: list[Word] = Field([], max_length=50, description="As the cloud calls it, or `EU`, `US`; may be repeated.")
    country: list[Country] = Field([], max_length=50, description="Two letters; may be repeated.")
    min_reliability: Fraction | None = Field(None, description="0 to 1, as the provider claims.")
    min_inet_down: Amount | None = Field(None, description="Mbit/s.")
    min_inet_up: Amount | None = None
    min_cpu_cores: Amount | None = None
    min_ram_gb: Amount | None = None
    min_disk_gb: Amount | None = Field(None, description="Disk that the machine has.")
    cuda_min: Amount | None = None
    verified: bool | None = None
    min_score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = Field(
        None, description="Least reliability score, 0 to 100. Machines without one are not below it."
    )
    snapshot_gb: Amount | None = Field(None, description="Size of what is brought in; for the effective price.")
    hours: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] | None = Field(
        None, description="How long it is wanted; for the effective price."
    )


class SearchParams(OfferFilters):
    """The filters of a search, and how its answer is to be put."""

    spot: bool | None = Field(
        None, description="True: only what has a spot price, at that price. False: only what can be had on demand."
    )
    available_only: bool = True
    include_blacklisted: bool = False
    disk_gb: Amount | None = Field(None, description="Disk wanted; counts in `dph_total` and the effective price.")
    sort: Sort = Field("price", description="`-` in front for the highest first.")
    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="How many at most.")
    cursor: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Where to go on: `next_cursor` of the page before."
    )


class Hidden(BaseModel):
    """How many offers fit, but are not shown."""

    blacklisted: Count
    unavailable: Count
    below_threshold: Count


class ProviderAge(BaseModel):
    name: ProviderName
    offers: Count
    age_seconds: float | None = Field(description="Since its last complete list; null for never.", examples=[4.2])
    stale: bool
    error: str | None = Field(description="Code of what went wrong at the last try.", examples=[None])


class Understood(BaseModel):
    """The whole query as it was read, from `q` and the other parameters together; null where nothing was said."""

    models: list[ModelName] | None
    providers: list[ProviderName] | None
    regions: list[Text] | None
    countries: list[Text] | None
    min_vram: Figure | None
    max_vram: Figure | None
    min_price: Figure | None
    max_price: Figure | None
    gpu_count: Count | None
    min_gpus: Count | None
    max_gpus: Count | None
    min_reliability: Figure | None
    min_inet_down: Figure | None
    min_inet_up: Figure | None
    min_cpu_cores: Figure | None
    min_ram_gb: Figure | None
    min_disk_gb: Figure | None
    cuda_min: Figure | None
    verified: bool | None
    spot: bool | None
    available_only: bool
    include_blacklisted: bool
    min_score: Figure | None
    disk_gb: Figure = Field(description="With the next two, what the effective price is worked out for.")
    snapshot_gb: Figure
    hours: Figure


class SearchAnswer(BaseModel):
    items: list[Offer]
    total: int = Field(description="How many offers fit, on all pages.", examples=[137])
    next_cursor: str | None = Field(
        description="Give it as `cursor` to get the next page; null on the last one.", examples=[None]
    )
    sort: Sort
    hidden: Hidden
    providers: list[ProviderAge]
    models_suggested: list[ModelName] = Field(description="Names like the one that nobody knows; else empty.")
    understood: Understood
    reliability: KnownFrom
