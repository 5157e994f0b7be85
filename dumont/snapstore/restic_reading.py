"""Reads a repository of restic by its objects, without the program: what its password opens, and nothing is written."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, Callable, NamedTuple, TypeVar, Union
from urllib.parse import urlsplit

from dumont.snapstore.blobs import Blobs, Found, Keys
from dumont.snapstore.blobs.again import Retries
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Leads, Patience
from dumont.snapstore.codec import zstd
from dumont.snapstore.errors import BadRequest, Damaged, KeyNeeded, Missing, Unreadable
from dumont.snapstore.restic import SCHEME

T = TypeVar("T")
R = TypeVar("R")
Plain = Union[bytes, bytearray]
S3 = SCHEME + "s3:"
QUICK: Any = {"retries": Retries(tries=2, first_seconds=0.2), "patience": Patience(4, 5)}
AMAZON = "s3.amazonaws.com"
SEALED, PROOF = 16, 16
PACKED = b"\2"
"""The first byte of what is compressed; anything else is the JSON itself."""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
MAGIC = b"\x28\xb5\x2f\xfd"
SHORTEST = 256
MOST_KEYS, MOST_MEMORY, MOST_LANES = 20, 128 << 20, 16
MOST_KEY, MOST_SNAPSHOT, MOST_INDEX, MOST_TREE = 64 << 10, 16 << 20, 64 << 20, 128 << 20
"""Plain of one, stored or unpacked: several times what restic's writers make."""
MOST_LISTED = 10_000_000
LEAST_EACH, SMALL = 12, 1 << 20
"""Plain that a value takes in what restic writes: a list of nothing but lists takes twenty times its text."""
AT_ONCE, HELD_MOST = 16, 64 << 20
"""What is fetched and waits to be read: so many things, of so many bytes."""
LARGE = 8 << 20
TIMELESS = "A snapshot of the restic repository does not tell when it was made."
LARGER = "larger than any that is read here."
ID = re.compile(r"[0-9a-f]{64}")
_one_large = threading.Lock()
"""What is large is unpacked and read by one thread of this process at a time: buckets of users fill no memory."""


class Saved(NamedTuple):
    """A snapshot, as restic wrote it down."""

    id: str
    time: str
    host: str
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    tree: str

    @property
    def moment(self) -> datetime:
        return moment_of(self.time)


class Pack(NamedTuple):
    id: str
    blobs: list[Mapping[str, Any]]

    @property
    def size(self) -> int:
        """What restic's writers make of these blobs: they, a sealed table of them, and its length."""
        rows = sum(41 if blob.get("uncompressed_length") else 37 for blob in self.blobs)
        return sum(int(blob["length"]) for blob in self.blobs) + rows + SEALED + PROOF + 4


class Reading:
    """Opened by `opened`, which finds out whether the password fits."""

    def __init__(self, blobs: Blobs, key: _Key) -> None:
        self.blobs = blobs
        self._key = key

    def saved(self, name: str) -> Saved:
        """Raises `Damaged` where the object is not what it is named by."""
        found = self.blobs.find(f"snapshots/{name}")
        if found is None:
            raise Missing(f"snapshots/{name} is not there.")
        (saved,) = self._saved([found])
        return saved

    def find(self, word: str) -> Saved:
        """`latest`, or an id or its beginning."""
        listed = self.listed("snapshots/")
        if word != "latest":
            named = list(islice((found for found in listed if _id_of(found).startswith(word)), 2))
            if len(named) > 1:
                raise BadRequest(f"Several snapshots begin with {word}.", "Write more of its id.")
            listed = iter(named)
        newest = max(self._saved(listed), key=lambda saved: saved.moment, default=None)
        if newest is None:
            raise Missing("The restic repository has no such snapshot.", "List what there is: `restic snapshots`.")
        return newest

    def packs(self) -> Iterator[Pack]:
        """As all indexes tell them; one may be told of twice."""
        for _index, said in self._documents(self.listed("index/"), MOST_INDEX):
            for pack in said.get("packs") or ():
                yield Pack(str(pack["id"]), pack.get("blobs") or [])

    def listed(self, prefix: str) -> Iterator[Found]:
        """Those that have an id for a name; raises `Damaged` where there is no end of them."""
        for count, found in enumerate(self.blobs.list(prefix)):
            if count == MOST_LISTED:
                raise Damaged("The restic repository has more objects than can be read here.")
            if ID.fullmatch(_id_of(found)):
                yield found

    def unsealed(self, data: bytes, raw_length: int) -> Plain:
        """A tree of a pack; `raw_length` is 0 for one that is not compressed."""
        plain = self._key.opened(data)
        return _unpacked(plain, raw_length, MOST_TREE) if raw_length else plain

    def _saved(self, wanted: Iterable[Found]) -> Iterator[Saved]:
        for found, said in self._documents(wanted, MOST_SNAPSHOT):
            paths, tags = _words(said.get("paths")), _words(said.get("tags"))
            time, host, tree = (str(said.get(field, "")) for field in ("time", "hostname", "tree"))
            yield Saved(_id_of(found), time, host, paths, tags, tree)

    def _documents(self, wanted: Iterable[Found], most: int) -> Iterator[tuple[Found, dict[str, Any]]]:
        """Fetched together, read one by one."""
        fetched = in_parallel(lambda found: (found, whole(self.blobs, found, most)), wanted, lambda found: found.size)
        for found, data in fetched:
            if hashlib.sha256(data).hexdigest() != _id_of(found):
                raise Damaged(f"{found.name} of the restic repository is not what it is named by.")
            plain: Plain = self._key.opened(data)
            length = _length_of(plain[1:]) if plain[:1] == PACKED else 0
            with room_for(length or len(plain)):
                yield found, json_of(_unpacked(plain[1:], length, most) if length else plain)


