"""An object's bytes on their way out: by the kernel, paced, or with the harm that was ordered."""

import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from dumont.simulators.faults import Fault
from dumont.simulators.s3.conditions import Conditions
from dumont.simulators.s3.wire import SLICE, Gone, Wire

HARMS = ("reset", "truncate", "flip", "trickle", "stall", "overrun")
RESET = struct.pack("ii", 1, 0)
EXTRA = b"what nobody asked for" * 40


@dataclass(frozen=True, slots=True)
class Content:
    """A part of a file, or bytes that stand for it."""

    source: int
    start: int
    length: int
    tail: bytes = b""
    """Stands behind the file, where it is made to look longer."""


def send(
    wire: Wire, answer: tuple[int, Mapping[str, str]], content: Content, conditions: Conditions, call: str
) -> None:
    """The head and the body; raises `Gone` where the connection must end."""
    wire.head(*answer, more=bool(content.length))
    harm = next((fault for name in HARMS if (fault := conditions.take(name, call))), None)
    conditions.count(bytes_out=content.length)
    if harm:
        _harmed(wire, harm, content, conditions)
    elif conditions.is_paced:
        _paced(wire, content, conditions)
    else:
        wire.file(content.source, content.start, content.length - len(content.tail))
        wire.socket.sendall(content.tail)


def cut(wire: Wire) -> None:
    """The connection ends as by a crash."""
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    raise Gone


def _paced(wire: Wire, content: Content, conditions: Conditions) -> None:
    for at in range(0, content.length, SLICE):
        size = min(SLICE, content.length - at)
        wire.socket.sendall(_bytes(content, at, size))
        conditions.send(size)


def _harmed(wire: Wire, harm: Fault, content: Content, conditions: Conditions) -> None:
    data = bytearray(_bytes(content, 0, content.length))
    at = int(len(data) * harm.number("at", 0.5))
    if harm.name == "flip" and data:
        data[min(at, len(data) - 1)] ^= 1
        wire.socket.sendall(data)
    elif harm.name == "trickle":
        _trickle(wire, data, harm, conditions)
    elif harm.name == "overrun":
        wire.socket.sendall(bytes(data) + EXTRA)
    else:
        wire.socket.sendall(data[:at])
        if harm.name == "stall":
            conditions.wait(harm.number("seconds", 3600))
        if harm.name == "reset":
            cut(wire)
        raise Gone


def _trickle(wire: Wire, data: bytes | bytearray, harm: Fault, conditions: Conditions) -> None:
    size = int(harm.number("bytes", 100))
    for at in range(0, len(data), size):
        wire.socket.sendall(data[at : at + size])
        conditions.wait(harm.number("seconds", 0.1))
        if conditions.closing.is_set():
            raise Gone


def _bytes(content: Content, at: int, size: int) -> bytes:
    found = os.pread(content.source, min(size, content.length - len(content.tail) - at), content.start + at)
    return found + content.tail[: size - len(found)] if len(found) < size else found
