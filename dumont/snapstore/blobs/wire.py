"""One HTTP/1.1 connection, and the answer that comes on it: the kernel fills a whole buffer in one call.

`http.client` would do; this takes half its time.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from dumont.snapstore.blobs import Bytes

FIRST = 4096
"""Received before it is known where the body goes; what comes with the head is copied once more."""
BLOCK = 1 << 20
"""What is skipped is skipped in these."""
HEAD_MOST = 64 << 10
LINE_MOST = 8 << 10
AT_ONCE = 1024
"""Buffers in one call of the system (IOV_MAX)."""
SLOWEST = 1 << 10
"""Bytes a second; who sends less for as long as a stall may last is stalled."""
SKIPPED_MOST = 64 << 10
"""A longer rest of a body costs more than a new connection."""
WHOLE = getattr(socket, "MSG_WAITALL", 0)


class Lost(Exception):
    """The connection failed; whether the other side did what was asked is not known."""


class Broken(Lost):
    """It was closed before a byte of an answer came, as happens to connections that were kept for too long."""


class Garbled(Lost):
    """What came is no answer, and will hardly be one the next time: somebody else's program, mostly."""


class Untrusted(Exception):
    """The other side's certificate is not one that we trust."""


class Origin(NamedTuple):
    """Where to connect to."""

    secure: bool
    host: str
    port: int

    @property
    def name(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


Leads = Callable[[str], Sequence[str]]
"""The numbers that the name of a host leads to, if all of them may be called; raises what is to be said if not."""


class Patience(NamedTuple):
    connect_seconds: float = 10.0
    stall_seconds: float = 30.0


class Request(NamedTuple):
    method: str
    target: str
    """Path and query, as they are sent."""
    headers: Sequence[tuple[str, str]]
    parts: Sequence[Bytes] = ()


class Reply:
    """An answer whose body is still on its way."""

    def __init__(self, wire: Wire, status: int, headers: dict[str, str], *, bodiless: bool) -> None:
        self.status = status
        self.headers = headers
        self._wire = wire
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower() and not bodiless
        self._chunk = 0
        self._ended = bodiless
        length = headers.get("content-length", "")
        self.length: int | None = 0 if bodiless else int(length) if length.isdigit() and not self._chunked else None
        """Of the body, where it was said."""
        self._left = self.length
        self.keeps = headers.get("connection", "").lower() != "close" and (self.length is not None or self._chunked)

    def fill(self, view: memoryview) -> None:
        """The next bytes of the body; raises `Lost` where it ends before."""
        at = 0
        while at < len(view):
            size = self._ready(len(view) - at)
            if not size:
                raise Lost("the body ended too early")
            self._wire.fill(view[at : at + size])
            self._count(size)
            at += size

    def skip(self, size: int) -> None:
        buffer = memoryview(bytearray(min(size, BLOCK)))
        while size:
            part = buffer[:size]
            self.fill(part)
            size -= len(part)

    def rest(self, most: int) -> bytes:
        """What is left of the body; raises `Lost` where it is longer than anybody needs."""
        found = bytearray()
        while size := self._ready(FIRST):
            if len(found) + size > most:
                raise Garbled("the answer is too long")
            part = self._wire.some(size)
            if not part and self._left is None and not self._chunked:
                self._ended = True
                break
            if not part:
                raise Lost("the body ended too early")
            self._count(len(part))
            found += part
        return bytes(found)

    def finish(self) -> bool:
        """Whether the connection may be used again."""
        if not self.keeps or (self._left or 0) > SKIPPED_MOST:
            return False
        with suppress(Lost):
            self.rest(SKIPPED_MOST)
            return self._wire.is_clean
        return False

    def _ready(self, wanted: int) -> int:
        """How many of the bytes wanted come before the next mark in the stream."""
        if self._ended:
            return 0
        if not self._chunked:
            return wanted if self._left is None else min(wanted, self._left)
        if not self._chunk:
            self._next_chunk()
        return min(wanted, self._chunk)

    def _count(self, size: int) -> None:
        if self._chunked:
            self._chunk -= size
            if not self._chunk:
                self._wire.line()
        elif self._left is not None:
            self._left -= size

    def _next_chunk(self) -> None:
        try:
            self._chunk = int(self._wire.line().partition(b";")[0], 16)
        except ValueError as error:
            raise Garbled("the body is not in chunks") from error
        if not self._chunk:
            self._ended = True
            while self._wire.line():
                pass


class Wire:
    """One connection, used by one thread at a time."""

    def __init__(
        self, origin: Origin, patience: Patience, trust: ssl.SSLContext | None, leads: Leads | None = None
    ) -> None:
        self._stall_seconds = patience.stall_seconds
        self._rest = b""
        self._secure = origin.secure
        self.used = False
        try:
            self._socket = _connected(origin, patience, trust, leads)
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(f"{origin.host} has no certificate that this machine trusts") from error
        except OSError as error:
            raise Lost(f"{origin.name} can't be reached: {error.strerror or error}") from error

    @property
    def is_clean(self) -> bool:
        return not self._rest

    @property
    def is_quiet(self) -> bool:
        """Neither closed by the other side nor with bytes that nobody asked for."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def ask(self, request: Request, head: bytes) -> Reply:
        failed: OSError | None = None
        try:
            self._send(head, request.parts)
        except OSError as error:  # it may have said why before it closed
            failed = error
        try:
            reply = self._reply(request.method)
        except Lost as lost:
            if failed is None:
                raise
            raise (Lost if _is_timeout(failed) else Broken)(_why(failed)) from lost
        if failed:
            reply.keeps = False
        return reply

    def fill(self, view: memoryview) -> None:
        at = min(len(self._rest), len(view))
        if at:
            view[:at] = self._rest[:at]
            self._rest = self._rest[at:]
        since, received = time.monotonic(), 0
        while at < len(view):
            count = self._receive(view[at:])  # a whole one in one call costs a fifth less than four in turn
            at += count
            received += count
            if time.monotonic() - since > self._stall_seconds:
                if received < SLOWEST * self._stall_seconds and at < len(view):
                    raise Lost("the other side sends next to nothing")
                since, received = time.monotonic(), 0

    def some(self, most: int) -> bytes:
        """What there is, at least a byte; nothing at the end."""
        if not self._rest:
            self._rest = self._more()
        found, self._rest = self._rest[:most], self._rest[most:]
        return found

    def line(self) -> bytes:
        while b"\r\n" not in self._rest:
            more = self._more()
            if not more or len(self._rest) > LINE_MOST:
                raise Garbled("the answer makes no sense")
            self._rest += more
        found, _mark, self._rest = self._rest.partition(b"\r\n")
        return found

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()

    def hang_up(self) -> None:
        """From another thread: whoever waits for an answer on it hears that it is lost."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _reply(self, method: str) -> Reply:
        while True:
            head = self._head()
            first, *lines = head.split("\r\n")
            words = first.split(" ", 2)
            if not words[0].startswith("HTTP/1.") or len(words) < 2 or not words[1].isdigit():
                raise Garbled("the answer makes no sense")
            status = int(words[1])
            if status >= 200:
                break
        headers = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        reply = Reply(self, status, headers, bodiless=method == "HEAD" or status in (204, 304))
        reply.keeps = reply.keeps and words[0] != "HTTP/1.0"
        return reply

    def _head(self) -> str:
        while b"\r\n\r\n" not in self._rest:
            more = self._more()
            if not more:
                raise (Lost if self._rest else Broken)("the other side hung up")
            self._rest += more
            if len(self._rest) > HEAD_MOST:
                raise Garbled("the answer makes no sense")
        head, _mark, self._rest = self._rest.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def _more(self) -> bytes:
        try:
            return self._socket.recv(FIRST)
        except OSError as error:
            raise (Lost if self._rest or _is_timeout(error) else Broken)(_why(error)) from error

    def _receive(self, view: memoryview) -> int:
        try:
            count = self._socket.recv_into(view, len(view), 0 if self._secure else WHOLE)
        except OSError as error:
            raise Lost(_why(error)) from error
        if not count:
            raise Lost("the body ended too early")
        return count

    def _send(self, head: bytes, parts: Sequence[Bytes]) -> None:
        views = [memoryview(head), *(memoryview(part).cast("B") for part in parts if len(part))]
        if self._secure:
            for view in views:
                self._socket.sendall(view)
            return
        while views:
            count = self._socket.sendmsg(views[:AT_ONCE])
            while views and count >= len(views[0]):
                count -= len(views.pop(0))
            if count:
                views[0] = views[0][count:]


def _connected(origin: Origin, patience: Patience, trust: ssl.SSLContext | None, leads: Leads | None) -> socket.socket:
    # Judged and called by the same numbers: a name that is asked twice may lead elsewhere the second time.
    made = _first([origin.host] if leads is None else leads(origin.host), origin.port, patience.connect_seconds)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if trust:
            secured = trust.wrap_socket(made, server_hostname=origin.host)
            secured.settimeout(patience.stall_seconds)
            return secured
        # The kernel's own timeouts: Python's cost a poll for each call, and would not let it fill a buffer whole.
        made.settimeout(None)
        limit = struct.pack("ll", int(patience.stall_seconds), int(patience.stall_seconds % 1 * 1_000_000))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    except BaseException:
        made.close()
        raise
    return made


def _first(hosts: Sequence[str], port: int, seconds: float) -> socket.socket:
    """To the first of these that answers."""
    failed = OSError("it has no address")
    for host in hosts:
        try:
            return socket.create_connection((host, port), seconds)
        except OSError as error:
            failed = error
    raise failed


def _why(error: OSError) -> str:
    if _is_timeout(error):
        return "nothing came for too long"
    return f"the connection broke: {error.strerror or error}"


def _is_timeout(error: OSError) -> bool:
    return isinstance(error, (BlockingIOError, socket.timeout))