def opened(blobs: Blobs, password: str) -> Reading:
    """Raises `KeyNeeded` where the password opens none of its keys, `Missing` where there is no repository."""
    keys = list(islice(blobs.list("keys/"), MOST_KEYS))
    if not keys:
        raise Missing("There is no restic repository at this address.", "Check it, or make one: `restic init`.")
    for found in keys:
        key = _master(json_of(whole(blobs, found, MOST_KEY)), password)
        if key is not None:
            return Reading(blobs, key)
    raise KeyNeeded("The password does not open this restic repository.", "Give the one that restic asks for.")


def whole(blobs: Blobs, found: Found, most: int) -> bytes:
    """Never more than was listed, whatever is sent."""
    if found.size > most:
        raise Damaged(f"{found.name} of the restic repository is {LARGER}")
    return blobs.get(found.name, 0, found.size)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Held while something of this size lies unpacked in memory."""
    if size <= LARGE:
        yield
        return
    with _one_large:
        yield


def blobs_of(
    address: str, keys: Keys | None, region: str = "", leads: Leads | None = None, *, quick: bool = False
) -> S3Blobs:
    """Of `restic:s3:https://host/bucket/prefix`, or `restic:s3:host/bucket/prefix`. `quick`: somebody waits for it."""
    endpoint, path = _split(address)
    # By Amazon's name for all regions, the one that it tells of is asked instead.
    endpoint = "" if host_of(address) == AMAZON else endpoint
    return S3Blobs(f"s3://{path}", keys, region=region, endpoint=endpoint, leads=leads, **(QUICK if quick else {}))


def host_of(address: str) -> str:
    """Of the store that it lies in; raises `BadRequest`."""
    return urlsplit(_split(address)[0]).hostname or ""


def _split(address: str) -> tuple[str, str]:
    """Its endpoint, and the bucket with what is behind it."""
    where = address[len(S3) :] if address.startswith(S3) else ""
    where = where if "://" in where else f"https://{where}"
    try:
        parts = urlsplit(where)
        fine = bool(parts.scheme in ("https", "http") and parts.hostname and parts.path.strip("/") and parts.port != 0)
    except ValueError:
        parts, fine = urlsplit(""), False
    if not fine or "@" in parts.netloc or parts.query or parts.fragment or not address.isascii():
        raise BadRequest("That is no restic repository in a bucket.", f"As in {S3}https://s3.example.com/bucket/box.")
    return f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")


def moment_of(said: str) -> datetime:
    """As restic writes it, with nanoseconds and its machine's own zone."""
    found = MOMENT.fullmatch(said)
    if found is None:
        raise Damaged(TIMELESS)
    until_second, part, zone = found.groups()
    try:
        moment = datetime.fromisoformat(until_second + ("+00:00" if zone == "Z" else zone))
        return moment.astimezone(timezone.utc) + timedelta(microseconds=int((part or "0")[:6].ljust(6, "0")))
    except (ValueError, OverflowError):
        raise Damaged(TIMELESS) from None


