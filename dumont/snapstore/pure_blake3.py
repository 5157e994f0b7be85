"""BLAKE3 in plain Python: many chunks at once, as lanes of one large number; for little-endian machines."""

from __future__ import annotations

from array import array
from typing import Union

Buffer = Union[bytes, bytearray, memoryview]
CHUNK, BLOCK = 1024, 64
START, END, PARENT, ROOT, KEYED, CONTEXT, MATERIAL = 1, 2, 4, 8, 16, 32, 64
FIRST = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
SHUFFLE = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
MIXES = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)
GROUP = 512
"""Chunks that are hashed together: a power of two, so that a group is a whole branch of the tree."""

Words = list[int]
"""Eight numbers, or sixteen; each holds the same word of every lane, 64 bits apart."""


def digest(data: Buffer) -> bytes:
    return _whole(data, FIRST, 0)


def keyed(key: bytes, data: Buffer) -> bytes:
    return _whole(data, _key_words(key), KEYED)


def derive(context: str, key: bytes) -> bytes:
    return _whole(key, _key_words(_whole(context.encode(), FIRST, CONTEXT)), MATERIAL)


class Hasher:
    """For what comes in parts."""

    def __init__(self, key: tuple[int, ...] = FIRST, flags: int = 0) -> None:
        self._key = key
        self._flags = flags
        self._rest = bytearray()
        self._branches: list[bytes] = []

    def update(self, data: Buffer) -> None:
        self._rest += data
        # The last bytes wait: whether they are the end is not known yet, and a lone group is the root.
        while len(self._rest) > GROUP * CHUNK:
            self._branches.append(self._branch(self._rest[: GROUP * CHUNK], alone=False))
            del self._rest[: GROUP * CHUNK]

    def digest(self) -> bytes:
        last = self._branch(self._rest, alone=not self._branches)
        return _joined([*self._branches, last], self._key, self._flags, ROOT) if self._branches else last

    def _branch(self, data: Buffer, *, alone: bool) -> bytes:
        count = GROUP * len(self._branches)
        root = ROOT if alone else 0
        leaves = _leaves(data, count, (self._key, self._flags), root)
        return _joined(leaves, self._key, self._flags, root)


def _whole(data: Buffer, key: tuple[int, ...], flags: int) -> bytes:
    hasher = Hasher(key, flags)
    hasher.update(data)
    return hasher.digest()


def _key_words(key: bytes) -> tuple[int, ...]:
    if len(key) != 32:
        raise ValueError("a key for BLAKE3 has 32 bytes")
    return tuple(_words_of(key))


def _leaves(data: Buffer, counter: int, how: tuple[tuple[int, ...], int], root: int) -> list[bytes]:
    """The chaining values of all chunks; `root` counts where there is but one."""
    whole = len(data) // CHUNK
    found = _full_chunks(data, whole, counter, how, root if whole == 1 and len(data) == CHUNK else 0) if whole else []
    if len(data) > whole * CHUNK or not whole:
        found.append(_last_chunk(bytes(data[whole * CHUNK :]), counter + whole, how, root if not whole else 0))
    return found


def _full_chunks(data: Buffer, lanes: int, counter: int, how: tuple[tuple[int, ...], int], root: int) -> list[bytes]:
    key, flags = how
    words = _words_of(bytes(data[: lanes * CHUNK]))
    ones = _ones(lanes)
    state = [word * ones for word in key]
    low, high = ([(counter + lane) >> shift & 0xFFFFFFFF for lane in range(lanes)] for shift in (0, 32))
    counters = _spread(array("I", low)), _spread(array("I", high))
    for block in range(16):
        message = [_spread(words[16 * block + word :: 256]) for word in range(16)]
        kind = flags | (START if block == 0 else 0) | (END | root if block == 15 else 0)
        state = _compress(state, message, (*counters, BLOCK * ones, kind * ones), ones)
    return _lanes_of(state, lanes)


def _last_chunk(data: bytes, counter: int, how: tuple[tuple[int, ...], int], root: int) -> bytes:
    key, flags = how
    state = list(key)
    count = max(1, (len(data) + BLOCK - 1) // BLOCK)
    for number in range(count):
        block = data[BLOCK * number : BLOCK * number + BLOCK]
        message = list(_words_of(block.ljust(BLOCK, b"\0")))
        kind = flags | (START if number == 0 else 0) | (END | root if number == count - 1 else 0)
        state = _compress(state, message, (counter & 0xFFFFFFFF, counter >> 32, len(block), kind), 1)
    return _lanes_of(state, 1)[0]


def _joined(branches: list[bytes], key: tuple[int, ...], flags: int, root: int) -> bytes:
    """Up the tree, two at a time; one that is left over rises as it is."""
    while len(branches) > 1:
        lanes = len(branches) // 2
        words = _words_of(b"".join(branches[: 2 * lanes]))
        ones = _ones(lanes)
        kind = flags | PARENT | (root if len(branches) == 2 else 0)
        message = [_spread(words[word::16]) for word in range(16)]
        state = _compress([word * ones for word in key], message, (0, 0, BLOCK * ones, kind * ones), ones)
        branches = _lanes_of(state, lanes) + branches[2 * lanes :]
    return branches[0]


def _compress(chain: Words, message: Words, tail: tuple[int, int, int, int], ones: int) -> Words:
    """Seven rounds over all lanes. Each lane has 32 bits to spare, so sums carry into nobody else's word."""
    keep = 0xFFFFFFFF * ones
    state = [*chain, *(word * ones for word in FIRST[:4]), *tail]
    for round_number in range(7):
        for number, (i, j, k, m) in enumerate(MIXES):
            a, b, c, d = state[i], state[j], state[k], state[m]
            a = a + b + message[2 * number] & keep
            d ^= a
            d = (d >> 16 | d << 16) & keep
            c = c + d & keep
            b ^= c
            b = (b >> 12 | b << 20) & keep
            a = a + b + message[2 * number + 1] & keep
            d ^= a
            d = (d >> 8 | d << 24) & keep
            c = c + d & keep
            b ^= c
            state[i], state[j], state[k], state[m] = a, (b >> 7 | b << 25) & keep, c, d
        if round_number < 6:
            message = [message[place] for place in SHUFFLE]
    return [state[word] ^ state[word + 8] for word in range(8)]


def _ones(lanes: int) -> int:
    """A one in every lane."""
    return ((1 << 64 * lanes) - 1) // ((1 << 64) - 1)


def _words_of(data: bytes) -> array[int]:
    return array("I", data)


def _spread(words: array[int]) -> int:
    """One word for each lane."""
    wide = bytearray(8 * len(words))
    memoryview(wide).cast("I")[::2] = memoryview(words)
    return int.from_bytes(wide, "little")


def _lanes_of(state: Words, lanes: int) -> list[bytes]:
    """The chaining value of each lane."""
    values = array("I", bytes(32 * lanes))
    for word, all_lanes in enumerate(state):
        wide = memoryview(all_lanes.to_bytes(8 * lanes, "little")).cast("I")
        values[word::8] = array("I", wide[::2])
    joined = values.tobytes()
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]
