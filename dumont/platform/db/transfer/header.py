"""What stands at the head of an export, and what its last line must be."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from dumont.basics.errors import Invalid

MAGIC = b"-- dumont export 1\n"
END = b"-- dumont export ends\n"
FACTS = b"-- "
HINT = "Take a file that `dumont db export` wrote."


@dataclass(frozen=True, slots=True)
class Header:
    release: str
    schema: str
    """The last migration that its database had."""
    key_ids: tuple[str, ...]
    """Of the keys that its stored secrets are sealed with, newest first."""
    rows: Mapping[str, int]

    def written(self) -> bytes:
        return MAGIC + FACTS + json.dumps(asdict(self)).encode() + b"\n"


def read_header(lines: Iterable[bytes]) -> Header:
    """Takes the first two lines, and leaves the rest."""
    source = iter(lines)
    try:
        magic, facts = next(source), next(source)
        found = json.loads(facts.removeprefix(FACTS))
        header = Header(found["release"], found["schema"], tuple(found["key_ids"]), dict(found["rows"]))
    except (ValueError, KeyError, TypeError, StopIteration, EOFError, OSError):
        magic, header = b"", None
    if magic != MAGIC or header is None:
        raise Invalid("This is not an export of dumont.", code="not_an_export", hint=HINT)
    return header
