"""A line of threads: bounded, drained and used again, stopped by the first error."""

from threading import Event, Lock

import pytest

from dumont.snapstore.line import Line


class TestLine:
    def test_goes_on_after_it_was_drained(self) -> None:
        done: list[int] = []
        lock = Lock()

        def work(item: int) -> None:
            with lock:
                done.append(item)

        line = Line(work, 2, 1, "test")
        for begin in (0, 10):
            for item in range(begin, begin + 10):
                line.put(item)
            line.drain()
            assert sorted(done) == list(range(begin + 10))
        line.close()

    def test_gives_the_first_error_to_who_closes(self) -> None:
        def work(item: int) -> None:
            raise ValueError(item)

        line = Line(work, 1, 4, "test")
        line.put(1)
        with pytest.raises(ValueError, match="1"):
            line.close()

    def test_drops_the_rest_after_an_error_and_blocks_nobody(self) -> None:
        begun = Event()

        def work(_item: int) -> None:
            begun.set()
            raise ValueError

        line = Line(work, 1, 1, "test")
        line.put(0)
        begun.wait(10)
        with pytest.raises(ValueError):  # noqa: PT012
            for item in range(100):
                line.put(item)
            line.drain()
        line.stop()
