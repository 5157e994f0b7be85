"""Questions asked at nearly the same moment share one answer's transaction, and not each other's faults."""

import asyncio
from collections.abc import Sequence

import pytest

from dumont.platform.jobs.together import Together


class Doubling:
    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        await asyncio.sleep(0)
        if 13 in numbers:
            raise ValueError(numbers)
        return [2 * number for number in numbers]


class TestTogether:
    async def test_answers_a_crowd_in_few_groups_and_each_with_its_own(self) -> None:
        doubling = Doubling()
        together = Together(doubling)
        assert await asyncio.gather(*(together.ask(number) for number in range(120, 240))) == list(range(240, 480, 2))
        assert len(doubling.groups) <= 4

    async def test_lets_no_one_suffer_for_another(self) -> None:
        together = Together(Doubling())
        answers = await asyncio.gather(*(together.ask(number) for number in (1, 13, 3)), return_exceptions=True)
        assert (answers[0], answers[2]) == (2, 6)
        assert isinstance(answers[1], ValueError)

    async def test_goes_on_after_one_who_asked_has_left(self) -> None:
        together = Together(Doubling())
        leaving = asyncio.create_task(together.ask(1))
        staying = asyncio.create_task(together.ask(2))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 4
        with pytest.raises(asyncio.CancelledError):
            await leaving
