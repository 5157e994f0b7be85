"""Who waits is woken by an answer and by a wish to stop, and by nothing else before the time."""

from collections.abc import Callable
from threading import Thread

import pytest

from dumont.snapstore.errors import Cancelled
from dumont.snapstore.waiting import Away, Waiting

LONG = 600.0
"""Nobody waits so long in a test: the pause is ended, or the test fails by its limit."""


def in_thread(act: Callable[[], None]) -> tuple[Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=run)
    thread.start()
    return thread, raised


class TestWaiting:
    def test_counts_from_the_first_failure_behind_the_last_answer(self) -> None:
        moment = [100.0]
        waiting = Waiting(lambda: moment[0], patient_seconds=7)
        assert waiting.now() is None
        assert waiting.goes_on("a", "refused")
        moment[0] = 107.0
        assert not waiting.goes_on("a", "reset")
        assert waiting.goes_on("b", "refused")
        assert waiting.now() == Away("a", "reset", 7)
        waiting.answered("a")
        assert waiting.now() == Away("b", "refused", 0)
        assert waiting.goes_on("a", "refused")

    def test_ends_the_pauses_of_all_with_an_answer(self) -> None:
        waiting = Waiting()
        waiting.goes_on("a", "refused")
        paused = [in_thread(lambda: waiting.pause(LONG)) for _ in range(3)]
        while any(thread.is_alive() for thread, _raised in paused):
            waiting.answered("a")  # whoever had not begun to wait is woken by the next one
            waiting.goes_on("a", "refused")
        assert [raised for _thread, raised in paused] == [[], [], []]

    def test_ends_them_at_once_by_a_wish_to_stop(self) -> None:
        waiting = Waiting()
        thread, raised = in_thread(lambda: waiting.pause(LONG))
        waiting.stop()
        thread.join()
        assert [type(error) for error in raised] == [Cancelled]
        with pytest.raises(Cancelled):
            waiting.pause(LONG)
