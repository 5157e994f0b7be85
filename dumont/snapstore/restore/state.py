"""Remembers, outside of the tree, which snapshot lies at a target, so that the next restore moves what differs."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from dumont.snapstore.errors import BadRequest


class Lies(NamedTuple):
    """A snapshot of a repository, and where it was put."""

    target: str
    repository: str
    snapshot: str


def remembered(path: str) -> Lies | None:
    """None where nothing, or nothing that can be read, is written."""
    try:
        with open(path, "rb") as file:
            said = json.loads(file.read(1 << 16))
        return Lies(str(said["target"]), str(said["repository"]), str(said["snapshot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(path: str, lies: Lies) -> None:
    half = f"{path}.{os.getpid()}"
    with open(half, "w", encoding="utf-8") as file:
        json.dump(lies._asdict(), file)
    os.replace(half, path)


def refuse_inside(path: str, target: str) -> None:
    """In the tree it would be taken into the next snapshot, or be removed by the next restore."""
    inside = os.path.realpath(target)
    if os.path.commonpath([inside, os.path.realpath(path)]) == inside:
        raise BadRequest("The state of a restore can't be kept inside of its target.", "Name a file elsewhere.")
