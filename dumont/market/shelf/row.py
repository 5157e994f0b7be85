"""One offer as the shelf takes it in, and how far a provider has been followed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Row(NamedTuple):
    """Any sequence in the same order does as well, such as a record of the database driver.

    Prices are whole millionths of a dollar, so that they come out as they went in.
    """

    id: UUID
    provider: str
    provider_offer_id: str
    machine_id: str
    host_id: str | None
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    cpu_cores: float | None
    ram_gb: float | None
    disk_gb: float | None
    inet_down_mbps: float | None
    inet_up_mbps: float | None
    cuda_max: float | None
    driver: str | None
    region: str | None
    country: str | None
    price_micros: int | None
    spot_price_micros: int | None
    storage_price_micros: int | None
    egress_price_micros: int | None
    provider_reliability: float | None
    verified: bool
    available: bool
    """As the cloud said when it was last listed."""
    first_seen: datetime
    last_seen: datetime | None
    """None while it is in the newest answer: then the mark of its provider tells the moment."""
    gone_at: datetime | None
    """When a complete list first lacked it; None while it is on offer."""
    revision: int = 0


FIELDS: tuple[str, ...] = Row._fields
"""The order in which to select."""


class Mark(NamedTuple):
    """Of one provider."""

    generation: int = 0
    revision: int = 0
    seen_at: datetime | None = None
    """When offers without a `last_seen` of their own were seen."""
