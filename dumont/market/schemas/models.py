"""What there is on the market: models of GPU and the clouds that offer them, with counts and prices."""

from pydantic import BaseModel, Field

from dumont.market.schemas.fields import Count, Figure, ModelName, Price, ProviderName


class Model(BaseModel):
    name: ModelName
    vendor: str = Field(examples=["NVIDIA"])
    architecture: str = Field(examples=["Ada Lovelace"])
    vram_gb: Figure
    tflops: float = Field(description="Dense fp16 of one GPU.", examples=[165.2])
    bandwidth_gbs: float = Field(examples=[1008.0])
    offers: Count
    available: Count
    providers: list[ProviderName]
    price_low: Price | None = Field(description="An hour of one GPU, of what is available.")
    price_median: Price | None
    price_high: Price | None
    spot_low: Price | None


class Models(BaseModel):
    items: list[Model]


class MarketProvider(BaseModel):
    name: ProviderName
    title: str = Field(examples=["Vast.ai"])
    offers: Count
    available: Count
    models: Count
    price_low: Price | None = Field(description="An hour of one GPU, of what is available.")
    price_high: Price | None
    age_seconds: float | None = Field(description="Since its last complete list; null for never.", examples=[4.2])
    stale: bool


class MarketProviders(BaseModel):
    items: list[MarketProvider]
