"""Decides what follows a failed run: a pure function from the attempt and the error to a decision."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dumont.basics.errors import Failure, TooMany, Unavailable


@dataclass(frozen=True, slots=True)
class Again:
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    why: str


Decision = Again | GiveUp


@dataclass(frozen=True, slots=True)
class Retry:
    attempts_max: int
    decide: Callable[[int, BaseException, Random], Decision]


def growing(attempts_max: int = 8, *, first_seconds: float = 1, most_seconds: float = 600) -> Retry:
    """Pauses that double, with up to a quarter of chance so that a crowd does not return together."""

    def decide(attempt: int, error: BaseException, random: Random) -> Decision:
        if isinstance(error, Failure) and not isinstance(error, Unavailable | TooMany):
            return GiveUp("trying again can't change this")
        if attempt >= attempts_max:
            return GiveUp(f"failed {attempt} times")
        pause = min(most_seconds, first_seconds * 2 ** (attempt - 1)) * (1 + random.random() / 4)
        return Again(max(pause, error.retry_seconds) if isinstance(error, TooMany) else pause)

    return Retry(attempts_max, decide)


def never() -> Retry:
    return Retry(1, lambda _attempt, _error, _random: GiveUp("this job is not tried again"))
