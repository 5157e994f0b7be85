"""Looks at what may never answer (a driver, a dead disk) without being held up by it."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Any, Callable, Generic, TypeVar

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Patient(Generic[T]):
    """Called by one thread. Who has not answered yet is not asked again."""

    def __init__(self, what: str, otherwise: T, seconds: float = 3.0) -> None:
        self._what = what
        self._otherwise = otherwise
        self._seconds = seconds
        self._pending: Thread | None = None
        self._complained: str | None = None

    def ask(self, read: Callable[..., T], *given: Any) -> T:
        """What it answers; `otherwise` where it does not, or fails."""
        if self._pending is not None and self._pending.is_alive():
            return self._otherwise
        found: list[T] = []
        answered = Event()
        self._pending = Thread(target=self._read, args=(read, given, found, answered), daemon=True)
        self._pending.start()
        if not answered.wait(self._seconds):
            self._complain("does not answer")
        return found[0] if found else self._otherwise

    def _read(self, read: Callable[..., T], given: tuple[Any, ...], found: list[T], answered: Event) -> None:
        try:
            found.append(read(*given))
            self._complained = None
        except Exception as error:
            self._complain(f"can't be read: {type(error).__name__}: {error}")
        finally:
            answered.set()

    def _complain(self, why: str) -> None:
        """Once for each reason, not every ten seconds."""
        if why != self._complained:
            self._complained = why
            logger.warning("%s %s", self._what, why)
