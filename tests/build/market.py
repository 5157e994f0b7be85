"""Offers as clouds list them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dumont.providers.port import Catalogue, Listed


def listed(identity: str = "1", **other: Any) -> Listed:
    """A plain machine with one RTX 4090."""
    values: dict[str, Any] = {
        "provider_offer_id": identity,
        "machine_id": f"m{identity}",
        "host_id": "h1",
        "gpu_name": "RTX 4090",
        "gpu_count": 1,
        "vram_gb": 24.0,
        "cpu_cores": 16.0,
        "ram_gb": 64.0,
        "disk_gb": 500.0,
        "inet_down_mbps": 900.0,
        "inet_up_mbps": 400.0,
        "cuda_max": 12.8,
        "driver": "570.86",
        "region": "Sweden, SE",
        "country": "SE",
        "price_hour": Decimal("0.42"),
        "spot_price_hour": Decimal("0.2"),
        "storage_price_gb_month": Decimal("0.15"),
        "egress_price_gb": Decimal("0.002"),
        "provider_reliability": 0.99,
        "verified": True,
    }
    return Listed(**{**values, **other})


def many(count: int, *, first: int = 0, **other: Any) -> list[Listed]:
    return [listed(str(number), **other) for number in range(first, first + count)]


def catalogue(offers: Iterable[Listed], *, complete: bool = True, **other: Any) -> Catalogue:
    return Catalogue(tuple(offers), complete, **other)
