"""The token by which an agent is known: one for each rental, kept as a hash."""

import hashlib

from dumont.accounts.rules import tokens
from dumont.agent.protocol import TOKEN_PREFIX

LENGTH = len(TOKEN_PREFIX) + 43


def new() -> str:
    return TOKEN_PREFIX + tokens.new_token()


def digest(token: str) -> bytes:
    """Of the whole token: 256 bits of chance need no more than a plain hash."""
    return hashlib.sha256(token.encode()).digest()


def may_be(token: str | None) -> bool:
    """Whether it is worth looking for."""
    return token is not None and len(token) == LENGTH and token.startswith(TOKEN_PREFIX)
