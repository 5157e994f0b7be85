"""The words for what was tried with a machine, and for why it failed."""

from typing import Literal, get_args

AttemptType = Literal["deploy", "wake", "failover", "health_check"]
Reason = Literal[
    "driver_mismatch",
    "boot_timeout",
    "ssh_failed",
    "gpu_not_ready",
    "frequent_interrupts",
    "hardware_error",
    "offer_gone",
    "image_pull_failed",
    "out_of_disk",
    "network",
    "unknown",
]
TYPES: tuple[AttemptType, ...] = get_args(AttemptType)
REASONS: tuple[Reason, ...] = get_args(Reason)
SAYS_NOTHING: frozenset[Reason] = frozenset({"offer_gone"})
"""Of the machine: somebody else was quicker. Kept among the attempts, counted nowhere."""
