"""Answers about the whole market: one calculation for many who ask, until offers change."""

import asyncio
import time

from cashews import Cache

from dumont.market.following import Market
from dumont.market.remembered import key_of, remembered
from dumont.platform.parts import Parts
from tests.build.offers import Stall, row
from tests.fakes.clock import START, FakeClock


class TestRemembered:
    async def test_is_worked_out_once_for_many_at_a_time(self, parts: Parts) -> None:
        made: list[int] = []

        def slowly() -> dict[str, int]:
            time.sleep(0.02)
            made.append(1)
            return {"answer": 42}

        cache = parts.get(Cache)
        answers = await asyncio.gather(*[remembered(cache, "market:test", slowly) for _ in range(20)])
        assert answers == [{"answer": 42}] * 20
        assert len(made) == 1


class TestKey:
    async def test_changes_with_the_offers_the_question_and_the_clouds_that_count(self) -> None:
        stall = Stall()
        stall.put(row("1"))
        market, clock = Market(stall, FakeClock()), FakeClock()
        view = await market.view()
        first = key_of("x", view, START, ["RTX 4090"])
        assert key_of("x", view, clock.advance(seconds=60), ["RTX 4090"]) == first
        others = {key_of("y", view, START, ["RTX 4090"]), key_of("x", view, START, ["H100"])}
        others.add(key_of("x", view, clock.advance(hours=1), ["RTX 4090"]))
        stall.put(row("1"))
        others.add(key_of("x", await market.view(), START, ["RTX 4090"]))
        assert len(others | {first}) == 5
