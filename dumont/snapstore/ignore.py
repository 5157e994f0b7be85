"""What a snapshot leaves out: rules as git's, from `.dumontignore` files, from options, and some of our own."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from re import Pattern
from typing import NamedTuple

from dumont.snapstore.globs import expression

FILE_NAME = b".dumontignore"
MOST_RULES_BYTES = 1 << 20
NOTHING = rb"(?!)"
DEFAULTS = (
    "__pycache__/",
    ".cache/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".Trash-*/",
    "lost+found/",
    "**/node_modules/.cache/",
    "**/.nv/ComputeCache/",
)
"""Folders that are made again by whoever needs them. `!name` in a `.dumontignore` takes one back in."""
CORE = rb"core\.[0-9]+"
"""What the kernel leaves of a process that has crashed: files of just this name, which git has no words for."""


class Rule(NamedTuple):
    pattern: Pattern[bytes]
    by_name: bool
    """It is held against the last part of a path; else against the whole."""
    folders_only: bool
    takes_back: bool
    files_only: bool = False


class Rules(NamedTuple):
    """Of one folder: its paths are judged relative to it."""

    base: bytes
    """With a slash behind it, or empty for the root."""
    rules: Sequence[Rule]
    names: Pattern[bytes]
    """What a name looks like that any of them may fit: most fit none."""

    def says(self, path: bytes, name: bytes, is_folder: bool) -> bool | None:
        """Whether it is ignored, by the last rule that fits; None where none does."""
        if not self.names.fullmatch(name):
            return None
        for rule in reversed(self.rules):
            if not (rule.files_only if is_folder else rule.folders_only):
                told = name if rule.by_name else path[len(self.base) :]
                if rule.pattern.fullmatch(told):
                    return not rule.takes_back
        return None


class Judge:
    """Of paths in the order of a tree. Options are the strongest; deeper files stand above those over them."""

    def __init__(self, weakest: Sequence[Rules] = (), strongest: Sequence[Rules] = ()) -> None:
        self._strongest = [rules for rules in reversed(strongest) if rules.rules]
        self._weakest = [rules for rules in reversed(weakest) if rules.rules]
        self._files: list[Rules] = []
        everywhere = [rules.names.pattern for rules in (*self._strongest, *self._weakest)]
        self._names = re.compile(b"|".join(everywhere) or NOTHING, re.DOTALL)
        """What names look like that any rule but those of files may fit."""

    def suspects(self, names: Iterable[bytes]) -> list[int] | None:
        """The numbers of those that may be ignored, by their last parts; None where a folder's own file has a say."""
        if self._files:
            return None
        fits = self._names.fullmatch
        return [number for number, name in enumerate(names) if fits(name)]

    def enter(self, rules: Rules | None) -> None:
        """A folder with a file of its own: what comes next is judged by it too, until it lies elsewhere."""
        if rules and rules.rules:
            self._files.append(rules)

    def ignores(self, path: bytes, is_folder: bool) -> bool:
        while self._files and not path.startswith(self._files[-1].base):
            self._files.pop()
        name = path[path.rfind(b"/") + 1 :]
        if not self._files and not self._names.fullmatch(name):
            return False
        for rules in self._strongest:
            said = rules.says(path, name, is_folder)
            if said is not None:
                return said
        return self._by_files(path, name, is_folder)

    def _by_files(self, path: bytes, name: bytes, is_folder: bool) -> bool:
        for layers in (reversed(self._files), self._weakest):
            for rules in layers:
                said = rules.says(path, name, is_folder)
                if said is not None:
                    return said
        return False


def rules_of(lines: Iterable[bytes], base: bytes = b"") -> Rules:
    found = [_rule(line) for line in lines]
    rules = [rule for rule, _name in filter(None, found)]
    names = {name for _rule, name in filter(None, found)}
    return Rules(base, rules, re.compile(b"|".join(sorted(names)) or NOTHING, re.DOTALL))


def defaults() -> Rules:
    of_lines, core = rules_of(line.encode() for line in DEFAULTS), re.compile(CORE)
    dumps = Rule(core, by_name=True, folders_only=False, takes_back=False, files_only=True)
    return Rules(b"", [*of_lines.rules, dumps], re.compile(of_lines.names.pattern + b"|" + CORE, re.DOTALL))


def plain_folders(lines: Sequence[bytes]) -> list[bytes]:
    """Names of folders that need no look: nothing among these lines takes them back."""
    words = [_trimmed(line).rstrip(b"/") for line in lines]
    if any(word.startswith(b"!") for word in words):
        return []
    return [word for word in words if word and not re.search(rb"[\\/*?\[#\0]", word)]


def in_folder(root: bytes, path: bytes) -> Rules | None:
    """What the folder's own file says, if it has one; a link, or anything else that is no file, says nothing."""
    try:
        file = os.open(os.path.join(root, path, FILE_NAME), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return None
        said = os.read(file, MOST_RULES_BYTES)
    except OSError:
        return None
    finally:
        os.close(file)
    return rules_of(said.removeprefix(b"\xef\xbb\xbf").split(b"\n"), path + b"/" if path else b"")


def _rule(line: bytes) -> tuple[Rule, bytes] | None:
    """With what a name must look like that it fits."""
    line = _trimmed(line)
    if line.startswith(b"#"):
        return None
    takes_back = line.startswith(b"!")
    line = line[takes_back:]
    folders_only = line.endswith(b"/")
    line = line[: len(line) - folders_only]
    by_name = b"/" not in line
    said = expression(line if by_name else line.removeprefix(b"/"), by_name=by_name)
    if not line or said is None:
        return None
    rule = Rule(re.compile(said, re.DOTALL), by_name, folders_only, takes_back)
    return rule, said if by_name else _last_part(line)


def _last_part(line: bytes) -> bytes:
    """Sooner too much than too little."""
    last = line[line.rfind(b"/") + 1 :]
    strange = b"**" in last or b"[" in line or b"\\" in line
    return b".*" if strange else expression(last, by_name=True) or b".*"


def _trimmed(line: bytes) -> bytes:
    """Blanks at the end don't count, unless they are escaped."""
    line = line[:-1] if line.endswith(b"\r") else line
    bare = line.rstrip(b" ")
    slashes = len(bare) - len(bare.rstrip(b"\\"))
    return bare + line[len(bare) : len(bare) + slashes % 2]
