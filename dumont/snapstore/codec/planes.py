"""The codec "planes" in plain Python: bytes of equal weight together, each plane rANS-coded; slow, and always there."""

from __future__ import annotations

import struct
from typing import NamedTuple

from dumont.snapstore.codec.kinds import Buffer
from dumont.snapstore.errors import Damaged

STRIDES = (2, 4, 8)
WAYS = 32
LOW = 1 << 16
"""States lie between this and 2^32, and end at this."""
TOTAL = 4096
AS_IS, ALIKE, CODED = 0, 1, 2
_HEAD = struct.Struct("<BI")


def encode(data: Buffer, stride: int) -> bytes:
    """The payload; each plane in the shortest mode."""
    view = memoryview(data)
    whole = len(view) // stride * stride
    parts = [bytes([stride])]
    for k in range(stride):
        mode, made = _encode_plane(bytes(view[k:whole:stride]))
        parts += [_HEAD.pack(mode, len(made)), made]
    return b"".join([*parts, bytes(view[whole:])])


def decode(payload: Buffer, out: memoryview) -> None:
    """Fills `out` exactly, or raises `Damaged`."""
    view = memoryview(payload)
    stride = view[0] if view else 0
    if stride not in STRIDES:
        raise Damaged("Planes of a stride that there is not.")
    n, rest = divmod(len(out), stride)
    at = 1
    for k in range(stride):
        if at + _HEAD.size > len(view):
            raise Damaged("Planes end too early.")
        mode, length = _HEAD.unpack_from(view, at)
        at += _HEAD.size
        if length > len(view) - at:
            raise Damaged("A plane is longer than its frame.")
        out[k : n * stride : stride] = _decode_plane(mode, view[at : at + length], n)
        at += length
    if len(view) - at != rest:
        raise Damaged("Planes of another length than they must have.")
    out[n * stride :] = view[at:]


class Model(NamedTuple):
    """How often each symbol comes, in 4096ths."""

    frequency: list[int]
    start: list[int]


def _encode_plane(data: bytes) -> tuple[int, bytes]:
    if data and data.count(data[0]) == len(data):
        return ALIKE, data[:1]
    if len(data) < 512:
        return AS_IS, data
    made = _encode_rans(data, scaled([data.count(value) for value in range(256)]))
    return (CODED, made) if len(made) < len(data) else (AS_IS, data)


def scaled(counts: list[int]) -> list[int]:
    """Frequencies that sum up to 4096, none of a symbol that comes below 1."""
    total = sum(counts)
    made = [max(1, count * TOTAL // total) if count else 0 for count in counts]
    over = sum(made) - TOTAL
    # Rounding is made good where it costs least: at the most frequent one, a little at a time.
    while over:
        most = max(range(256), key=lambda value: made[value])
        step = min(over, made[most] // 2)
        made[most] -= step
        over -= step
    return made


def _encode_rans(data: bytes, frequency: list[int]) -> bytes:
    start = _starts(frequency)
    states = [LOW] * WAYS
    words: list[int] = []
    for i in range(len(data) - 1, -1, -1):
        x, v = states[i % WAYS], data[i]
        f = frequency[v]
        if x >= f << 20:
            words.append(x & 0xFFFF)
            x >>= 16
        states[i % WAYS] = (x // f << 12) + x % f + start[v]
    words.reverse()
    bitmap = sum(1 << v for v in range(256) if frequency[v]).to_bytes(32, "little")
    present = [f for f in frequency if f]
    return b"".join(
        (
            bitmap,
            struct.pack(f"<{len(present)}H", *present),
            struct.pack("<32I", *states),
            struct.pack(f"<{len(words)}H", *words),
        )
    )


def _decode_plane(mode: int, data: memoryview, n: int) -> Buffer:
    if mode == AS_IS and len(data) == n:
        return data
    if mode == ALIKE and len(data) == 1:
        return bytes(data) * n
    if mode == CODED:
        return _decode_rans(data, n)
    raise Damaged("A plane is coded in a way that there is not.")


def _decode_rans(data: memoryview, n: int) -> bytearray:
    model, states, words = _read_plane(data)
    symbols = bytearray(v for v in range(256) for _ in range(model.frequency[v]))
    frequency, start = model
    out = bytearray(n)
    at, last = 0, len(words)
    for i in range(n):
        x = states[i & 31]
        slot = x & 4095
        v = symbols[slot]
        x = frequency[v] * (x >> 12) + slot - start[v]
        if x < LOW:
            if at == last:
                raise Damaged("A plane ends too early.")
            x = x << 16 | words[at]
            at += 1
        states[i & 31] = x
        out[i] = v
    if at != last or any(x != LOW for x in states):
        raise Damaged("A plane does not end where it must.")
    return out


def _read_plane(data: memoryview) -> tuple[Model, list[int], tuple[int, ...]]:
    bitmap = int.from_bytes(data[:32], "little")
    present = [v for v in range(256) if bitmap >> v & 1]
    at = 32 + 2 * len(present)
    if len(data) < at + 4 * WAYS or (len(data) - at) % 2:
        raise Damaged("A plane is shorter than its table.")
    frequency = [0] * 256
    for v, f in zip(present, struct.unpack_from(f"<{len(present)}H", data, 32)):
        frequency[v] = f
        if not 0 < f < TOTAL:
            raise Damaged("A plane's table has a frequency out of range.")
    if sum(frequency) != TOTAL:
        raise Damaged("A plane's table does not sum up.")
    states = list(struct.unpack_from("<32I", data, at))
    if min(states) < LOW:
        raise Damaged("A plane begins with a state out of range.")
    at += 4 * WAYS
    return Model(frequency, _starts(frequency)), states, struct.unpack_from(f"<{(len(data) - at) // 2}H", data, at)


def _starts(frequency: list[int]) -> list[int]:
    made, total = [], 0
    for f in frequency:
        made.append(total)
        total += f
    return made
