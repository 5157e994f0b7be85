"""Arbitrage over many drawn offers, against the same worked out by hand from plain rows, one after the other."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any

import pytest

from dumont.basics.gpu import gpus
from dumont.market.shelf.row import Row
from tests.build.offers import Stall, row
from tests.market.api.conftest import Caller

MODELS = ("RTX 4090", "H100 SXM", "L4", "A40")
CLOUDS = ("vast", "runpod", "aws", "akash")


def drawn(random: Random) -> Iterator[Row]:
    for number in range(120):
        model = random.choice(MODELS)
        yield row(
            str(number),
            random.choice(CLOUDS),
            gpu_name=model,
            vram_gb=float(gpus()[model].memory_gb),
            gpu_count=random.choice([1, 1, 2, 3, 8]),
            machine_id=f"m{random.randrange(40)}",
            price_micros=random.choice([None, 0, *[random.randrange(1, 400) * 10_000 for _ in range(8)]]),
            verified=random.random() < 0.3,
            provider_reliability=random.choice([None, 0.5, 0.94, 0.95, 0.999]),
            available=random.random() < 0.9,
            gone_at=None,
        )


def asks(rows: Iterable[Row], model: str) -> list[tuple[int, Row]]:
    """Prices of one GPU in micro-dollars, the cheapest first."""
    there = [one for one in rows if one.gpu_name == model and one.available and one.price_micros]
    found = [(round((one.price_micros or 0) / one.gpu_count), one) for one in there]
    return sorted(found, key=lambda ask: (ask[0], ask[1].id.bytes))


def lows(found: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """The lowest of each cloud, the cheapest cloud first."""
    first: dict[str, tuple[int, Row]] = {}
    for ask in found:
        first.setdefault(ask[1].provider, ask)
    return list(first.values())


def money(micros: float) -> str:
    return f"{Decimal(round(micros)) / 1_000_000:.6f}"


def opportunities(rows: list[Row], least: float) -> list[dict[str, Any]]:
    result = []
    for model in MODELS:
        found = asks(rows, model)
        ends = lows(found)
        if len(ends) < 2:
            continue
        low, high = ends[0][0], max(price for price, _ in ends)
        percent = (high - low) / low * 100
        if percent >= least:
            result.append(
                {
                    "model": model,
                    "cheapest": (ends[0][1].provider, money(low), str(ends[0][1].id)),
                    "dearest": money(high),
                    "median": money(median(price for price, _ in found)),
                    "spread_percent": round(percent, 2),
                    "saving_month": money((high - low) * 730),
                    "offers": len(found),
                    "providers": len(ends),
                }
            )
    return sorted(result, key=lambda item: (-item["spread_percent"], item["model"]))


@pytest.mark.parametrize("seed", range(4))
class TestAgainstAHand:
    async def test_opportunities(self, caller: Caller, stall: Stall, seed: int) -> None:
        rows = list(drawn(Random(seed)))
        stall.put(*rows)
        found = (await caller.gets("/arbitrage/opportunities", min_spread=100))["items"]
        wanted = opportunities(rows, 100)
        assert wanted
        told = [
            {name: item[name] for name in wanted[0] if name not in ("cheapest", "dearest")}
            | {"cheapest": tuple(item["cheapest"][name] for name in ("provider", "price_gpu_hour", "offer_id"))}
            | {"dearest": item["dearest"]["price_gpu_hour"]}
            for item in found
        ]
        assert told == wanted

    async def test_savings(self, caller: Caller, stall: Stall, seed: int) -> None:
        rows = list(drawn(Random(seed)))
        stall.put(*rows)
        for model in MODELS:
            found = await caller.gets(f"/arbitrage/savings/{model}", hours_per_day=7, days=11)
            prices = asks(rows, model)
            ends = lows(prices)
            dearest = max(price for price, _ in ends)
            assert found["cheapest"]["cost"] == money(ends[0][0] * 77)
            assert found["median"]["price_gpu_hour"] == money(median(price for price, _ in prices))
            assert found["saving_on_dearest"] == money((dearest - ends[0][0]) * 77)
            (aws,) = found["clouds"]
            same = [price for price, one in prices if one.provider == "aws"]
            assert (aws["same_model"], aws["cost"]) == (True, money(min(same) * 77))

    async def test_cloud_by_cloud(self, caller: Caller, stall: Stall, seed: int) -> None:
        rows = list(drawn(Random(seed)))
        stall.put(*rows)
        found = (await caller.gets("/arbitrage/compare/H100 SXM"))["items"]
        prices = asks(rows, "H100 SXM")
        assert [(one["provider"], one["lowest"]) for one in found if one["lowest"]] == [
            (one.provider, money(price)) for price, one in lows(prices)
        ]
        for one in found:
            own = [price for price, row in prices if row.provider == one["provider"]]
            assert one["median"] == (money(median(own)) if own else None)
