"""Sealing and naming: with a key where the repository is encrypted, plainly where it is not."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dumont.snapstore import hashing
from dumont.snapstore.blobs import Bytes
from dumont.snapstore.errors import BadRequest, Damaged, KeyNeeded, Unreadable

NONCE, TAG = 12, 16
OVERHEAD = NONCE + TAG
SEAL_CONTEXT = "dumont snapstore 2026 seal"
NAME_CONTEXT = "dumont snapstore 2026 name"
CIPHERS = ("aes-256-gcm", "chacha20-poly1305")
MEMORY_KIB, ROUNDS, LANES = 64 * 1024, 3, 4
MOST_MEMORY_KIB = 1 << 20
"""A config may not ask for more: else opening a repository could take all of a machine's memory."""


class Sealer(Protocol):
    overhead: int

    @property
    def naming_key(self) -> bytes | None:
        """What ids are made with; None: plain hashes."""
        ...

    def seal(self, data: Bytes, purpose: str, /) -> Bytes: ...

    def unseal(self, data: Bytes, purpose: str, /) -> Bytes: ...

    def id_of(self, data: Bytes) -> bytes:
        """The id of a chunk."""
        ...


class Plain:
    """Of a repository without encryption."""

    overhead = 0
    naming_key: bytes | None = None

    def seal(self, data: Bytes, _purpose: str) -> Bytes:
        return data

    def unseal(self, data: Bytes, _purpose: str) -> Bytes:
        return data

    def id_of(self, data: Bytes) -> bytes:
        return hashing.digest(data)


class Sealed:
    """With the master key of an encrypted repository."""

    overhead = OVERHEAD

    def __init__(self, cipher: str, master: bytes) -> None:
        self._cipher = _aead(cipher, hashing.derive(SEAL_CONTEXT, master))
        self._naming_key = hashing.derive(NAME_CONTEXT, master)

    @property
    def naming_key(self) -> bytes:
        return self._naming_key

    def seal(self, data: Bytes, purpose: str) -> Bytes:
        nonce = os.urandom(NONCE)
        sealed: bytes = nonce + self._cipher.encrypt(nonce, data, purpose.encode())
        return sealed

    def unseal(self, data: Bytes, purpose: str) -> Bytes:
        return _opened(self._cipher, data, purpose)

    def id_of(self, data: Bytes) -> bytes:
        return hashing.keyed(self._naming_key, data)


@dataclass(frozen=True)
class Lock:
    """How the master key is kept in the config."""

    cipher: str
    time: int
    memory_kib: int
    lanes: int
    salt: bytes
    wrapped: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "cipher": self.cipher,
            "kdf": "argon2id",
            "time": self.time,
            "memory_kib": self.memory_kib,
            "lanes": self.lanes,
            "salt": base64.b64encode(self.salt).decode(),
            "wrapped": base64.b64encode(self.wrapped).decode(),
        }


def lock_of(said: dict[str, Any]) -> Lock:
    """Of the config's words; raises `Unreadable` where they make no sense."""
    try:
        time, memory, lanes = (int(said[name]) for name in ("time", "memory_kib", "lanes"))
        salt, wrapped = (base64.b64decode(said[name], validate=True) for name in ("salt", "wrapped"))
        lock = Lock(said["cipher"], time, memory, lanes, salt, wrapped)
        fits = said["kdf"] == "argon2id" and lock.cipher in CIPHERS and len(lock.salt) == 16
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("How this repository is encrypted can't be read from its config.") from error
    if not fits or not (1 <= lock.time <= 64 and 8 <= lock.memory_kib <= MOST_MEMORY_KIB and 1 <= lock.lanes <= 64):
        raise Unreadable("This repository is encrypted in a way that this program doesn't know.")
    return lock


def new_lock(passphrase: str, cipher: str = CIPHERS[0]) -> tuple[Lock, Sealed]:
    if cipher not in CIPHERS:
        raise BadRequest(f"There is no cipher called {cipher}.", f"Choose one of {', '.join(CIPHERS)}.")
    master = os.urandom(32)
    return _wrapped(cipher, master, passphrase), Sealed(cipher, master)


def unlock(lock: Lock, passphrase: str) -> Sealed:
    return Sealed(lock.cipher, _master(lock, passphrase))


def rewrapped(lock: Lock, old: str, new: str) -> Lock:
    """The same master key behind another passphrase, with a salt of its own and today's figures."""
    return _wrapped(lock.cipher, _master(lock, old), new)


def _wrapped(cipher: str, master: bytes, passphrase: str) -> Lock:
    bare = Lock(cipher, ROUNDS, MEMORY_KIB, LANES, os.urandom(16), b"")
    nonce = os.urandom(NONCE)
    wrapped = nonce + _aead(cipher, _stretched(passphrase, bare)).encrypt(nonce, master, b"key")
    return replace(bare, wrapped=wrapped)


def _master(lock: Lock, passphrase: str) -> bytes:
    try:
        return bytes(_opened(_aead(lock.cipher, _stretched(passphrase, lock)), lock.wrapped, "key"))
    except Damaged as error:
        raise KeyNeeded("The passphrase does not open this repository.") from error


def _stretched(passphrase: str, lock: Lock) -> bytes:
    _cryptography()
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(
        salt=lock.salt, length=32, iterations=lock.time, lanes=lock.lanes, memory_cost=lock.memory_kib, ad=None
    )
    return kdf.derive(passphrase.encode())


def _aead(cipher: str, key: bytes) -> Any:
    _cryptography()
    from cryptography.hazmat.primitives.ciphers import aead

    return aead.AESGCM(key) if cipher == "aes-256-gcm" else aead.ChaCha20Poly1305(key)


def _cryptography() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise KeyNeeded(
            "Encrypted repositories need the package cryptography.", "Install it: pip install 'cryptography>=44'."
        ) from error


def _opened(cipher: Any, data: Bytes, purpose: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        opened: bytes = cipher.decrypt(bytes(data[:NONCE]), data[NONCE:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise Damaged(f"A sealed part ({purpose}) can't be opened: it is damaged, or of another repository.") from error
    return opened
