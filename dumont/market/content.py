"""What the market keeps of an offer: its digest, which tells whether anything changed, and its row, if it is fit."""

import math
from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import blake2b
from operator import attrgetter

import orjson

from dumont.basics.gpu import gpus
from dumont.market.rules.identity import offer_id
from dumont.market.store.writing import Row
from dumont.providers.port import Listed

DOLLARS_MAX = 1_000_000
GPUS_MAX = 1024
TEXT_MAX = 400

_everything = attrgetter(*(field.name for field in fields(Listed)))


class Unfit(ValueError):
    """This offer can't be kept; the text says why."""


def digest_of(listed: Listed) -> int:
    """64 bits of all that the cloud says, the same in every process."""
    said = orjson.dumps(_everything(listed), default=str)
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


def row_of(provider: str, listed: Listed, digest: int) -> Row:
    """Raises `Unfit` for what can't be rented or told apart; a measure that makes no sense is only left out."""
    identity = _named(listed.provider_offer_id)
    return Row(
        id=offer_id(provider, identity),
        provider_offer_id=identity,
        machine_id=_named(listed.machine_id),
        host_id=_text(listed.host_id),
        gpu_name=_gpu(listed),
        gpu_count=listed.gpu_count,
        vram_gb=_memory(listed),
        cpu_cores=_number(listed.cpu_cores),
        ram_gb=_number(listed.ram_gb),
        disk_gb=_number(listed.disk_gb),
        inet_down_mbps=_number(listed.inet_down_mbps),
        inet_up_mbps=_number(listed.inet_up_mbps),
        cuda_max=_number(listed.cuda_max),
        driver=_text(listed.driver),
        region=_text(listed.region),
        country=_country(listed.country),
        price_micros=_micros(listed.price_hour),
        spot_price_micros=_priced(listed),
        storage_price_micros=_micros(listed.storage_price_gb_month),
        egress_price_micros=_micros(listed.egress_price_gb),
        provider_reliability=_share(listed.provider_reliability),
        verified=bool(listed.verified),
        available=bool(listed.available),
        digest=digest,
    )


def _named(text: str) -> str:
    found = _text(text)
    if found is None or found != text:
        raise Unfit(f"an id must have 1 to {TEXT_MAX} printable characters")
    return found


def _memory(listed: Listed) -> float:
    """As the table of facts has it: drivers tell a little less, and a card of 24 GB must be found by `min_vram=24`."""
    fact = gpus().get(listed.gpu_name) if listed.gpu_name else None
    return fact.memory_gb if fact else _number(listed.vram_gb) or 0.0


def _gpu(listed: Listed) -> str | None:
    if not 0 <= listed.gpu_count <= GPUS_MAX:
        raise Unfit("a number of GPUs that can't be")
    if (listed.gpu_name is None) != (listed.gpu_count == 0):
        raise Unfit("a GPU without a name, or a name without a GPU")
    if listed.gpu_name is not None and listed.gpu_name not in gpus():
        raise Unfit("a GPU by a name that is not canonical")
    return listed.gpu_name


def _priced(listed: Listed) -> int | None:
    if listed.price_hour is None and listed.spot_price_hour is None:
        raise Unfit("no price")
    return _micros(listed.spot_price_hour)


def _micros(price: Decimal | None) -> int | None:
    if price is None:
        return None
    if not price.is_finite() or not 0 <= price < DOLLARS_MAX:
        raise Unfit("a price that can't be")
    return int((price * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) and value >= 0 else None


def _share(value: float | None) -> float | None:
    return float(value) if value is not None and 0 <= value <= 1 else None


def _text(value: str | None) -> str | None:
    """PostgreSQL takes no NUL, and no half of a character."""
    if not value:
        return None
    clean = value.encode("utf-8", "ignore").decode().replace("\0", "")
    return clean[:TEXT_MAX] or None


def _country(value: str | None) -> str | None:
    return value if value and len(value) == 2 and value.isascii() and value.isalpha() and value.isupper() else None
