"""The compiled half of the engine, where it was built: loaded by ctypes, and never needed."""

from __future__ import annotations

from typing import Any

Native = Any


def load() -> Native | None:
    """The library, or nothing where it was not built; whoever asks has another way."""
    return None
