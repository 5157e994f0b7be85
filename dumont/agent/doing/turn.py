"""One command while it is being done: how far it is, and whether somebody asked to stop."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any, Callable

Figures = Callable[[], "tuple[float | None, dict[str, Any]]"]


class Failed(Exception):
    """In a sentence for people, and a word for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Turn:
    def __init__(self, command_id: str, args: Mapping[str, Any], folder: Path, *, again: bool, number: int = 0) -> None:
        self.id = command_id
        self.args = args
        self.number = number
        """Grows in the order in which commands come, as they are done side by side."""
        self.folder = folder
        """For files of this command, outside of the workspace."""
        self.again = again
        """It was begun before, by an agent that has died since."""
        self.stop = Event()
        self._figures: Figures = lambda: (None, {})

    def follow(self, figures: Figures) -> None:
        """Whoever wants to know how far it is, asks this."""
        self._figures = figures

    def now(self) -> tuple[float | None, dict[str, Any]]:
        return self._figures()


Act = Callable[[Turn], "dict[str, Any]"]
"""Does it, and tells what came of it; raises `Failed`."""
