"""What one may choose to be told of."""

from typing import Literal

Topic = Literal[
    "idle_soon",
    "unused",
    "hibernated",
    "woken",
    "interrupted",
    "failed_over",
    "launch_failed",
    "run_done",
    "run_failed",
    "standby_trouble",
    "paid_hours_end",
    "key_refused",
    "snapshots_end",
    "repository_harmed",
    "budget_near",
    "budget_over",
]
TEST = "test"
"""Sent when it is asked for, whatever was chosen."""
