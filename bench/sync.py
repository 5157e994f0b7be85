"""How long a reading of 100,000 offers takes of which 5% have changed, beside a bare COPY of the same rows.

The answer is made beforehand; what is timed is everything else that a worker does: claim, read what is known, compare,
write. The COPY puts all rows into an empty table without an index, which is the least that any way of writing costs.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from sqlalchemy import text

from bench.table import median, show
from dumont.basics.gpu import gpus
from dumont.market.content import digest_of, row_of
from dumont.market.means import Means
from dumont.market.report import Report
from dumont.market.store import following
from dumont.market.store.writing import Row
from dumont.market.sync import sync
from dumont.platform.clock import SystemClock
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import asyncpg_url, make_db, make_engine
from dumont.platform.outbox import Outbox
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import load
from dumont.providers.freezing import LocalFreezes
from dumont.providers.http import Http
from dumont.providers.port import Adapter, Capabilities, Catalogue, Kind, Listed

OFFERS, CHANGED, ROUNDS = 100_000, 0.05, 5
LIMIT_SECONDS = 3.0
AN_HOUR_AGO = "UPDATE market_providers SET seen_at = seen_at - interval '1 hour'"
COLUMNS = ("what", "rows written", "seconds", "of the limit")


class Stall:
    """A cloud of which the answer lies ready."""

    def __init__(self) -> None:
        self.offers: list[Listed] = []
        self.adapter: Any = self

    def open(self, _name: str, _credentials: Mapping[str, str]) -> Any:
        return self

    async def search(self) -> Catalogue:
        return Catalogue(self.offers, complete=True)


def main() -> int:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            rows = asyncio.run(_measure(postgres.url, folder))
    show(
        f"Sync: {OFFERS:,} offers, median of {ROUNDS} rounds where there are rounds",
        COLUMNS,
        [(what, f"{count:,}", f"{seconds:.2f}", f"{seconds / LIMIT_SECONDS:.0%}") for what, count, seconds in rows],
        f"The limit is {LIMIT_SECONDS:g} s for a reading with {CHANGED:.0%} changed. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


async def _measure(url: str, folder: str) -> list[tuple[str, int, float]]:
    random, stall, clock = Random(7), Stall(), SystemClock()
    settings = load({"DUMONT_HOME": folder, "DUMONT_DATABASE_STATEMENT_SECONDS": "120"}).settings
    engine = make_engine(url, settings, name="bench")
    db = make_db(engine)
    vault, freezes = Vault([new_key()]), LocalFreezes(clock)
    means = Means(db, clock, random, Outbox((), _nothing), settings, vault, stall, freezes)
    kind = Kind(name="vast", title="Vast", url="", can=Capabilities(), make=_no_adapter, public_search=True)
    stall.offers = [_offer(random, number) for number in range(OFFERS)]
    found = [("the first reading", *await _timed(means, kind))]
    unchanged, changed, hourly, copies, reads = [], [], [], [], []
    for _ in range(ROUNDS):
        unchanged.append(await _timed(means, kind))
        _change(random, stall)
        changed.append(await _timed(means, kind))
        async with db.begin() as tx:
            await tx.execute(text(AN_HOUR_AGO))
        _change(random, stall)
        hourly.append(await _timed(means, kind))
        copies.append(await _copied(url, stall.offers))
        began = time.perf_counter()
        async with db.begin() as tx:
            count = len(await following.all_of(tx, "vast"))
        reads.append((count, time.perf_counter() - began))
    await engine.dispose()
    parts = (
        ("nothing changed", unchanged),
        ("5% changed", changed),
        ("5% changed, the first reading of an hour", hourly),
        ("bare COPY of all, for comparison", copies),
    )
    found += [(what, rounds[0][0], median([seconds for _, seconds in rounds])) for what, rounds in parts]
    return [*found, ("a follower reads all (none written)", 0, median([seconds for _, seconds in reads]))]


def _change(random: Random, stall: Stall) -> None:
    for place in random.sample(range(OFFERS), int(OFFERS * CHANGED)):
        price = Decimal(random.randrange(10_000, 5_000_000)) / 1_000_000
        stall.offers[place] = replace(stall.offers[place], price_hour=price)


async def _timed(means: Means, kind: Kind) -> tuple[int, float]:
    began = time.perf_counter()
    report = await sync(means, kind, early=True)
    seconds = time.perf_counter() - began
    assert isinstance(report, Report), report
    assert report.error is None, report
    return report.added + report.updated + report.gone, seconds


async def _copied(url: str, offers: list[Listed]) -> tuple[int, float]:
    rows = [row_of("vast", offer, digest_of(offer)) for offer in offers]
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        await connection.execute(TABLE)
        began = time.perf_counter()
        await connection.copy_records_to_table("copied", records=rows, columns=Row._fields)
        return len(rows), time.perf_counter() - began
    finally:
        await connection.close()


def _offer(random: Random, number: int) -> Listed:
    gpu = random.choice(list(gpus().values()))
    count = random.choice((1, 1, 1, 2, 4, 8))
    return Listed(
        provider_offer_id=str(10_000_000 + number),
        machine_id=str(number // 3),
        host_id=str(number // 20),
        gpu_name=gpu.name,
        gpu_count=count,
        vram_gb=float(gpu.memory_gb),
        cpu_cores=float(random.choice((8, 16, 32, 64))),
        ram_gb=round(random.uniform(16, 512), 1),
        disk_gb=round(random.uniform(50, 4000), 1),
        inet_down_mbps=round(random.uniform(50, 9000), 1),
        inet_up_mbps=round(random.uniform(50, 9000), 1),
        cuda_max=random.choice((12.2, 12.4, 12.8)),
        driver=random.choice(("550.127.05", "570.86.15", "565.57.01")),
        region=random.choice(("California, US", "Sweden, SE", "Quebec, CA", "Texas, US")),
        country=random.choice(("US", "SE", "CA")),
        price_hour=Decimal(random.randrange(50_000, 4_000_000) * count) / 1_000_000,
        spot_price_hour=Decimal(random.randrange(10_000, 2_000_000) * count) / 1_000_000,
        storage_price_gb_month=Decimal("0.15"),
        egress_price_gb=Decimal("0.003"),
        provider_reliability=round(random.uniform(0.8, 1), 4),
        verified=random.random() < 0.6,
    )


def _no_adapter(http: Http, credentials: Mapping[str, str]) -> Adapter:  # noqa: ARG001
    raise AssertionError("the stall is its own adapter")


async def _nothing(*_: Any) -> None: ...


TABLE = """
    DROP TABLE IF EXISTS copied;
    CREATE TABLE copied (
        id uuid, provider_offer_id text, machine_id text, host_id text, gpu_name text, gpu_count int, vram_gb float8,
        cpu_cores float8, ram_gb float8, disk_gb float8, inet_down_mbps float8, inet_up_mbps float8, cuda_max float8,
        driver text, region text, country text, price_micros bigint, spot_price_micros bigint,
        storage_price_micros bigint, egress_price_micros bigint, provider_reliability float8, verified bool,
        available bool, digest bigint
    )
"""

if __name__ == "__main__":
    raise SystemExit(main())
