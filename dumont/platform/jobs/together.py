"""Has what is asked at nearly the same moment answered by one transaction: ten commits cost ten times one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

AT_ONCE = 50


class Together(Generic[Q, A]):
    """While one group is under way the next one gathers, so a lone question never waits for company."""

    def __init__(self, answer: Callable[[Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                if not await self._settle(group) and len(group) > 1:
                    for one in group:  # one of them spoils it for the others: find out which
                        await self._settle([one])
        finally:
            self._task = None

    async def _settle(self, group: Sequence[tuple[Q, asyncio.Future[A]]]) -> bool:
        try:
            answers = await self._answer([question for question, _ in group])
        except Exception as error:
            if len(group) == 1 and not group[0][1].done():
                group[0][1].set_exception(error)
            return False
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
        return True