def in_parallel(act: Callable[[T], R], things: Iterable[T], size: Callable[[T], int]) -> Iterator[R]:
    """In order; never more than some at once are held, nor more bytes."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for some in _in_parts(things, size):
            yield from pool.map(act, some)


def _in_parts(things: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    part: list[T] = []
    held = 0
    for thing in things:
        if part and (len(part) == AT_ONCE or held + size(thing) > HELD_MOST):
            yield part
            part, held = [], 0
        part.append(thing)
        held += size(thing)
    if part:
        yield part


def json_of(data: Plain) -> dict[str, Any]:
    refuse_dense(data)
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Damaged("A part of the restic repository can't be read.") from error
    if not isinstance(said, dict):
        raise Damaged("A part of the restic repository is not what it should be.")
    return said


def refuse_dense(data: Plain) -> None:
    """What would take far more memory than its text."""
    if len(data) > SMALL and sum(map(data.count, (b",", b"[", b"{"))) * LEAST_EACH > len(data):
        raise Damaged("A part of the restic repository is not what restic writes.")


class _Key:
    """AES-256 in counter mode, with Poly1305-AES over what it made."""

    def __init__(self, encrypt: bytes, mac_key: bytes, mac_factor: bytes) -> None:
        if (len(encrypt), len(mac_key), len(mac_factor)) != (32, 16, 16):
            raise Unreadable("A key of this restic repository is of a kind that is not known here.")
        self._encrypt, self._mac_key, self._mac_factor = encrypt, mac_key, mac_factor

    def opened(self, data: bytes) -> bytes:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        from cryptography.hazmat.primitives.poly1305 import Poly1305

        nonce, sealed, proof = data[:SEALED], data[SEALED:-PROOF], data[-PROOF:]
        if len(data) < SEALED + PROOF:
            raise Damaged("A part of the restic repository is cut off.")
        once = Cipher(algorithms.AES(self._mac_key), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block, as Poly1305-AES has it
        try:
            Poly1305.verify_tag(self._mac_factor + once, sealed, proof)
        except InvalidSignature as error:
            raise Damaged("A part of the restic repository can't be opened: it is damaged.") from error
        return Cipher(algorithms.AES(self._encrypt), modes.CTR(nonce)).decryptor().update(sealed)


def _master(said: Mapping[str, Any], password: str) -> _Key | None:
    """None where the password is another one's."""
    try:
        cost, block, lanes = int(said["N"]), int(said["r"]), int(said["p"])
        salt, sealed = base64.b64decode(said["salt"]), base64.b64decode(said["data"])
        if said["kdf"] != "scrypt" or 128 * cost * block > MOST_MEMORY or lanes > MOST_LANES:
            raise Unreadable("A key of this restic repository is of a kind that is not known here.")
        room = 128 * block * (cost + lanes + 2) + (1 << 20)
        made = hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=room, dklen=64)
        found = json_of(_Key(made[:32], made[32:48], made[48:]).opened(sealed))
        mac = found["mac"]
        return _Key(*(base64.b64decode(each) for each in (found["encrypt"], mac["k"], mac["r"])))
    except Damaged:
        return None
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable("A key of this restic repository can't be read.") from error


def _words(said: Any) -> tuple[str, ...]:
    if not isinstance(said, (list, type(None))):
        raise Damaged("A snapshot of the restic repository is not what it should be.")
    return tuple(str(each) for each in said or ())


def _id_of(found: Found) -> str:
    return found.name.rpartition("/")[2]


def _unpacked(data: Plain, raw_length: int, most: int) -> Plain:
    """`raw_length` may be more than there is."""
    if raw_length > most:
        raise Damaged(f"A part of the restic repository is {LARGER}")
    room = bytearray(raw_length)
    try:
        made = zstd.engine().decompress_into(data, memoryview(room))
    except Exception as error:
        raise Damaged("A part of the restic repository can't be unpacked.") from error
    del room[made:]
    return room


def _length_of(frame: Plain) -> int:
    """As the frame's own head tells it (RFC 8878, 3.1.1.1); restic's writers leave it out of the shortest ones."""
    if frame[:4] != MAGIC or len(frame) < 6:
        raise Damaged("A part of the restic repository can't be unpacked.")
    head = frame[4]
    single, flag, dictionary = head >> 5 & 1, head >> 6, (0, 1, 2, 4)[head & 3]
    wide = (1 if single else 0, 2, 4, 8)[flag]
    at = 5 + (0 if single else 1) + dictionary
    return int.from_bytes(frame[at : at + wide], "little") + (256 if flag == 1 else 0) if wide else SHORTEST
