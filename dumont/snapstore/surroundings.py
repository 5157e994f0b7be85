"""What the engine takes from the machine it runs on; nothing else in it looks at clock, host or environment."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone

FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def seconds_now() -> float:
    """Since 1970. For stamps that people read; no decision of the engine stands on it."""
    return time.time()


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime(FORM)


def moment_of(said: str) -> datetime:
    """Raises `ValueError`."""
    form = FORM if "." in said else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.strptime(said, form).replace(tzinfo=timezone.utc)


def host_name() -> str:
    return socket.gethostname()


def cores() -> int:
    """That we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment() -> Mapping[str, str]:
    return os.environ


def leave(status: int) -> None:
    """Ends the process with what it has told, and takes nothing apart: that takes as long as to judge a tree."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # whoever read it has gone, or has closed it: the usual way says so
        sys.exit(status)
    os._exit(status)
