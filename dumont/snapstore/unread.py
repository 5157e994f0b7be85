"""What a snapshot lacks because it could not be read, unlike what went away meanwhile: how much, and some names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from dumont.snapstore.scan import Note

NAMED = 20
MOST_LETTERS = 500


def of_notes(notes: Iterable[Note]) -> dict[str, Any]:
    """As a completion tells it; nothing where all was read."""
    return _told(os.fsdecode(note.path) for note in notes if note.unread)


def of_restic(errors: Iterable[tuple[str, str]], root: str) -> dict[str, Any]:
    """Name and why. It tells of one thing more than once, now by its whole path and now from here; and its words for
    what went away are many, so that it is looked for."""
    place = os.path.realpath(root)
    return _told(os.path.relpath(path, place) for name, _why in errors if _is_there(path := os.path.join(place, name)))


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def _told(names: Iterable[str]) -> dict[str, Any]:
    found = list(dict.fromkeys(names))
    named = [os.fsencode(name).decode("utf-8", "replace")[:MOST_LETTERS] or "." for name in found[:NAMED]]
    return {"unread": len(found), "unread_names": named} if found else {}
