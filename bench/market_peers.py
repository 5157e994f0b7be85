"""The peers of the market's search, over the same offers: gpuhunt, which dstack uses, and SQLite with indexes."""

import sqlite3
from collections.abc import Sequence
from heapq import nsmallest
from operator import attrgetter
from typing import Any

from gpuhunt import Catalog, CatalogItem
from gpuhunt._internal.catalog import OFFLINE_PROVIDERS, ProviderCatalog
from gpuhunt._internal.models import AcceleratorVendor

from dumont.basics.gpu import gpus
from dumont.market.rules.query import Query
from dumont.market.shelf.row import Row

PLACES = dict(
    zip(
        ("vast", "runpod", "aws", "gcp", "akash", "ionet", "lambda", "local"),
        ("cloudrift", "runpod", "aws", "gcp", "azure", "oci", "lambdalabs", "nebius"),
        strict=True,
    )
)
"""gpuhunt keeps in memory only what comes from clouds with a published list, so each cloud here goes by such a name."""
COLUMNS = "id, provider, gpu_name, gpu_count, vram_gb, price, country, reliability, inet_down, verified"
INDEXES = ("price", "gpu_name, price", "gpu_name, gpu_count, price", "vram_gb", "reliability", "country, price")


class Gpuhunt:
    """Its own `Catalog.query`, loaded with our offers; no network. Offers that are not available are left out."""

    def __init__(self, rows: Sequence[Row]) -> None:
        items: dict[str, list[CatalogItem]] = {name: [] for name in OFFLINE_PROVIDERS}
        for row in rows:
            if row.available and row.gone_at is None:
                items[PLACES[row.provider]].append(_item(row))
        for each in items.values():
            each.sort(key=attrgetter("price"))  # as its own lists are: then its merge is in order of price
        self.catalog = Catalog(balance_resources=False, auto_reload=False)
        self.catalog.catalog = {name: ProviderCatalog("bench", each) for name, each in items.items()}
        self.catalog.loaded_at = 0.0

    def can(self, query: Query) -> bool:
        """It knows neither countries nor reliability."""
        others = (query.regions, query.countries, query.min_reliability, query.min_inet_down, query.min_score)
        return all(asked is None for asked in others) and query.verified is None and not query.spot

    def all(self, query: Query) -> list[CatalogItem]:
        return self.catalog.query(
            provider=None if query.providers is None else [PLACES[name] for name in query.providers],
            gpu_name=None if query.models is None else sorted(query.models),
            min_gpu_count=query.gpu_count or query.min_gpus,
            max_gpu_count=query.gpu_count or query.max_gpus,
            min_gpu_memory=query.min_vram,
            max_gpu_memory=query.max_vram,
            min_price=None if query.min_price is None else float(query.min_price),
            max_price=None if query.max_price is None else float(query.max_price),
        )

    def top(self, query: Query) -> tuple[list[CatalogItem], int]:
        found = self.all(query)
        return nsmallest(query.limit, found, key=attrgetter("price")), len(found)


class Sqlite:
    """The floor: one table in memory, an index for each query."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.execute(f"CREATE TABLE offers ({COLUMNS})")
        values = (
            (str(r.id), r.provider, r.gpu_name, r.gpu_count, r.vram_gb, (r.price_micros or 0) / 1e6, r.country,
             r.provider_reliability, r.inet_down_mbps, r.verified)
            for r in rows if r.available and r.gone_at is None
        )  # fmt: skip
        self.db.executemany(f"INSERT INTO offers VALUES ({','.join('?' * 10)})", values)
        for number, columns in enumerate(INDEXES):
            self.db.execute(f"CREATE INDEX i{number} ON offers ({columns})")
        self.db.execute("ANALYZE")

    def can(self, query: Query) -> bool:
        """What we work out for ourselves is not in its table."""
        return query.sort in {"price", "vram"} and query.min_score is None and not query.spot and query.regions is None

    def top(self, query: Query) -> list[Any]:
        where, values = _where(query)
        order = f"{'vram_gb' if query.sort == 'vram' else 'price'} {'DESC' if query.descending else 'ASC'}"
        text = f"SELECT {COLUMNS} FROM offers WHERE {where} ORDER BY {order} LIMIT {query.limit}"
        return self.db.execute(text, values).fetchall()

    def count(self, query: Query) -> int:
        where, values = _where(query)
        return int(self.db.execute(f"SELECT count(*) FROM offers WHERE {where}", values).fetchone()[0])


def _item(row: Row) -> CatalogItem:
    vendor = gpus()[row.gpu_name or ""].vendor
    return CatalogItem(
        provider=PLACES[row.provider],
        instance_name=row.provider_offer_id,
        location=row.region or "",
        price=(row.price_micros or 0) / 1e6,
        cpu=int(row.cpu_cores or 0),
        memory=row.ram_gb or 0.0,
        gpu_count=row.gpu_count,
        gpu_name=row.gpu_name,
        gpu_memory=row.vram_gb,
        spot=False,
        disk_size=row.disk_gb,
        gpu_vendor=AcceleratorVendor.cast(vendor),
    )


def _where(query: Query) -> tuple[str, list[Any]]:
    parts, values = ["gpu_count >= ?"], [query.gpus_from]
    for name, column in (("models", "gpu_name"), ("providers", "provider"), ("countries", "country")):
        asked = getattr(query, name)
        if asked is not None:
            parts.append(f"{column} IN ({','.join('?' * len(asked))})")
            values += sorted(asked)
    limits = (
        ("gpu_count", "=", query.gpu_count), ("gpu_count", "<=", query.max_gpus), ("vram_gb", ">=", query.min_vram),
        ("vram_gb", "<=", query.max_vram), ("price", "<=", None if query.max_price is None else float(query.max_price)),
        ("reliability", ">=", query.min_reliability), ("inet_down", ">=", query.min_inet_down),
        ("verified", "=", query.verified),
    )  # fmt: skip
    for column, sign, value in limits:
        if value is not None:
            parts.append(f"{column} {sign} ?")
            values.append(value)
    return " AND ".join(parts), values
