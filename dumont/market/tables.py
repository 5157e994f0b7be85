"""The tables of the market: clouds and how far each is known, offers, what prices did, and each hour of a model."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dumont.platform.db import Base

PRICE = Numeric(12, 6)


class MarketProvider(Base):
    """One row a cloud. Whoever changes its offers holds this row, and raises `revision`."""

    __tablename__ = "market_providers"

    name: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    """Raised when rows vanish: what was kept of this cloud elsewhere is to be read anew."""
    revision: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime | None]
    """Of the newest answer with offers in it: when those without a moment of their own were seen."""
    last_complete_at: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_error_code: Mapped[str | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    offers: Mapped[int] = mapped_column(Integer)
    """How many it has now, as far as is known."""
    last_report: Mapped[dict[str, Any] | None]
    next_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(Integer)
    """In a row."""
    shrunken: Mapped[int] = mapped_column(Integer)
    """How many answers in a row lacked most of what there was."""
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]


class MarketOffer(Base):
    __tablename__ = "market_offers"
    __table_args__ = (
        UniqueConstraint("provider", "provider_offer_id"),
        CheckConstraint("gone_at IS NULL OR (last_seen IS NOT NULL AND NOT available AND digest IS NULL)", name="gone"),
        Index(None, "provider", "revision"),
        Index("ix_market_offers_gone_at", "gone_at", postgresql_where=text("gone_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(ForeignKey("market_providers.name"))
    provider_offer_id: Mapped[str]
    machine_id: Mapped[str]
    host_id: Mapped[str | None]
    gpu_name: Mapped[str | None]
    gpu_count: Mapped[int] = mapped_column(Integer)
    vram_gb: Mapped[float] = mapped_column(Float(53))
    cpu_cores: Mapped[float | None] = mapped_column(Float(53))
    ram_gb: Mapped[float | None] = mapped_column(Float(53))
    disk_gb: Mapped[float | None] = mapped_column(Float(53))
    inet_down_mbps: Mapped[float | None] = mapped_column(Float(53))
    inet_up_mbps: Mapped[float | None] = mapped_column(Float(53))
    cuda_max: Mapped[float | None] = mapped_column(Float(53))
    driver: Mapped[str | None]
    region: Mapped[str | None]
    country: Mapped[str | None]
    price_hour: Mapped[Decimal | None] = mapped_column(PRICE)
    spot_price_hour: Mapped[Decimal | None] = mapped_column(PRICE)
    storage_price_gb_month: Mapped[Decimal | None] = mapped_column(PRICE)
    egress_price_gb: Mapped[Decimal | None] = mapped_column(PRICE)
    provider_reliability: Mapped[float | None] = mapped_column(Float(53))
    verified: Mapped[bool] = mapped_column(Boolean)
    available: Mapped[bool] = mapped_column(Boolean)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime | None]
    """Null while it is in the cloud's newest answer: then it was seen when that came (`MarketProvider.seen_at`)."""
    gone_at: Mapped[datetime | None]
    """When a whole list first lacked it; null while it is on offer."""
    digest: Mapped[int | None] = mapped_column(BigInteger)
    """Of all that the cloud says of it. Null once gone, so that its return is a change whatever it looks like."""
    revision: Mapped[int] = mapped_column(BigInteger)


class MarketPriceChange(Base):
    """By month on `at`: the first price seen of an offer, and each one after it."""

    __tablename__ = "market_price_changes"
    __table_args__ = (Index(None, "gpu_name", "at"), {"postgresql_partition_by": "RANGE (at)"})

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key: prices outlive their offers."""
    at: Mapped[datetime] = mapped_column(primary_key=True)
    provider: Mapped[str]
    gpu_name: Mapped[str | None]
    gpu_count: Mapped[int] = mapped_column(Integer)
    region: Mapped[str | None]
    price_hour: Mapped[Decimal | None] = mapped_column(PRICE)
    spot_price_hour: Mapped[Decimal | None] = mapped_column(PRICE)


class MarketModelHour(Base):
    """By month on `hour`: what one GPU of a model cost at a cloud, an hour, of what was available then."""

    __tablename__ = "market_model_hours"
    __table_args__ = ({"postgresql_partition_by": "RANGE (hour)"},)

    gpu_name: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    median: Mapped[Decimal | None] = mapped_column(PRICE)
    highest: Mapped[Decimal | None] = mapped_column(PRICE)
    spot_lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    effective_lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    """What an hour of useful work cost at least, on demand and on the usual terms, by what was known then."""
    count: Mapped[int] = mapped_column(Integer)


class MarketRegionHour(Base):
    """By month on `hour`: the same, of each region of a cloud by itself."""

    __tablename__ = "market_region_hours"
    __table_args__ = ({"postgresql_partition_by": "RANGE (hour)"},)

    gpu_name: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    """Empty where the cloud names none."""
    lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    median: Mapped[Decimal | None] = mapped_column(PRICE)
    highest: Mapped[Decimal | None] = mapped_column(PRICE)
    spot_lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    effective_lowest: Mapped[Decimal | None] = mapped_column(PRICE)
    count: Mapped[int] = mapped_column(Integer)
