"""What of a machine's log may be shown, and how whoever follows it says how far he has read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Source = Literal["run", "onstart", "agent", "cloud"]
OURS = re.compile(r"\b(dag|dsg|dmt)_[A-Za-z0-9_-]+")
"""Tokens of agents, grants, and keys of people."""
SECRET_NAME = re.compile(
    r"key|token|secret|pass|credential|auth|private|signature|dsn|database_url|pwd|cookie|webhook", re.IGNORECASE
)
IN_URL = re.compile(r"(?<=://)([^\s/:@?#\"'<>]*):([^\s/?#\"'<>]+)@")
"""Who, and the password, in `redis://who:password@host`. It may hold the mark that ends it."""
TOKEN_IN_URL = re.compile(r"(?<=://)[^\s/:@?#\"'<>]{16,}@")
QUOTED = re.compile(r"%([0-9A-Fa-f]{2})")
RUN = re.compile(r"[A-Za-z0-9]{16,}")
CHANGES_LEAST = 4
"""From small to capital letters, to figures, or back: so often it changes in nothing that a person has named."""
SHORTEST = 6
"""Shorter values are no secrets, and would eat holes into everything."""
CURSOR = re.compile(r"([0-9a-f]{12})\.(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Place:
    """In one file on one machine."""

    file: str
    """Twelve figures that name it."""
    offset: int

    def __str__(self) -> str:
        return f"{self.file}.{self.offset}"


def read_place(text: str) -> Place | None:
    found = CURSOR.fullmatch(text)
    return Place(found[1], int(found[2])) if found else None


def secrets_of(env: Mapping[str, str]) -> list[str]:
    """What was set under a name that a secret has, or looks like one; the longest first, as one may be part of
    another."""
    found = {value for name, value in env.items() if SECRET_NAME.search(name) or _looks_secret(value)}
    found |= {each for value in env.values() for word in _passwords(value) for each in (word, _unquoted(word))}
    lines = {line for value in found for line in value.splitlines()}
    return sorted((each for each in found | lines if len(each) >= SHORTEST), key=len, reverse=True)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    text = TOKEN_IN_URL.sub("***@", IN_URL.sub(r"\1:***@", text))
    return OURS.sub(r"\1_***", text)


def last_lines(text: str, count: int) -> tuple[str, bool]:
    """And whether there are more before them."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[-count:]), len(lines) > count


def _passwords(value: str) -> list[str]:
    return [found[2] for found in IN_URL.finditer(value)]


def _unquoted(word: str) -> str:
    """As whoever is given the address reads it."""
    read = QUOTED.sub(lambda found: chr(int(found[1], 16)), word)
    return read.encode("latin-1", "replace").decode("utf-8", "replace")


def _looks_secret(value: str) -> bool:
    """An address with a password in it, or a token in one, or something long that nobody has named by hand."""
    return bool(IN_URL.search(value) or TOKEN_IN_URL.search(value)) or any(map(_is_random, RUN.findall(value)))


def _is_random(run: str) -> bool:
    kinds = ["figure" if letter.isdigit() else "capital" if letter.isupper() else "small" for letter in run]
    return sum(one != next_one for one, next_one in pairwise(kinds)) >= CHANGES_LEAST
