"""Ports that can be named before anyone listens at them: from below the range of which the system hands out its own."""

import socket
from random import SystemRandom

OURS = range(20_000, 30_000)
"""Linux lends 32768 and up, macOS 49152 and up, to whoever binds port 0 or calls out: those can be gone in between."""


def free_port() -> int:
    while True:
        port = SystemRandom().choice(OURS)
        if _is_free(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
