"""Reads a repository of restic by its objects, without the program: what its password opens, and nothing is written."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, Callable, NamedTuple, TypeVar
from urllib.parse import urlsplit

from dumont.snapstore.blobs import Blobs, Keys
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Leads
from dumont.snapstore.codec import zstd
from dumont.snapstore.errors import BadRequest, Damaged, KeyNeeded, Missing, Unreadable
from dumont.snapstore.restic import SCHEME

T = TypeVar("T")
R = TypeVar("R")
S3 = SCHEME + "s3:"
AMAZON = "s3.amazonaws.com"
SEALED, PROOF = 16, 16
PACKED = b"\2"
"""The first byte of what is compressed; anything else is the JSON itself."""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
MAGIC = b"\x28\xb5\x2f\xfd"
MOST_BYTES, SHORTEST = 256 << 20, 256
MOST_KEYS, MOST_MEMORY = 20, 512 << 20
AT_ONCE = 16


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
        said = self._document(f"snapshots/{name}")
        paths, tags = (tuple(str(each) for each in said.get(field) or ()) for field in ("paths", "tags"))
        time, host, tree = (str(said.get(field, "")) for field in ("time", "hostname", "tree"))
        return Saved(name, time, host, paths, tags, tree)

    def find(self, word: str) -> Saved:
        """`latest`, or an id or its beginning."""
        names = [found.name.rpartition("/")[2] for found in self.blobs.list("snapshots/")]
        wanted = names if word == "latest" else [name for name in names if name.startswith(word)]
        if not wanted:
            raise Missing("The restic repository has no such snapshot.", "List what there is: `restic snapshots`.")
        if word != "latest" and len(wanted) > 1:
            raise BadRequest(f"{len(wanted)} snapshots begin with {word}.", "Write more of its id.")
        return max(in_parallel(self.saved, wanted), key=lambda saved: saved.moment)

    def packs(self) -> Iterator[Pack]:
        """As all indexes tell them; one may be told of twice."""
        names = [found.name for found in self.blobs.list("index/")]
        for said in in_parallel(self._document, names):
            for pack in said.get("packs") or ():
                yield Pack(str(pack["id"]), pack.get("blobs") or [])

    def unsealed(self, data: bytes, raw_length: int) -> bytes:
        """A blob of a pack; `raw_length` is 0 for one that is not compressed."""
        plain = self._key.opened(data)
        return _unpacked(plain, raw_length) if raw_length else plain

    def _document(self, name: str) -> dict[str, Any]:
        data = self.blobs.get(name)
        if hashlib.sha256(data).hexdigest() != name.rpartition("/")[2]:
            raise Damaged(f"{name} of the restic repository is not what it is named by.")
        plain = self._key.opened(data)
        return _json(_unpacked(plain[1:], _length_of(plain[1:])) if plain[:1] == PACKED else plain)


def opened(blobs: Blobs, password: str) -> Reading:
    """Raises `KeyNeeded` where the password opens none of its keys, `Missing` where there is no repository."""
    names = [found.name for found in blobs.list("keys/")]
    if not names:
        raise Missing("There is no restic repository at this address.", "Check it, or make one: `restic init`.")
    for name in names[:MOST_KEYS]:
        key = _master(_json(blobs.get(name)), password)
        if key is not None:
            return Reading(blobs, key)
    raise KeyNeeded("The password does not open this restic repository.", "Give the one that restic asks for.")


def blobs_of(address: str, keys: Keys | None, region: str = "", leads: Leads | None = None) -> Blobs:
    """Of `restic:s3:https://host/bucket/prefix`, or `restic:s3:host/bucket/prefix`."""
    endpoint, path = _split(address)
    # By Amazon's name for all regions, the one that it tells of is asked instead.
    endpoint = "" if host_of(address) == AMAZON else endpoint
    return S3Blobs(f"s3://{path}", keys, region=region, endpoint=endpoint, leads=leads)


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
        raise Damaged("A snapshot of the restic repository does not tell when it was made.")
    whole, part, zone = found.groups()
    moment = datetime.fromisoformat(whole + ("+00:00" if zone == "Z" else zone))
    return moment.astimezone(timezone.utc) + timedelta(microseconds=int((part or "0")[:6].ljust(6, "0")))


def in_parallel(act: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """In order; never more than some at once are held."""
    rest = iter(things)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(rest, AT_ONCE)):
            yield from pool.map(act, some)


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
        if said["kdf"] != "scrypt" or 128 * cost * block * lanes > MOST_MEMORY:
            raise Unreadable("A key of this restic repository is of a kind that is not known here.")
        room = 128 * block * (cost + lanes + 2) + (1 << 20)
        made = hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=room, dklen=64)
        found = json.loads(_Key(made[:32], made[32:48], made[48:]).opened(sealed))
        mac = found["mac"]
        return _Key(*(base64.b64decode(each) for each in (found["encrypt"], mac["k"], mac["r"])))
    except Damaged:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("A key of this restic repository can't be read.") from error


def _json(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except ValueError as error:
        raise Damaged("A part of the restic repository can't be read.") from error
    if not isinstance(said, dict):
        raise Damaged("A part of the restic repository is not what it should be.")
    return said


def _unpacked(data: bytes, raw_length: int) -> bytes:
    """`raw_length` may be more than there is."""
    if raw_length > MOST_BYTES:
        raise Damaged("A part of the restic repository is larger than any that restic writes.")
    room = bytearray(raw_length)
    try:
        made = zstd.engine().decompress_into(data, memoryview(room))
    except Exception as error:
        raise Damaged("A part of the restic repository can't be unpacked.") from error
    return bytes(memoryview(room)[:made])


def _length_of(frame: bytes) -> int:
    """As the frame's own head tells it (RFC 8878, 3.1.1.1); restic's writers leave it out of the shortest ones."""
    if frame[:4] != MAGIC or len(frame) < 6:
        raise Damaged("A part of the restic repository can't be unpacked.")
    head = frame[4]
    single, flag, dictionary = head >> 5 & 1, head >> 6, (0, 1, 2, 4)[head & 3]
    wide = (1 if single else 0, 2, 4, 8)[flag]
    at = 5 + (0 if single else 1) + dictionary
    return int.from_bytes(frame[at : at + wide], "little") + (256 if flag == 1 else 0) if wide else SHORTEST
