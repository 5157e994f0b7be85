"""What a snapshot leaves out: rules as git's, from `.dumontignore` files, from options, and some of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import Pattern
from typing import NamedTuple

FILE_NAME = b".dumontignore"
MOST_RULES_BYTES = 1 << 20
DEFAULTS = (
    "__pycache__/",
    "*.pyc",
    ".cache/",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".Trash-*/",
    "lost+found/",
    "node_modules/.cache/",
    ".nv/ComputeCache/",
    "core.[0-9]*",
)
"""Made again by whoever needs them. `!name` in a `.dumontignore` takes one back in."""


class Rule(NamedTuple):
    pattern: Pattern[bytes]
    folders_only: bool
    takes_back: bool


class Rules(NamedTuple):
    """Of one folder: its paths are judged relative to it."""

    base: bytes
    """With a slash behind it, or empty for the root."""
    rules: Sequence[Rule]


def rules_of(lines: Iterable[bytes], base: bytes = b"") -> Rules:
    found = [_rule(line) for line in lines]
    return Rules(base, [rule for rule in found if rule])


def defaults() -> Rules:
    return rules_of(line.encode() for line in DEFAULTS)


def is_ignored(path: bytes, is_folder: bool, layers: Sequence[Rules]) -> bool:
    """The last rule that fits decides; deeper files stand behind those above them."""
    for layer in reversed(layers):
        relative = path[len(layer.base) :]
        for rule in reversed(layer.rules):
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(relative):
                return not rule.takes_back
    return False


def _rule(line: bytes) -> Rule | None:
    line = _trimmed(line.rstrip(b"\r\n"))
    if not line or line.startswith(b"#"):
        return None
    takes_back = line.startswith(b"!")
    line = line[takes_back:]
    folders_only = line.endswith(b"/")
    line = line.rstrip(b"/") if folders_only else line
    if not line:
        return None
    anchored = b"/" in line
    return Rule(_pattern(line.lstrip(b"/"), anchored), folders_only, takes_back)


def _trimmed(line: bytes) -> bytes:
    """Blanks at the end don't count, unless the last is escaped."""
    bare = line.rstrip(b" \t")
    return bare + line[len(bare) : len(bare) + 1] if bare.endswith(b"\\") else bare


@lru_cache(maxsize=4096)
def _pattern(glob: bytes, anchored: bool) -> Pattern[bytes]:
    parts = glob.split(b"/")
    said = b"".join(_part(part, last=number == len(parts) - 1) for number, part in enumerate(parts))
    return re.compile((b"" if anchored else b"(?:.*/)?") + said, re.DOTALL)


def _part(part: bytes, *, last: bool) -> bytes:
    if part == b"**":
        return b".*" if last else b"(?:.*/)?"
    return _glob(part) + (b"" if last else b"/")


TOKENS = re.compile(rb"\\(.)|(\*+)|(\?)|(\[[!^]?\]?[^\]]*\])|(.)", re.DOTALL)


def _glob(part: bytes) -> bytes:
    return b"".join(_token(*match.groups()) for match in TOKENS.finditer(part))


def _token(
    escaped: bytes | None, stars: bytes | None, one: bytes | None, group: bytes | None, plain: bytes | None
) -> bytes:
    if stars:
        return b"[^/]*"
    if one:
        return b"[^/]"
    if group:
        inner = group[1:-1].replace(b"\\", b"\\\\").replace(b"[", b"\\[")
        turned = b"^" + inner[1:] if inner[:1] in (b"!", b"^") else inner
        return b"(?!/)[" + (b"\\" + turned if turned.startswith(b"]") else turned) + b"]"
    return re.escape(escaped or plain or b"\\")
