"""HTTP/1.1 for bodies of many megabytes: connections that are kept and shared by many threads."""

from __future__ import annotations

import os
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from weakref import WeakSet

from dumont.snapstore.blobs.wire import Broken, Leads, Lost, Origin, Patience, Reply, Request, Wire

IDLE_MOST = 256


class Wires:
    """Connections that are kept for whoever needs one next."""

    def __init__(
        self, patience: Patience | None = None, trust: ssl.SSLContext | None = None, leads: Leads | None = None
    ) -> None:
        self._patience = patience or Patience()
        self._trust = trust
        self._leads = leads
        self._idle: dict[Origin, deque[Wire]] = {}
        self._process = os.getpid()
        self._made: WeakSet[Wire] = WeakSet()
        self._making = Lock()
        self._over = False

    @contextmanager
    def ask(self, origin: Origin, request: Request) -> Iterator[Reply]:
        """Raises `Lost`; inside, the body is to be taken from the reply."""
        wire, reply = self._asked(origin, request, _head(origin, request))
        try:
            yield reply
            kept = reply.finish()
        except BaseException:
            wire.close()
            raise
        if kept:
            self._keep(origin, wire)
        else:
            wire.close()

    def close(self) -> None:
        for idle in list(self._idle.values()):
            while idle:
                with suppress(IndexError):
                    idle.pop().close()

    def give_up(self) -> None:
        """From another thread: what is being asked is lost, and nothing more is."""
        with self._making:
            self._over = True
            made = list(self._made)
        for wire in made:
            wire.hang_up()

    def _asked(self, origin: Origin, request: Request, head: bytes) -> tuple[Wire, Reply]:
        wire = self._wire(origin)
        try:
            return wire, wire.ask(request, head)
        except BaseException as error:
            wire.close()
            if not isinstance(error, Broken) or not wire.used:
                raise
        # One that was kept for too long says nothing about the store.
        wire = self._new(origin)
        try:
            return wire, wire.ask(request, head)
        except BaseException:
            wire.close()
            raise

    def _wire(self, origin: Origin) -> Wire:
        if self._process != os.getpid():  # a child must not speak on its parent's connections
            self._idle, self._process = {}, os.getpid()
        idle = self._idle.get(origin)
        while idle:
            try:
                wire = idle.pop()
            except IndexError:
                break
            if wire.is_quiet:
                return wire
            wire.close()
        return self._new(origin)

    def _new(self, origin: Origin) -> Wire:
        trust = self._trust or _system_trust() if origin.secure else None
        wire = Wire(origin, self._patience, trust, self._leads)
        with self._making:
            self._made.add(wire)
            over = self._over
        if over:
            wire.close()
            raise Lost("it took too long")
        return wire

    def _keep(self, origin: Origin, wire: Wire) -> None:
        wire.used = True
        idle = self._idle.setdefault(origin, deque())
        if len(idle) < IDLE_MOST and self._process == os.getpid():
            idle.append(wire)
        else:
            wire.close()


_contexts: list[ssl.SSLContext] = []


def _system_trust() -> ssl.SSLContext:
    if not _contexts:
        _contexts.append(ssl.create_default_context())
    return _contexts[0]


def _head(origin: Origin, request: Request) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {origin.name}", "Accept-Encoding: identity"]
    lines += [f"{name}: {text}" for name, text in request.headers]
    if request.method in ("PUT", "POST"):
        lines.append(f"Content-Length: {sum(memoryview(part).nbytes for part in request.parts)}")
    head = "\r\n".join([*lines, "", ""])
    if "\n" in head.replace("\r\n", "") or "\r" in head.replace("\r\n", ""):
        raise ValueError("a header can't hold a line's end")
    return head.encode("latin-1")
