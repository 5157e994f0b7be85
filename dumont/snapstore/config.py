"""The first object of a repository: how the others are made."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from dumont.snapstore.chunker import WINDOW, Params
from dumont.snapstore.errors import Unreadable
from dumont.snapstore.model import MAX_CHUNK
from dumont.snapstore.seal import Lock, lock_of

CONFIG = "config"
FORMAT = 1
UNDERSTOOD: frozenset[str] = frozenset()
"""What an object may need of its reader; version 1 knows no such thing."""


@dataclass(frozen=True)
class Config:
    repository: str
    created: str
    cutting: Params = field(default_factory=Params)
    lock: Lock | None = None


def new_config(created: str, lock: Lock | None = None) -> Config:
    return Config(os.urandom(16).hex(), created, Params(), lock)


def written(config: Config) -> bytes:
    cutting = config.cutting
    said = {
        "format": FORMAT,
        "needs": [],
        "repository": config.repository,
        "created": config.created,
        "chunker": {"kind": "gear", "min": cutting.min, "average": cutting.average, "max": cutting.max},
        "encryption": config.lock.as_json() if config.lock else None,
    }
    return json.dumps(said, indent=1).encode()


def read(data: bytes) -> Config:
    said = json_object(data, "config")
    refuse_newer(said, "repository")
    try:
        cutting = Params(*(int(said["chunker"][name]) for name in ("min", "average", "max")))
        lock = lock_of(said["encryption"]) if said["encryption"] else None
        config = Config(str(said["repository"]), str(said["created"]), cutting, lock)
        fits = said["chunker"]["kind"] == "gear"
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("The repository's config lacks what version 1 has.") from error
    if not fits or not WINDOW <= cutting.min <= cutting.average <= cutting.max <= MAX_CHUNK:
        raise Unreadable("The repository's config asks for chunks that this program can't cut.")
    return config


def json_object(data: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(bytes(data).decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The {what} is no JSON: this is no repository, or it is damaged.") from error
    if not isinstance(said, dict):
        raise Unreadable(f"The {what} is no JSON object.")
    return said


def refuse_newer(said: dict[str, Any], what: str) -> None:
    """By the rules of versions: a higher number, or a need that we don't know, is not ours to read."""
    version = said.get("format")
    if not isinstance(version, int) or version < 1:
        raise Unreadable(f"The {what} names no version of the format.")
    needs = said.get("needs") or []
    unknown = sorted(str(need) for need in needs if need not in UNDERSTOOD) if isinstance(needs, list) else ["?"]
    if version > FORMAT or unknown:
        wants = f"version {version}" if version > FORMAT else ", ".join(unknown)
        raise Unreadable(f"The {what} was written by a newer program: it needs {wants}.")
