"""HTTP/1.1 as the store speaks it: reads requests from a socket, sends answers, files by the kernel."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from dumont.simulators.s3.answers import REASONS, Refused

HEAD_MAX = 64 << 10
PIECE = 1 << 20
SLICE = 128 << 10
"""At once, where the flow is paced."""
MORE = getattr(socket, "MSG_MORE", 0)


class Gone(Exception):
    """The other side hung up."""


@dataclass(slots=True)
class Request:
    method: str
    target: str
    """The path as it was sent, which is what was signed."""
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    bucket: str = ""
    key: str = ""

    asked: dict[str, str] = field(init=False)
    """The query, by name."""

    def __post_init__(self) -> None:
        self.asked = dict(self.query)

    @property
    def call(self) -> str:
        return f"{self.method} {unquote(self.target)}"


class Wire:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._secure = isinstance(connection, ssl.SSLSocket)
        self._rest = b""
        self._buffer = bytearray()
        self.unread = 0
        """Of the body of the request at hand."""
        self.before_answer: Callable[[], None] | None = None
        """What happens when all is done and nobody has been told yet."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self) -> Request | None:
        """None where no further one comes."""
        try:
            head = self._until(b"\r\n\r\n")
        except Gone:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ")
        path, _mark, query = target.partition("?")
        headers = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        self.unread = int(headers.get("content-length", "0"))
        return Request(method, path, parse_qsl(query, keep_blank_values=True), headers)

    def line(self) -> bytes:
        found = self._until(b"\r\n")
        self.unread -= len(found) + 2
        return found

    def skip(self) -> None:
        """What nobody wanted of a body, so that the answer isn't lost with it."""
        for _piece in self.pieces(max(0, self.unread)):
            pass

    def pieces(self, length: int) -> Iterator[memoryview]:
        """Exactly so many bytes, in a buffer that is used again for the next piece."""
        if self._rest and length:
            piece, self._rest = self._rest[:length], self._rest[length:]
            length -= len(piece)
            self.unread -= len(piece)
            yield memoryview(piece)
        if length and len(self._buffer) < min(length, PIECE):
            self._buffer = bytearray(min(length, PIECE))
        while length:
            count = self.socket.recv_into(self._buffer, min(length, PIECE), 0 if self._secure else socket.MSG_WAITALL)
            if not count:
                raise Gone
            length -= count
            self.unread -= count
            yield memoryview(self._buffer)[:count]

    def head(self, status: int, headers: Mapping[str, str], *, more: bool = False) -> None:
        if self.before_answer:
            self.before_answer()
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.socket.sendall(head, MORE if more and not self._secure else 0)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.head(status, headers, more=bool(body))
        if body:
            self.socket.sendall(body)

    def file(self, source: int, start: int, length: int) -> None:
        while length:
            if self._secure:
                count = self.socket.send(os.pread(source, min(length, PIECE), start))
            else:
                count = os.sendfile(self.socket.fileno(), source, start, length)
            if not count:
                raise Gone
            start += count
            length -= count

    def _until(self, mark: bytes) -> bytes:
        data = self._rest
        while mark not in data:
            more = self.socket.recv(HEAD_MAX)
            if not more:
                raise Gone
            data += more
            if len(data) > HEAD_MAX + PIECE:
                raise Refused(400, "RequestHeaderSectionTooLarge")
        found, _mark, self._rest = data.partition(mark)
        return found
