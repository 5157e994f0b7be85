"""What of a machine's log may be shown, and how whoever follows it says how far he has read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Source = Literal["onstart", "agent", "cloud"]
OURS = re.compile(r"\b(dag|dsg|dmt)_[A-Za-z0-9_-]+")
"""Tokens of agents, grants, and keys of people."""
SECRET_NAME = re.compile(r"key|token|secret|pass|credential|auth|private|signature|dsn|database_url", re.IGNORECASE)
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
    """What was set under a name that a secret has; the longest first, as one may be part of another."""
    found = {value for name, value in env.items() if SECRET_NAME.search(name)}
    lines = {line for value in found for line in value.splitlines()}
    return sorted((each for each in found | lines if len(each) >= SHORTEST), key=len, reverse=True)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return OURS.sub(r"\1_***", text)


def last_lines(text: str, count: int) -> tuple[str, bool]:
    """And whether there are more before them."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[-count:]), len(lines) > count
