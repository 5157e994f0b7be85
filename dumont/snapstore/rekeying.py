"""Another passphrase for a repository: the same master key, wrapped anew in the one object that holds it."""

from __future__ import annotations

import json

from dumont.snapstore import config as configs
from dumont.snapstore import seal
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.config import CONFIG
from dumont.snapstore.errors import BadRequest, Exists


def change_passphrase(blobs: Blobs, old: str, new: str) -> None:
    """The object is put whole or not at all, so whenever we are killed one of the two opens the repository. Nothing
    else is written: what is sealed stays as it is, and whoever works with it just now goes on."""
    before = blobs.get(CONFIG)
    lock = configs.read(before).lock
    if lock is None:
        raise BadRequest(
            "This repository is not encrypted.", "Make an encrypted one under another address, and keep it there anew."
        )
    if not new:
        raise BadRequest("The new passphrase is empty.")
    wrapped = seal.rewrapped(lock, old, new)
    seal.unlock(wrapped, new)  # before the old one is written over
    blobs.put(CONFIG, [_with(before, wrapped)])
    if configs.read(blobs.get(CONFIG)).lock != wrapped:
        raise Exists(
            "Somebody else has changed the passphrase at the same moment.", "Theirs holds now; change it again with it."
        )


def _with(config: bytes, lock: seal.Lock) -> bytes:
    """All else as it was, also what a newer program has written there."""
    said = configs.json_object(config, "config")
    return json.dumps({**said, "encryption": {**said["encryption"], **lock.as_json()}}, indent=1).encode()
