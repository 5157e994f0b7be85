"""Says what a snapshot lacks because it could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass

NAMED = 3
WAY_OUT = (
    "Mend their permissions, or list them in a `.dumontignore` file; or go on without them, for this once: "
    "`dumont hibernate NAME --without-unread`, or `dumont rm NAME --without-unread`."
)


@dataclass(frozen=True, slots=True)
class Lack:
    """So many files, and the names of some of them."""

    count: int
    names: tuple[str, ...]

    def covers(self, other: "Lack") -> bool:
        """Whether nothing lacks there that somebody could not have seen here, as far as names are known."""
        strange = set(other.names) - set(self.names)
        return other.count <= self.count and len(strange) <= self.count - len(self.names)


def said(count: int, names: Sequence[str]) -> str:
    """In short: `3 files could not be read: a, b, c`."""
    shown = [name if name.isprintable() else ascii(name)[1:-1] for name in names[:NAMED]]
    listed = f": {', '.join(shown)}" if shown else ""
    others = f" and {count - len(shown)} more" if shown and count > len(shown) else ""
    return f"{count} {'file' if count == 1 else 'files'} could not be read{listed}{others}"
