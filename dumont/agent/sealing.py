"""Seals what the agent remembers with what is on no disk beside it: its token, which comes by the environment.

The agent runs on a bare Python, which has hashes and no ciphers: HMAC-SHA256 over a counter is the stream, and another
one over nonce and text is the proof.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from dumont.agent.remembering import Notes

NONCE, PROOF = 16, 32
PLACE = "sealed"


class SealedNotes:
    """Notes that say nothing to whoever finds the disk."""

    def __init__(self, notes: Notes, token: str) -> None:
        self._notes = notes
        self._stream = _key(token, b"stream")
        self._proof = _key(token, b"proof")

    def write(self, name: str, told: dict[str, Any]) -> None:
        self._notes.write(name, self._sealed(name, told))

    def keep(self, name: str, told: dict[str, Any]) -> None:
        self._notes.keep(name, self._sealed(name, told))

    def _sealed(self, name: str, told: dict[str, Any]) -> dict[str, Any]:
        nonce, text = os.urandom(NONCE), json.dumps(told).encode()
        hidden = self._mixed(nonce, text)
        proof = hmac.digest(self._proof, name.encode() + b"\0" + nonce + hidden, "sha256")
        return {PLACE: base64.b64encode(nonce + proof + hidden).decode()}

    def read(self, name: str) -> dict[str, Any] | None:
        """None also where it was sealed by another machine's token, or changed."""
        found = self._notes.read(name)
        try:
            data = base64.b64decode(found[PLACE], validate=True) if found else b""
        except (KeyError, TypeError, ValueError):
            return None
        nonce, proof, hidden = data[:NONCE], data[NONCE : NONCE + PROOF], data[NONCE + PROOF :]
        wanted = hmac.digest(self._proof, name.encode() + b"\0" + nonce + hidden, "sha256")
        if not hmac.compare_digest(proof, wanted):
            return None
        told = json.loads(self._mixed(nonce, hidden))
        return told if isinstance(told, dict) else None

    def drop(self, name: str) -> None:
        self._notes.drop(name)

    def _mixed(self, nonce: bytes, text: bytes) -> bytes:
        blocks = range(-(-len(text) // 32))
        stream = b"".join(hmac.digest(self._stream, nonce + n.to_bytes(8, "big"), "sha256") for n in blocks)
        mixed = int.from_bytes(text, "big") ^ int.from_bytes(stream[: len(text)], "big")
        return mixed.to_bytes(len(text), "big")


def _key(token: str, purpose: bytes) -> bytes:
    return hmac.digest(token.encode(), b"dumont agent state " + purpose, hashlib.sha256)
