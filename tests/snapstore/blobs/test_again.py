"""How long who is away is waited for: minutes where somebody waits, some tries where nobody does."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from dumont.simulators.s3.routes import Store
from dumont.simulators.s3.server import S3Server
from dumont.simulators.s3.signature import Key
from dumont.snapstore.blobs import Keys
from dumont.snapstore.blobs.again import Again, Retries
from dumont.snapstore.blobs.refusals import Refusal, judged
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Garbled, Lost
from dumont.snapstore.errors import Cancelled, Damaged, StoreAway
from dumont.snapstore.waiting import Waiting

WHERE = "https://store.test"
NAME = "packs/aa/one"
KEYS = Keys("AKOFTHETEST", "hush")


class Clock:
    """Time passes by pauses alone."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting = Waiting(lambda: self.now)
        self.waiting.pause = self.pause  # type: ignore[method-assign]

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.waiting.check()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def failing(with_what: Callable[[], Exception], until: Callable[[], bool]) -> Callable[[], str]:
    def act() -> str:
        if until():
            return "done"
        raise with_what()

    return act


AWAY: list[Callable[[], Exception]] = [
    lambda: Lost("store.test can't be reached: Connection refused"),
    *[lambda status=status: judged(Refusal(status, {}), NAME, WHERE) for status in (502, 503, 504)],  # type: ignore[misc]
]
ANSWERS: list[Callable[[], Exception]] = [
    lambda: judged(Refusal(500, {}), NAME, WHERE),
    lambda: judged(Refusal(503, {}, "SlowDown"), NAME, WHERE),
    lambda: judged(Refusal(429, {}), NAME, WHERE),
    lambda: Garbled("the answer makes no sense"),
]


class TestPatience:
    @pytest.mark.parametrize("failure", AWAY)
    def test_lasts_for_minutes_with_who_is_away(self, clock: Clock, failure: Callable[[], Exception]) -> None:
        act = failing(failure, lambda: clock.now > 299)
        assert Retries().run(act, WHERE, clock.waiting) == "done"
        assert clock.now < 330
        assert clock.waiting.now() is None

    @pytest.mark.parametrize("failure", AWAY)
    def test_has_an_end(self, clock: Clock, failure: Callable[[], Exception]) -> None:
        with pytest.raises(StoreAway):
            Retries(chance=lambda: 0.5).run(failing(failure, lambda: False), WHERE, clock.waiting)
        assert 300 < clock.now < 420

    @pytest.mark.parametrize("failure", ANSWERS)
    def test_is_of_some_tries_with_who_answers(self, clock: Clock, failure: Callable[[], Exception]) -> None:
        asked: list[None] = []
        act = failing(failure, lambda: asked.append(None) is not None)
        with pytest.raises(StoreAway):
            Retries(tries=7).run(act, WHERE, clock.waiting)
        assert len(asked) == 7

    def test_is_of_some_tries_where_nobody_waits(self) -> None:
        slept: list[float] = []
        with pytest.raises(StoreAway):
            Retries(tries=7, sleep=slept.append).run(failing(AWAY[0], lambda: False), WHERE)
        assert len(slept) == 6

    def test_does_not_begin_anew_with_each_act(self, clock: Clock) -> None:
        """What is told after it is over, such as the failure itself, is not waited for as long again."""
        for most in (420, 200):
            began = clock.now
            with pytest.raises(StoreAway):
                Retries(chance=lambda: 0.5).run(failing(AWAY[0], lambda: False), WHERE, clock.waiting)
            assert clock.now - began < most

    def test_counts_what_came_damaged_apart(self, clock: Clock) -> None:
        turns = iter([AWAY[0](), Again(Damaged("cut")), AWAY[0](), Again(Damaged("cut")), Again(Damaged("cut"))])
        with pytest.raises(Damaged):
            Retries(tries_damaged=3).run(failing(lambda: next(turns), lambda: False), WHERE, clock.waiting)
        assert next(turns, None) is None


class Away:
    """A port at which nobody listens until somebody does."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder, keys={KEYS.access: Key(*KEYS)})
        self._store.shelf.add("bucket")
        self._running: list[S3Server] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def open(self, **options: Any) -> S3Blobs:
        return S3Blobs("s3://bucket", KEYS, endpoint=f"http://127.0.0.1:{self._port}", **options)

    def come(self) -> None:
        self._store.conditions.closing.clear()
        self._running.append(S3Server(self._store, port=self._port))
        self._running[-1].start()

    def go(self) -> None:
        while self._running:
            self._running.pop().stop()


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Away]:
    made = Away(tmp_path)
    yield made
    made.go()


class Woken(Waiting):
    """Does something at its third pause, and makes no other."""

    def __init__(self, at_third: Callable[[], object]) -> None:
        super().__init__()
        self._at_third = at_third
        self.pauses = 0

    def pause(self, seconds: float) -> None:
        self.pauses += 1
        if self.pauses == 3:
            self._at_third()
        self.check()


class TestARealServer:
    def test_that_comes_back_is_asked_again(self, away: Away) -> None:
        away.come()
        blobs = away.open()
        blobs.put(NAME, [b"content"])
        away.go()
        waiting = Woken(away.come)
        blobs.wait_by(waiting)
        blobs.put("packs/bb/two", [b"x" * 100_000])
        assert (blobs.get(NAME), waiting.pauses) == (b"content", 3)
        blobs.close()

    def test_that_stays_away_holds_nobody_up_who_is_to_stop(self, away: Away) -> None:
        waits = Event()

        class Seen(Waiting):
            def pause(self, seconds: float) -> None:
                waits.set()
                super().pause(seconds)

        waiting, raised = Seen(), []
        blobs = away.open(retries=Retries(first_seconds=600, longest_seconds=600, chance=lambda: 1.0))
        blobs.wait_by(waiting)

        def ask() -> None:
            with pytest.raises(Cancelled) as stopped:
                blobs.get(NAME)
            raised.append(stopped.value)

        thread = Thread(target=ask)
        thread.start()
        waits.wait()
        waiting.stop()
        thread.join()
        assert len(raised) == 1
