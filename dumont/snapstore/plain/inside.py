"""A repository in the very folder that it keeps: it is no part of its own snapshots, and no restore removes it."""

from __future__ import annotations

import os
import re

from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.errors import BadRequest
from dumont.snapstore.repository import Repository

SPECIAL = re.compile(r"[^\w/.-]")
WAY_OUT = "Keep it elsewhere: beside the folder, or in a bucket."


def pattern_of(found: Repository, tree: str) -> str | None:
    """What leaves it out, as `.gitignore` has it; else each snapshot would hold all those before it."""
    below = _below(found, tree)
    if below == os.curdir:
        raise BadRequest(f"{tree} is the repository itself.", "Name the folder that is to be kept.")
    return "/" + SPECIAL.sub(r"\\\g<0>", below) + "/" if below else None


def refuse_to_remove(found: Repository, target: str) -> None:
    if _below(found, target):
        raise BadRequest("With --delete the repository would be removed, which lies in the target.", WAY_OUT)


def _below(found: Repository, folder: str) -> str | None:
    if not isinstance(found.blobs, LocalBlobs):
        return None
    inside, around = os.path.realpath(found.blobs.folder), os.path.realpath(folder)
    return os.path.relpath(inside, around) if os.path.commonpath([inside, around]) == around else None
