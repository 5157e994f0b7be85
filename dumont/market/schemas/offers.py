"""Offers as they are sent: what the cloud says of each, and what was worked out from it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.market.schemas.fields import Count, Figure, ModelName, Percent, Price, ProviderName, Score, Status, Text
from dumont.reliability.schemas.history import MachineAttempt, MachineHistory
from dumont.reliability.schemas.scores import MachineDay, MachineScore

FromZeroToOne = Annotated[float, Field(ge=0, le=1, examples=[0.987])]


class EffectiveParts(BaseModel):
    """What makes up the effective price, each in dollars an hour of useful work; together they are the price."""

    compute: Price
    disk: Price
    bandwidth: Price = Field(description="Bringing the snapshot in and taking results out, spread over the hours.")
    boot: Price = Field(description="Paid while the machine boots.")
    failure: Price = Field(description="Attempts that come to nothing, by how likely they are.")
    interruption: Price = Field(description="Work lost when the machine is taken away, by how likely that is.")


class GParts(BaseModel):
    """The four parts of the G-score, each from 0 to 100 before it is weighed."""

    performance: Score
    memory: Score
    price: Score
    reliability: Score


class Offer(BaseModel):
    id: UUID = Field(description="Stays the same for as long as the cloud keeps its own id.")
    provider: ProviderName
    provider_offer_id: str = Field(examples=["7654321"])
    machine_id: str = Field(description="The physical host; history sticks to it.", examples=["12345"])
    host_id: str | None = Field(examples=["881"])
    gpu_name: ModelName | None = Field(description="Canonical name; null for a machine without GPU.")
    gpu_count: int = Field(ge=0, examples=[2])
    vram_gb: float = Field(description="Of one GPU.", examples=[24.0])
    cpu_cores: Figure | None
    ram_gb: Figure | None
    disk_gb: Figure | None
    inet_down_mbps: Figure | None
    inet_up_mbps: Figure | None
    cuda_max: Figure | None
    driver: str | None = Field(examples=["550.54.14"])
    region: Text | None = Field(description="As the cloud calls it.")
    country: str | None = Field(description="Two capital letters.", examples=["US"])
    price_hour: Price | None = Field(description="On demand, the whole machine without storage; null if spot only.")
    spot_price_hour: Price | None = Field(description="The lowest bid or the spot price; null where there is none.")
    storage_price_gb_month: Price | None
    egress_price_gb: Price | None
    provider_reliability: FromZeroToOne | None = Field(description="What the provider itself claims.")
    verified: bool = Field(description="By the cloud.")
    available: bool
    first_seen: datetime
    last_seen: datetime
    dph_total: Price | None = Field(description="What you pay an hour on demand, with the disk asked for.")
    spot_dph_total: Price | None = Field(description="The same at the spot price.")
    effective_price_hour: Price | None = Field(description="What an hour of useful work costs, all in.")
    effective_parts: EffectiveParts | None
    g_score: Score | None
    g_parts: GParts | None
    tflops: float = Field(description="Dense fp16 of all its GPUs; 0 where it is not known.", examples=[330.4])
    tflops_per_dollar: float | None = Field(description="For each dollar of an hour.", examples=[786.7])
    pareto: bool = Field(description="Nothing else is better in price, performance and reliability at once.")
    reliability_status: Status
    success_rate: Percent | None = Field(description="Percent of our own attempts that succeeded.")
    total_attempts: Count
    reliability_score: Score | None = Field(description="From what we saw ourselves; null while that is too little.")
    is_blacklisted: bool
    blacklist_reason: str | None = Field(examples=[None])
    age_seconds: float = Field(description="Since the cloud was last seen to offer it.", examples=[4.2])
    stale: bool = Field(description="Its provider was not heard for too long.")


class PricePoint(BaseModel):
    at: datetime
    price_hour: Price | None
    spot_price_hour: Price | None


class ModelHour(BaseModel):
    """The prices of one hour, each of one GPU."""

    hour: datetime
    lowest: Price | None
    median: Price | None
    highest: Price | None
    spot_lowest: Price | None
    effective_lowest: Price | None = Field(
        description="What an hour of useful work cost at least, on demand and on the usual terms."
    )
    count: Count


class GpuFacts(BaseModel):
    name: ModelName
    vendor: str = Field(examples=["NVIDIA"])
    architecture: str = Field(examples=["Ada Lovelace"])
    vram_gb: Figure
    tflops: float = Field(description="Dense fp16 of one GPU.", examples=[165.2])
    fp32_tflops: Figure
    bandwidth_gbs: float = Field(examples=[1008.0])
    tdp_watts: int = Field(examples=[450])
    verified: bool = Field(description="False where a figure was derived by rule, or sources disagree.")


class Experience(BaseModel):
    """What we have seen of a machine ourselves; all empty where nothing was ever tried with it."""

    available: bool = Field(description="False where it could not be read just now.")
    note: str | None = Field(description="In words, where something is missing.", examples=[None])
    history: MachineHistory | None
    score: MachineScore | None
    attempts: list[MachineAttempt] = Field(description="The newest first, 10 at most.")
    days: list[MachineDay] = Field(description="The last 30, today last; null figures where nobody saw it.")


class Machine(BaseModel):
    key: str = Field(description="Provider and machine.", examples=["vast:12345"])
    offers: list[Offer] = Field(description="The other offers of the same machine.")
    known: Experience


class KnownFrom(BaseModel):
    """Whether what comes from the database could be had."""

    available: bool
    note: str | None = Field(description="In words, where something is missing or old.", examples=[None])


class OfferDetail(Offer):
    machine: Machine
    price_history: list[PricePoint] = Field(description="Of this offer, oldest first: one point a change.")
    gpu: GpuFacts | None
    history: list[ModelHour] = Field(description="Of the model at this provider, 7 days by the hour, oldest first.")
    similar: list[Offer] = Field(description="As many of the same GPU elsewhere, the cheapest first.")
    reliability: KnownFrom
