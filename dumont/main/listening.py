"""The port of the web process, in a module that loads in no time: that it is busy is heard at once."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from dumont.basics.errors import Unavailable
from dumont.platform.settings import Settings


@contextmanager
def listening_on(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything else starts, so that a busy one is told at once and leaves nothing behind."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                f"Can't listen on {settings.host}:{settings.port}: {error.strerror}.",
                code="port_taken",
                hint=f"Is dumont running already? Another port: `dumont up --port {settings.port + 1}`.",
            ) from None
        yield listening
