"""What the agent takes from the machine it runs on: nothing else in it looks at the clock or the environment."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime, timezone


def environment() -> Mapping[str, str]:
    return os.environ


def stamp() -> str:
    """Now, for others to read: nothing here is decided by it."""
    return stamp_of(time.time())


def stamp_of(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds() -> float:
    """Since 1970, to compare with a time that a cloud has named."""
    return time.time()
