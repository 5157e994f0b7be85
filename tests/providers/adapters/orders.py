"""Orders as the product makes them."""

from collections.abc import Sequence
from typing import Any

from dumont.providers.port import Listed, Order

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7vLq0kz0mTn0uVq3xO2Qm1cXyJb4r9kH8sQeYw2abc dumont"
LABEL = "dumont/test/0190f0c5-7e1e-7000-8000-0000000000aa"


def order(offer: Listed, **changed: Any) -> Order:
    wanted: dict[str, Any] = {
        "offer": offer,
        "label": LABEL,
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "disk_gb": 60,
        "ssh_keys": [KEY],
    }
    return Order(**wanted | changed)


def offer_of(offers: Sequence[Listed], offer_id: str) -> Listed:
    return next(each for each in offers if each.provider_offer_id == offer_id)
