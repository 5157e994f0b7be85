"""The written form of tokens and API keys: how they are made, told apart, and hashed."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

API_KEY = re.compile(r"dmt_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class ApiKeyText:
    """`dmt_<12 hex>_<43 characters>`: the middle finds the row, the end proves it; leak scanners know the start."""

    prefix: str
    secret: str = field(repr=False)

    def written(self) -> str:
        return f"dmt_{self.prefix}_{self.secret}"


def new_api_key() -> ApiKeyText:
    return ApiKeyText(secrets.token_hex(6), new_token())


def read_api_key(text: str) -> ApiKeyText | None:
    found = API_KEY.fullmatch(text)
    return ApiKeyText(found[1], found[2]) if found else None


def new_token() -> str:
    """256 bits of chance. Never from `Work.random`, which tests may seed."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """A plain hash is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def same(left: bytes, right: bytes) -> bool:
    return secrets.compare_digest(left, right)
