"""Who is logged in, and which of the watched programs run, by the command lines of processes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

LOGIN = re.compile(r"sshd(-session)?: [^ \[\]]+@")
"""How an SSH server names the process that serves somebody who has come in: `sshd: root@pts/0`."""
Commands = Mapping[int, Sequence[str]]


def sessions(commands: Commands) -> int:
    return sum(bool(words and LOGIN.match(words[0])) for words in commands.values())


def running(wanted: Iterable[str], commands: Commands) -> list[str]:
    """Of the names wanted those that run: as a program, or as the script that an interpreter was given."""
    names = {name for words in commands.values() for name in _names(words)}
    return [name for name in wanted if name in names]


def _names(words: Sequence[str]) -> set[str]:
    return {os.path.basename(word) for word in words[:2] if word and not word.startswith("-")}
