"""A market for measurements: as many offers as asked for, the same for the same seed, shaped like the clouds' own."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from dumont.basics.gpu import Gpu, gpus
from dumont.market.content import row_of
from dumont.market.rules.identity import offer_id
from dumont.market.shelf.row import Mark, Row
from dumont.providers.port import Listed

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROVIDERS = {"vast": 60, "runpod": 12, "aws": 8, "gcp": 7, "akash": 5, "ionet": 4, "lambda": 3, "local": 1}
"""With the share of each in the market."""
PLACES = (
    *(("US", "Texas, US"), ("US", "us-east-1"), ("US", "us-west-2"), ("CA", "Quebec, CA"), ("DE", "eu-central-1")),
    *(("SE", "Sweden, SE"), ("FI", "eu-north-1"), ("FR", "eu-west-3"), ("NO", "Norway, NO"), ("JP", "ap-northeast-1")),
    *(
        ("SG", "ap-southeast-1"),
        ("GB", "eu-west-2"),
        ("PL", "Poland, PL"),
        ("BR", "sa-east-1"),
        ("AU", "Australia, AU"),
    ),
)
COUNTS = (1, 1, 1, 1, 2, 2, 4, 8)
CUDAS = (11.8, 12.1, 12.4, 12.6, 12.8, None)
DRIVERS = ("535.183", "550.54", "560.35", "570.86", None)
CLAIMING = frozenset({"vast", "akash"})
SPOT = frozenset({"vast", "aws", "gcp"})


def listed(count: int, *, seed: int = 7) -> Iterator[tuple[str, Listed]]:
    """Each with its provider."""
    chance = random.Random(seed)
    known = list(gpus().values())
    weights = [3.0 if gpu.name.startswith("RTX") else 1.0 for gpu in known]
    providers = chance.choices(list(PROVIDERS), list(PROVIDERS.values()), k=count)
    models = chance.choices(known, weights, k=count)
    for number, (provider, gpu) in enumerate(zip(providers, models, strict=True)):
        yield provider, _listed(chance, provider, number, gpu)


def rows(offers: Iterable[tuple[str, Listed]], *, at: datetime = NOW) -> list[Row]:
    """As a follower of the database reads them."""
    return [_row(provider, offer, at) for provider, offer in offers]


def marks(*, revision: int = 1, at: datetime = NOW) -> Mapping[str, Mark]:
    return {name: Mark(0, revision, at) for name in PROVIDERS}


def changed(all_rows: Sequence[Row], share: float, *, seed: int = 8) -> list[Row]:
    """Some of them with another price, a fifth of those gone, and as many new ones."""
    chance = random.Random(seed)
    some = chance.sample(all_rows, int(len(all_rows) * share))
    fifth = len(some) // 5
    dearer = [row._replace(price_micros=(row.price_micros or 0) + chance.randrange(1, 90_000)) for row in some[fifth:]]
    gone = [row._replace(available=False, gone_at=NOW, last_seen=NOW) for row in some[:fifth]]
    new = [
        row._replace(id=offer_id(row.provider, f"new-{row.provider_offer_id}"), provider_offer_id=f"new-{number}")
        for number, row in enumerate(some[:fifth])
    ]
    return [*dearer, *gone, *new]


def _listed(chance: random.Random, provider: str, number: int, gpu: Gpu) -> Listed:
    count = chance.choice(COUNTS)
    country, region = chance.choice(PLACES)
    price = count * (0.02 + gpu.fp16_tflops**0.8 / 130) * chance.lognormvariate(0, 0.35)
    return Listed(
        provider_offer_id=str(10_000_000 + number),
        machine_id=str(chance.randrange(1, 1 + max(1, number // 2) + 1)),
        host_id=str(chance.randrange(1, 5000)),
        gpu_name=gpu.name,
        gpu_count=count,
        vram_gb=float(gpu.memory_gb),
        cpu_cores=float(chance.choice((8, 16, 32, 64, 96)) * max(1, count // 2)),
        ram_gb=float(chance.choice((16, 32, 64, 128, 256)) * count),
        disk_gb=round(chance.uniform(50, 4000), 1),
        inet_down_mbps=round(chance.lognormvariate(6.3, 1), 1),
        inet_up_mbps=round(chance.lognormvariate(5.8, 1), 1),
        cuda_max=chance.choice(CUDAS),
        driver=chance.choice(DRIVERS),
        region=region,
        country=country,
        price_hour=_money(price),
        spot_price_hour=_money(price * chance.uniform(0.3, 0.7)) if provider in SPOT else None,
        storage_price_gb_month=_money(chance.choice((0.0, 0.05, 0.1, 0.2))),
        egress_price_gb=_money(chance.choice((0.0, 0.02, 0.09))),
        provider_reliability=round(1 - chance.betavariate(1, 25), 4) if provider in CLAIMING else None,
        verified=chance.random() < 0.6,
        available=chance.random() < 0.97,
    )


def _money(dollars: float) -> Decimal:
    return Decimal(round(dollars * 1_000_000)).scaleb(-6)


def _row(provider: str, offer: Listed, at: datetime) -> Row:
    """As a sync writes it and a follower reads it."""
    kept = row_of(provider, offer, digest=0)._asdict()
    del kept["digest"]
    return Row(provider=provider, first_seen=at, last_seen=None, gone_at=None, **kept)
