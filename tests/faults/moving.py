"""A context whose one duty reads a cloud that changes from look to look, so that half a change can be seen outside.

At each look every offer has another price, the same for all, and one offer has come and one has gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dumont.market.means import Means
from dumont.market.sync import sync, wanted_in
from dumont.platform.contexts import Context
from dumont.platform.db import Db, raw
from dumont.platform.jobs import Duty
from dumont.platform.parts import Parts
from dumont.providers.port import Catalogue
from tests.build.market import catalogue, many
from tests.fakes.clouds import kind

OFFERS = 40
CLOUD = kind("moving", sync_seconds=0.05)
HALF_A_CHANGE = """
    SELECT name FROM market_providers WHERE name = 'moving' AND revision > 0 AND NOT (
        offers = 40
        AND (SELECT count(*) = 40 AND count(DISTINCT price_hour) = 1 AND min(revision) = market_providers.revision
            FROM market_offers WHERE gone_at IS NULL)
        AND (SELECT count(*) = market_providers.revision - 1 FROM market_offers WHERE gone_at IS NOT NULL)
        AND (SELECT count(*) = 40 * market_providers.revision FROM market_price_changes)
        AND (SELECT count(*) = market_providers.revision FROM events WHERE kind = 'market.offers_changed')
        AND (last_report ->> 'added')::int = CASE revision WHEN 1 THEN 40 ELSE 1 END
    )
"""
"""The cloud's row, where it and the others do not tell of the same look."""


@dataclass
class Moving:
    db: Db
    adapter: Any = None

    def open(self, _name: str, _credentials: Mapping[str, str]) -> "Moving":
        self.adapter = self
        return self

    async def search(self) -> Catalogue:
        async with self.db.begin() as tx:
            looks = await (await raw(tx)).fetchval("SELECT revision FROM market_providers WHERE name = 'moving'")
        return catalogue(many(OFFERS, first=looks, price_hour=Decimal(looks + 1) / 100))


async def read(parts: Parts) -> float:
    means = replace(Means.of(parts.get), clouds=Moving(parts.get(Db)))
    await sync(means, CLOUD)
    return max(0.02, await wanted_in(means, CLOUD))


async def read_carelessly(parts: Parts) -> float:
    """The control: what was read is written in two transactions."""
    await read(parts)
    async with parts.get(Db).begin() as tx:
        await (await raw(tx)).execute("UPDATE market_providers SET revision = revision + 1 WHERE name = 'moving'")
    return 0.05


def contexts() -> Sequence[Context]:
    return (Context("moving", duties=(Duty("moving.read", read),)),)


def careless() -> Sequence[Context]:
    return (Context("moving", duties=(Duty("moving.read_carelessly", read_carelessly),)),)
