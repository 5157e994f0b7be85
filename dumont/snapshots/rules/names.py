"""Which objects of a repository a grant may ask for, by the form of their names and by size."""

import re
from collections.abc import Mapping

MIB = 1024 * 1024
OBJECT_BYTES_MAX = 1024 * MIB
CONFIG = "config"
_FORMS: Mapping[str, tuple[re.Pattern[str], int]] = {
    "config": (re.compile(r"config"), MIB // 16),
    "packs": (re.compile(r"packs/([0-9a-f]{2})/\1[0-9a-f]{62}"), 64 * MIB),
    "index": (re.compile(r"index/[0-9a-f]{64}"), OBJECT_BYTES_MAX),
    "snapshots": (re.compile(r"snapshots/[0-9a-f]{64}"), OBJECT_BYTES_MAX),
    "writers": (re.compile(r"writers/[0-9a-f]{32}"), MIB // 16),
    "doomed": (re.compile(r"doomed/[0-9a-f]{32}"), 64 * MIB),
    "hot": (re.compile(r"hot/[0-9a-f]{64}"), 64 * MIB),
}
LISTABLE = re.compile(r"(packs/([0-9a-f]{2}/?)?|index/|snapshots/|writers/|doomed/|hot/)?")
_NOT_FOR_WRITERS = frozenset({"doomed"})
_WRITTEN_ONCE = frozenset({"config", "packs", "index", "snapshots"})
"""Who may write to a repository must not take from it what is there."""


def is_name(name: str) -> bool:
    return _form(name) is not None


def may_put(name: str, size: int) -> bool:
    """Whether somebody who makes a snapshot may write this. What dooms packs is the server's alone."""
    form = _form(name)
    return form is not None and _kind(name) not in _NOT_FOR_WRITERS and 0 < size <= form[1]


def may_delete(name: str) -> bool:
    """A writer takes down its own sign at the end, and nothing else."""
    return _kind(name) == "writers" and is_name(name)


def written_once(name: str) -> bool:
    return _kind(name) in _WRITTEN_ONCE


def may_list(prefix: str) -> bool:
    return LISTABLE.fullmatch(prefix) is not None


def _kind(name: str) -> str:
    return name.partition("/")[0]


def _form(name: str) -> tuple[re.Pattern[str], int] | None:
    found = _FORMS.get(_kind(name))
    return found if found is not None and found[0].fullmatch(name) else None
