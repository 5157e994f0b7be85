"""Who fetches and who places, in what order, and what happens when one of them fails."""

from collections.abc import Iterator
from threading import Event, Lock

import pytest

from dumont.snapstore.restore import pipeline
from dumont.snapstore.restore.memory import Pool
from dumont.snapstore.restore.pipeline import Pipeline
from dumont.snapstore.restore.plan import Job

WORKERS, WRITERS = 8, 3


def jobs(begin: int, end: int) -> list[Job]:
    return [Job(number, 0, 4, ()) for number in range(begin, end)]


class Course:
    """Notes what happens, and fails where it is told to."""

    def __init__(self, *, absent: frozenset[int] = frozenset(), wrong: int = -1, hangs: int = -1) -> None:
        self.placed: list[int] = []
        self.placed_before: dict[int, list[int]] = {}
        """What was placed when each was fetched."""
        self._absent, self._wrong, self._hangs = absent, wrong, hangs
        self._last_is_placed = Event()
        self._lock = Lock()

    def fetch(self, job: Job, _buffer: memoryview) -> bool:
        if job.pack == self._hangs:
            self._last_is_placed.wait()
        with self._lock:
            self.placed_before[job.pack] = list(self.placed)
        return job.pack not in self._absent

    def place(self, job: Job, _data: memoryview) -> None:
        if job.pack == self._wrong:
            raise OSError("the disk is gone")
        with self._lock:
            self.placed.append(job.pack)
        if job.pack == 39:
            self._last_is_placed.set()

    def run(self, first: list[Job], others: Iterator[Job], buffers: int = 5) -> None:
        Pipeline(self.fetch, self.placer, Pool(4096, buffers)).run(first, others, WORKERS, WRITERS)

    def placer(self) -> "Course":
        return self


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to begin with the others."""
    monkeypatch.setattr(pipeline, "PATIENCE", 600)


class TestPipeline:
    def test_the_others_begin_when_the_first_are_placed(self) -> None:
        course = Course()
        course.run(jobs(0, 20), iter(jobs(20, 60)))
        assert sorted(course.placed) == list(range(60))
        assert all(set(range(20)) <= set(course.placed_before[number]) for number in range(20, 60))

    def test_more_threads_than_buffers_wait_for_the_first_ones(self) -> None:
        course = Course()
        course.run(jobs(0, 4), iter(jobs(4, 40)), buffers=3)
        assert sorted(course.placed) == list(range(40))

    def test_one_that_hangs_does_not_keep_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pipeline, "PATIENCE", 0.05)
        course = Course(hangs=3)
        course.run(jobs(0, 4), iter(jobs(4, 40)))
        assert sorted(course.placed) == list(range(40))
        assert course.placed.index(3) > course.placed.index(39)

    def test_what_can_t_be_had_keeps_nobody_waiting(self) -> None:
        course = Course(absent=frozenset({3, 19, 30}))
        course.run(jobs(0, 20), iter(jobs(20, 40)))
        assert sorted(course.placed) == sorted(set(range(40)) - {3, 19, 30})

    @pytest.mark.parametrize(("first", "count"), [(0, 12), (12, 12), (0, 0), (5, 5)])
    def test_either_may_be_missing(self, first: int, count: int) -> None:
        course = Course()
        course.run(jobs(0, first), iter(jobs(first, count)))
        assert sorted(course.placed) == list(range(count))

    @pytest.mark.parametrize("wrong", [0, 7, 19, 25])
    def test_an_error_ends_it_whoever_waits(self, wrong: int) -> None:
        course = Course(wrong=wrong)
        with pytest.raises(OSError, match="the disk is gone"):
            course.run(jobs(0, 20), iter(jobs(20, 4000)))
        assert wrong not in course.placed
        assert wrong >= 20 or max(course.placed_before) < 20

    def test_a_plan_that_fails_ends_it(self) -> None:
        def others() -> Iterator[Job]:
            yield from jobs(20, 25)
            raise ValueError("no plan")

        with pytest.raises(ValueError, match="no plan"):
            Course().run(jobs(0, 20), others())
