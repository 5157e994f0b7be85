"""Names that objects may have: whatever a repository tells, none leads out of its folder; and what is said of them."""

from __future__ import annotations

import re

from dumont.snapstore.errors import BadRequest, Damaged

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/?)*")
LONGEST = 512


def checked(name: str) -> str:
    """The same name; raises `BadRequest`. No part begins with a dot: those are ours, for what is half written."""
    if len(name) > LONGEST or not NAME.fullmatch(name):
        raise BadRequest(f"{name[:80]!r} can't be the name of an object.")
    return name


def checked_prefix(prefix: str) -> str:
    if len(prefix) > LONGEST or not PREFIX.fullmatch(prefix):
        raise BadRequest(f"{prefix[:80]!r} can't be the beginning of an object's name.")
    return prefix


def too_short(name: str) -> Damaged:
    return Damaged(f"{name} is shorter than it must be.")
