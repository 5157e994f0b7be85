"""Secrets at rest: AES-256-GCM under a ring of keys, each text sealed to the place where it belongs.

A sealed text is `v1.<key id>.<nonce and ciphertext>`; moved to another row or column it does not open. The newest key
seals, all keys open, so a key is rotated by adding one in front and sealing everything again.
"""

import base64
import binascii
import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dumont.basics.errors import Invalid, Unavailable

LEAST_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"

    def __str__(self) -> str:
        return repr(self)

    def written(self) -> str:
        return f"{self.id}:{base64.b64encode(self.secret).decode()}"


class Vault:
    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise Invalid("There is no key to keep secrets with.", hint="Set DUMONT_ENCRYPTION_KEYS.")
        self._newest = keys[0]
        self._ring = {key.id: AESGCM(key.secret) for key in keys}

    def seal(self, text: str, place: str) -> str:
        """`place` names table, row and column, e.g. `provider_keys:<user>:vast`."""
        nonce = os.urandom(12)
        sealed = self._ring[self._newest.id].encrypt(nonce, text.encode(), place.encode())
        return f"v1.{self._newest.id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        try:
            version, key_id, body = sealed.split(".", 2)
            if version != "v1" or key_id not in self._ring:
                raise Unavailable(
                    f"A stored secret was sealed with key {key_id}, which is not here.",
                    code="unknown_encryption_key",
                    hint="Put the old key behind the new one in DUMONT_ENCRYPTION_KEYS.",
                )
            data = base64.b64decode(body, altchars=b"-_", validate=True)
            return self._ring[key_id].decrypt(data[:12], data[12:], place.encode()).decode()
        except (ValueError, binascii.Error, InvalidTag):
            raise Unavailable(
                "A stored secret does not open: it was changed or moved.", code="secret_damaged"
            ) from None

    def is_newest(self, sealed: str) -> bool:
        return sealed.startswith(f"v1.{self._newest.id}.")


def new_key() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(32))


def new_text() -> str:
    """256 bits of chance as text, to sign with."""
    return secrets.token_urlsafe(32)


def read_keys(text: str) -> list[Key]:
    """`id:base64,id:base64`, newest first. The text itself is never repeated in an error."""
    keys = [_read_key(part.strip()) for part in text.replace("\n", ",").split(",") if part.strip()]
    if len({key.id for key in keys}) != len(keys):
        raise Invalid("Two encryption keys have the same id.", hint="Give each key an id of its own.")
    return keys


def key_file(path: Path, make: str) -> str:
    """The text in a key file, made on first use with `make` in it, readable by its owner alone."""
    text = _read_key_file(path)
    if text is None:
        _make_key_file(path, make)
        text = _read_key_file(path) or ""
    if len(text) < LEAST_LETTERS:
        raise Unavailable(
            f"The key file {path} is empty or damaged.",
            code="key_file_damaged",
            hint="Put it back from a backup. Removing it makes a new key: what the old one has sealed is lost.",
        )
    return text


def _read_key_file(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("ascii", "ignore").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"The key file {path} can't be read: {error.strerror}.") from None


def _make_key_file(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_private(fresh, text)
        # A link appears whole or not at all, and the first of two processes wins.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
    except OSError as error:
        raise Unavailable(
            f"The key file {path} can't be made: {error.strerror}.", hint="Set DUMONT_HOME to a folder of yours."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink()


def replace_key_file(path: Path, text: str) -> None:
    """Whole or not at all; what was in it is gone."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write_private(fresh, text)
        fresh.replace(path)
    except OSError as error:
        raise Unavailable(f"The key file {path} can't be written: {error.strerror}.") from None


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_key(part: str) -> Key:
    identity, colon, encoded = part.partition(":")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if not colon or not identity.isalnum() or len(secret) != 32:
        raise Invalid(
            "DUMONT_ENCRYPTION_KEYS must be `id:base64-of-32-bytes`, newest first, separated by commas.",
            hint="`dumont secrets new-key` prints a good one.",
        )
    return Key(identity, secret)
