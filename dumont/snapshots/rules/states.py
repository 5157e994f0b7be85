"""The lives of a snapshot and of a restore."""

from datetime import timedelta
from typing import Literal

State = Literal["queued", "running", "verifying", "complete", "failed", "deleted"]
RestoreState = Literal["queued", "running", "complete", "failed", "cancelled"]
Access = Literal["read", "write"]
Task = Literal["check", "prune"]

OPEN: tuple[State, ...] = ("queued", "running")
"""Somebody is making it, or is to begin."""
RESTORE_OPEN: tuple[RestoreState, ...] = ("queued", "running")
SILENT_AFTER = timedelta(minutes=1)
"""Whoever is at work says something each second; after so long he is gone, or his network is."""
