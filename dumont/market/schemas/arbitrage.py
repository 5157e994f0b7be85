"""Differences of price between clouds, all for an hour of one GPU: chances, savings, comparison, good deals."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.market.schemas.fields import Count, Figure, ModelName, Percent, Price, ProviderName
from dumont.market.schemas.offers import KnownFrom, ModelHour, Offer


class Quote(BaseModel):
    provider: ProviderName
    price_gpu_hour: Price
    offer_id: UUID


class EffectiveSpread(BaseModel):
    """The same on the price of an hour of useful work."""

    cheapest: Quote
    dearest: Quote
    spread_percent: Percent
    saving_hour: Price
    saving_month: Price


class Opportunity(BaseModel):
    model: ModelName
    cheapest: Quote = Field(description="The lowest price of the cheapest cloud.")
    dearest: Quote = Field(description="The lowest price of the dearest cloud: what you would pay there at least.")
    median: Price = Field(description="Of all offers of this model.")
    spread_percent: float = Field(description="How much more the dearest costs than the cheapest.", examples=[84.6])
    saving_hour: Price
    saving_month: Price = Field(description="Of 730 hours.")
    effective: EffectiveSpread | None
    offers: Count
    providers: Count
    single_host: bool = Field(description="One host that is not known to be reliable makes an end of it alone.")
    note: str | None = Field(examples=[None])


class Opportunities(BaseModel):
    items: list[Opportunity]
    as_of: datetime | None = Field(description="When the oldest of the lists it is made of was complete.")
    models_suggested: list[ModelName]


class Cost(BaseModel):
    provider: ProviderName | None = Field(description="Null for a median.")
    offer_id: UUID | None
    price_gpu_hour: Price
    cost: Price = Field(description="Over the whole time.")


class CloudSaving(BaseModel):
    """Against one of the large clouds, on demand, by its nearest machine."""

    provider: ProviderName
    model: ModelName
    same_model: bool
    why: str = Field(examples=["Nearest in memory and compute: 1.9 times the GPU you asked for."])
    price_gpu_hour: Price
    cost: Price
    saving: Price = Field(description="Negative where the large cloud is cheaper.")
    saving_percent: Percent
    offer_id: UUID


class ModelSavings(BaseModel):
    variant: ModelName | None = Field(description="The one GPU that these figures are of; null where nobody has any.")
    cheapest: Cost | None
    median: Cost | None
    dearest: Cost | None
    saving_on_median: Price | None
    saving_on_dearest: Price | None
    clouds: list[CloudSaving]
    offers: Count


class Savings(ModelSavings):
    """Where a name means several GPUs, the figures are of that of which the cheapest is; `others` has the rest."""

    model: str = Field(description="As it was asked for.", examples=["RTX 4090"])
    models: list[ModelName] = Field(description="What that means.")
    models_suggested: list[ModelName]
    hours_per_day: Figure
    days: Figure
    hours: Figure
    others: list[ModelSavings] = Field(description="The other GPUs that the name means and somebody has, the same way.")
    as_of: datetime | None


class ModelPrices(BaseModel):
    """Of one GPU at one cloud."""

    model: ModelName
    lowest: Price | None
    median: Price | None
    count: Count
    spot_lowest: Price | None
    effective_lowest: Price | None = Field(
        description="The least that an hour of useful work costs, on demand and on the usual terms."
    )
    reliability: float | None = Field(description="0 to 1; the mean of what it claims.", examples=[0.98])
    trend_7d_percent: float | None = Field(description="Of its lowest price against 7 days ago.", examples=[-4.2])
    offer_id: UUID | None = Field(description="Its cheapest offer.")
    series: list[ModelHour] = Field(description="7 days by the hour, oldest first.")


class ProviderPrices(ModelPrices):
    """Where a name means several GPUs, the figures are of the cheapest there; `others` has the rest."""

    provider: ProviderName
    title: str = Field(examples=["Vast.ai"])
    others: list[ModelPrices] = Field(description="The other GPUs that the name means, at this cloud.")


class ProviderComparison(BaseModel):
    model: str = Field(description="As it was asked for.", examples=["RTX 4090"])
    models: list[ModelName] = Field(description="What that means.")
    models_suggested: list[ModelName]
    items: list[ProviderPrices]
    as_of: datetime | None
    history: KnownFrom


class Deal(BaseModel):
    offer: Offer
    price_gpu_hour: Price
    median_7d: Price = Field(description="Of the model, over all clouds and the last 7 days, an hour of one GPU.")
    discount_percent: Percent
    hours_known: int = Field(description="Hours of history behind the median.", examples=[168])
    note: str | None = Field(examples=[None])


class Deals(BaseModel):
    items: list[Deal]
    models_suggested: list[ModelName]
    as_of: datetime | None
    history: KnownFrom
