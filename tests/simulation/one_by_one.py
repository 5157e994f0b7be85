"""What would be done at once is done one after the other: tasks at once end in no order that a seed could say."""

from collections.abc import Coroutine
from types import TracebackType
from typing import Any


class OneByOne:
    """In place of `asyncio.TaskGroup`. Whoever dies in the midst of a batch leaves the rest of it claimed."""

    def __init__(self) -> None:
        self._left: list[Coroutine[Any, Any, None]] = []

    def create_task(self, task: Coroutine[Any, Any, None]) -> None:
        self._left.append(task)

    async def __aenter__(self) -> "OneByOne":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            while self._left and kind is None:
                await self._left.pop(0)
        finally:
            for task in self._left:
                task.close()
