"""How far a job is and when it will be done, from what it says of itself."""

import time
from datetime import datetime, timedelta

from dumont.platform.jobs.rows import Progress

FAR_SECONDS = 365 * 86400


class Pace:
    """The rate since the first word in the same stage: a stage's speed says nothing about the next one's."""

    def __init__(self) -> None:
        self._first: Progress | None = None
        self._began = 0.0

    def measure(self, said: Progress, now: datetime) -> Progress:
        if self._first is None or (said.stage, said.unit, said.total) != (
            self._first.stage,
            self._first.unit,
            self._first.total,
        ):
            self._first, self._began = said, time.monotonic()
        if not said.total:
            return said
        percent = round(min(100.0, max(0.0, 100 * said.done / said.total)), 1)
        left = seconds_left(self._first.done, said, time.monotonic() - self._began)
        eta = None if left is None else now + timedelta(seconds=left)
        return said.model_copy(update={"percent": percent, "eta": eta})


def seconds_left(first_done: float, said: Progress, seconds: float) -> float | None:
    """None while nothing has moved: a guess from nothing would be shown as a fact."""
    came = said.done - first_done
    if said.total is None or came <= 0 or seconds <= 0:
        return None
    left = max(0.0, said.total - said.done) / (came / seconds)
    return left if left < FAR_SECONDS else None
