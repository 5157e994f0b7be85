"""Where the agent writes what it does: a file beside its notes, and what matters to whoever started it."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

SECRET = re.compile(r"\b(dag|dsg)_[A-Za-z0-9_-]+")
BYTES_MOST = 1 << 20
FILE = "agent.log"
FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Discreet(logging.Formatter):
    """No token and no grant, however it came into a line."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1_***", super().format(record))


def begin(state: Path) -> None:
    root = logging.getLogger("dumont.agent")
    root.setLevel(logging.INFO)
    root.propagate = False
    for handler in list(root.handlers):
        root.removeHandler(handler)
    kept = RotatingFileHandler(state / FILE, maxBytes=BYTES_MOST, backupCount=1, encoding="utf-8")
    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(logging.WARNING)
    for handler in (kept, shown):
        handler.setFormatter(Discreet(FORM))
        root.addHandler(handler)
