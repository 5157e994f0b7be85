"""The product's contexts over a store that kills its process at an act: before the n-th that writes, or that reads.

Which one stands in the file `die-at` beside the store, as `write:3`.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from dumont.main.contexts import contexts as all_contexts
from dumont.platform.contexts import Context
from dumont.snapshots import stores
from dumont.snapstore.blobs import Blobs, Bytes, Found
from dumont.snapstore.blobs.local import LocalBlobs

DIE_AT = "die-at"


class Countdown:
    """Over all repositories of the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done = {"write": 0, "read": 0}

    def act(self, kind: str, order: Path) -> None:
        with self._lock:
            self._done[kind] += 1
            if order.exists() and order.read_text() == f"{kind}:{self._done[kind]}":
                os.kill(os.getpid(), signal.SIGKILL)


class DeadlyBlobs:
    def __init__(self, inner: Blobs, act: Callable[[str], None]) -> None:
        self._inner, self._act, self.address = inner, act, inner.address

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        self._act("read")
        return self._inner.get(name, start, length)

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        self._act("read")
        self._inner.read_into(name, start, buffer)

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        self._act("write")
        self._inner.put(name, parts)

    def find(self, name: str) -> Found | None:
        return self._inner.find(name)

    def list(self, prefix: str) -> Iterator[Found]:
        return self._inner.list(prefix)

    def delete(self, name: str) -> None:
        self._act("write")
        self._inner.delete(name)

    def close(self) -> None:
        self._inner.close()


def contexts() -> Sequence[Context]:
    countdown = Countdown()

    def opened(where: str, *_keys: Any, **_how: Any) -> Blobs:
        order = Path(urlsplit(where).path).parent.parent / DIE_AT
        return DeadlyBlobs(LocalBlobs(where), lambda kind: countdown.act(kind, order))

    # The worker has a process of its own, which dies of it.
    stores.open_blobs = opened
    return all_contexts()
