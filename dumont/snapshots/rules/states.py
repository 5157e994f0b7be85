"""The lives of a snapshot and of a restore."""

from typing import Literal

State = Literal["queued", "running", "verifying", "complete", "failed", "deleted"]
RestoreState = Literal["queued", "running", "complete", "failed", "cancelled"]
Access = Literal["read", "write"]
Task = Literal["check", "prune"]

OPEN: tuple[State, ...] = ("queued", "running")
"""Somebody is making it, or is to begin."""
RESTORE_OPEN: tuple[RestoreState, ...] = ("queued", "running")
