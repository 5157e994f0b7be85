"""Duties: every worker does them, each for itself, until it is stopped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from dumont.platform import waking
from dumont.platform.jobs import Duty, Job, NoArgs, Run, Worker, duties
from dumont.platform.jobs.duties import Duties
from dumont.platform.parts import Parts
from tests.platform.jobs.conftest import System, soon


@pytest.fixture
async def doing() -> AsyncIterator[Callable[..., Duties]]:
    begun: list[Duties] = []

    def begin(*wanted: Duty) -> Duties:
        begun.append(Duties(wanted, Parts()))
        begun[-1].start()
        return begun[-1]

    yield begin
    for each in begun:
        await each.stop()


def counting(name: str, after: Callable[[int], Awaitable[float]]) -> tuple[Duty, list[int]]:
    rounds: list[int] = []

    async def run(_parts: Parts) -> float:
        rounds.append(len(rounds) + 1)
        return await after(rounds[-1])

    return Duty(name, run), rounds


async def nothing(_run: Run, _args: NoArgs) -> None: ...


NOTHING = Job("a.job", nothing)


async def at_once(_round: int) -> float:
    return 0


async def later(_round: int) -> float:
    return 3600


async def until(condition: Callable[[], object]) -> None:
    async def there() -> object:
        return condition()

    await soon(there)


class TestDuties:
    async def test_go_round_until_they_are_stopped(self, doing: Callable[..., Duties]) -> None:
        duty, rounds = counting("a.look", at_once)
        going = doing(duty)
        await until(lambda: len(rounds) >= 3)
        await going.stop()
        ended = len(rounds)
        await asyncio.sleep(3 * duties.SHORTEST_SECONDS)
        assert len(rounds) == ended

    async def test_wait_as_long_as_they_say(self, doing: Callable[..., Duties]) -> None:
        (slow, slow_rounds), (quick, quick_rounds) = counting("a.slow", later), counting("a.quick", at_once)
        doing(slow, quick)
        await until(lambda: len(quick_rounds) >= 5)
        assert slow_rounds == [1]

    async def test_look_before_their_time_at_the_word_that_they_wait_for(self, doing: Callable[..., Duties]) -> None:
        (one, heard), (other, unheard) = counting("a.look", later), counting("a.other", later)
        going = doing(replace(one, woken_by=("a.thing",)), replace(other, woken_by=("another",)))
        await until(lambda: heard and unheard)
        going.wake("a.thing")
        await until(lambda: len(heard) == 2)
        assert unheard == [1]
        going.wake_all()
        await until(lambda: len(unheard) == 2)

    async def test_that_are_calm_let_others_go_first(self, doing: Callable[..., Duties]) -> None:
        order: list[str] = []

        def telling(name: str) -> Duty:
            async def run(_parts: Parts) -> float:
                order.append(name)
                return 3600

            return Duty(name, run, woken_by=("a.thing",))

        going = doing(replace(telling("a.calm"), calm_seconds=0.02), telling("a.quick"))
        await until(lambda: len(order) == 2)
        going.wake("a.thing")
        await until(lambda: len(order) == 4)
        assert order == ["a.calm", "a.quick", "a.quick", "a.calm"]

    async def test_look_again_at_a_word_that_came_while_they_looked(self, doing: Callable[..., Duties]) -> None:
        looking, seen = asyncio.Event(), asyncio.Event()

        async def slowly(_round: int) -> float:
            looking.set()
            await seen.wait()
            return 3600

        duty, rounds = counting("a.look", slowly)
        going = doing(replace(duty, woken_by=("a.thing",)))
        await looking.wait()
        going.wake("a.thing")
        seen.set()
        await until(lambda: len(rounds) == 2)

    async def test_that_hang_delay_no_other(self, doing: Callable[..., Duties]) -> None:
        async def never(_round: int) -> float:
            await asyncio.Event().wait()
            return 0

        (stuck, stuck_rounds), (quick, rounds) = counting("a.stuck", never), counting("a.quick", at_once)
        doing(stuck, quick)
        await until(lambda: len(rounds) >= 5)
        assert stuck_rounds == [1]

    async def test_that_fail_are_tried_again(
        self, doing: Callable[..., Duties], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(duties, "FIRST_PAUSE_SECONDS", 0.0)

        async def fails_twice(round_: int) -> float:
            if round_ < 3:
                raise ConnectionError("away")
            return 0

        duty, rounds = counting("a.look", fails_twice)
        doing(duty)
        await until(lambda: len(rounds) >= 4)

    async def test_give_back_what_they_hold_when_stopped(self, doing: Callable[..., Duties]) -> None:
        given_back: list[bool] = []

        async def holds(_round: int) -> float:
            try:
                await asyncio.Event().wait()
            finally:
                given_back.append(True)
            return 0

        duty, rounds = counting("a.hold", holds)
        going = doing(duty)
        await until(lambda: rounds)
        await going.stop()
        assert given_back == [True]


class TestWorkers:
    def worker(self, system: System, duty: Duty, *, on: bool = True) -> Worker:
        system.settings = system.settings.model_copy(update={"worker_duties": on})
        return system.declare(NOTHING).worker(duties=[duty])

    async def test_do_all_duties_while_they_run(self, system: System) -> None:
        duty, rounds = counting("a.look", at_once)
        async with system.working(self.worker(system, duty)):
            await until(lambda: len(rounds) >= 2)
        ended = len(rounds)
        await asyncio.sleep(3 * duties.SHORTEST_SECONDS)
        assert len(rounds) == ended

    async def test_are_called_to_them_by_what_is_committed_elsewhere(self, system: System) -> None:
        duty, rounds = counting("a.look", later)
        async with system.working(self.worker(system, replace(duty, woken_by=("a.thing",)))):
            await until(lambda: rounds)
            before = 0

            async def called() -> bool:
                """Again and again, as the worker may not listen yet."""
                nonlocal before
                before = before or len(rounds)
                async with system.db.begin() as tx:
                    await waking.wake(tx, "a.thing")
                return len(rounds) > before

            await soon(called)

    async def test_leave_them_where_the_setting_says_so(self, system: System) -> None:
        duty, rounds = counting("a.look", at_once)
        async with system.working(self.worker(system, duty, on=False)):
            await system.until(await system.enqueue("a.job"), "succeeded")
        assert rounds == []
