"""Turns a pattern of git's ignore files into a regular expression over bytes, with its corners."""

from __future__ import annotations

import re

_SPECIAL = re.compile(rb"[*?\[\\]")
_NAMED = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb" \t\n\r\f\v",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}


class _Never(Exception):
    """It fits nothing: it ends too early."""


def expression(glob: bytes, *, by_name: bool) -> bytes | None:
    """None for what can fit nothing. By name: it is held against one part of a path."""
    said, place = [], 0
    try:
        while place < len(glob):
            part, place = _next(glob, place, by_name)
            said.append(part)
    except _Never:
        return None
    return b"".join(said)


def _next(glob: bytes, place: int, by_name: bool) -> tuple[bytes, int]:
    letter = glob[place : place + 1]
    if letter == b"*":
        return _stars(glob, place, by_name)
    if letter == b"?":
        return b"[^/]", place + 1
    if letter == b"[":
        return _group(glob, place + 1)
    if letter == b"\\":
        if place + 1 == len(glob):
            raise _Never
        return re.escape(glob[place + 1 : place + 2]), place + 2
    return re.escape(letter), place + 1


def _stars(glob: bytes, place: int, by_name: bool) -> tuple[bytes, int]:
    """Two and more between slashes stand for folders, however many; so do those that are the first special thing."""
    end = place
    while glob[end : end + 1] == b"*":
        end += 1
    begins = glob[place - 1 : place] in (b"", b"/") or not _SPECIAL.search(glob[:place])
    if by_name or end - place < 2 or not begins or glob[end : end + 1] not in (b"", b"/"):
        return b"[^/]*", end
    if end == len(glob):
        return b".*", end
    return b"(?:.*/)?", end + 1


def _group(glob: bytes, place: int) -> tuple[bytes, int]:
    """`[...]`; `place` is behind the bracket."""
    turned = glob[place : place + 1] in (b"!", b"^")
    place += turned
    within, before, first = [b""], b"", True
    while first or glob[place : place + 1] != b"]":
        letter, first = glob[place : place + 1], False
        if not letter:
            raise _Never
        if letter == b"-" and before and glob[place + 1 : place + 2] not in (b"", b"]"):
            last, place = _letter(glob, place + 1)
            within.append(_range(before, last))
            before = b""
        elif glob[place : place + 2] == b"[:" and _class_end(glob, place):
            end = _class_end(glob, place)
            within.append(_named(glob[place + 2 : end - 2]))
            before, place = b"", end
        else:
            before, place = _letter(glob, place)
            within.append(_code(before))
    said = b"".join(within)
    if turned:
        return b"[^/" + said + b"]", place + 1
    return (b"(?!/)[" + said + b"]") if said else b"(?!)", place + 1


def _letter(glob: bytes, place: int) -> tuple[bytes, int]:
    """One, perhaps escaped, and the place behind it."""
    place += glob[place : place + 1] == b"\\"
    if place >= len(glob):
        raise _Never
    return glob[place : place + 1], place + 1


def _class_end(glob: bytes, place: int) -> int:
    """Behind `[:name:]`; 0 where it is not written so."""
    end = glob.find(b"]", place + 2)
    if end < 0:
        raise _Never
    return end + 1 if end > place + 2 and glob[end - 1 : end] == b":" else 0


def _named(name: bytes) -> bytes:
    if name not in _NAMED:
        raise _Never
    return _NAMED[name]


def _range(first: bytes, last: bytes) -> bytes:
    return _code(first) + b"-" + _code(last) if first <= last else b""


def _code(letter: bytes) -> bytes:
    return b"\\x%02x" % letter[0]
