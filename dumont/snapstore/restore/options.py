"""What may be asked of a restore, and what it tells when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

MOST_NOTES = 100


class Overwrite(Enum):
    """What to do where something else stands in the place of a file."""

    REPLACE = "replace"
    KEEP = "keep"
    """Leave it, and count it as skipped."""
    REFUSE = "refuse"
    """Write nothing at all."""


@dataclass(frozen=True)
class RestoreOptions:
    include: Sequence[bytes] = ()
    """Files, or folders with all that is in them, relative to the tree; nothing means everything."""
    exclude: Sequence[bytes] = ()
    hot: Sequence[bytes] | None = None
    """What to put back first, in order; None takes the list that the repository keeps for the snapshot's label."""
    ready: Callable[[], None] | None = None
    """Called once, as soon as all hot files are there, from whatever thread."""
    workers: int = 32
    """Connections at once, 1 to 256."""
    memory: int = 256 << 20
    """What the whole process may take, nearly; at least 96 MiB."""
    rescan: bool = False
    """Read all that lies at the target, also what nobody has touched since it was put there."""
    base: str | None = None
    """A snapshot (64 digits) that is known to lie at the target; what is equal in it is neither fetched nor written."""
    borrow: Sequence[str] = ()
    """Trees, such as the machine's image, from which files of equal path, size and time are taken, if they are ours."""
    borrow_links: bool = False
    """Take them as hard links: no copy, but writing to one changes the other."""
    overwrite: Overwrite = Overwrite.REPLACE
    delete: bool = False
    """Remove what lies in the folders of the snapshot and isn't in it."""
    owners: bool | None = None
    """Set owners; None: if we are root."""
    direct: bool | None = None
    """Write large files past the page cache; None: by what the machine's memory is like."""
    sync: bool = False
    """End only when the disk has all of it: it stands a power failure then, not only a kill."""
    state: str | None = None
    """A file outside of the tree that remembers which snapshot lies at the target, so that the next restore moves what
    differs, and sees too what has changed and kept its size and time."""


@dataclass
class RestoreReport:
    snapshot: str = ""
    files: int = 0
    """Put in place by this run."""
    bytes: int = 0
    """Of their content."""
    fetched: int = 0
    """Bytes that came from the store."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Of each stage, and `hot`: until the hot files were there."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Entries that were left as they are, by reason."""
    damaged: list[str] = field(default_factory=list)
    """Files that could not be restored, as the repository's copy is damaged or absent."""
    notes: list[str] = field(default_factory=list)
    noted: int = 0
    """How many notes there were; only the first are kept."""
    unwritten: list[str] = field(default_factory=list)
    """What the target's disk would not take; the notes say why."""
    removed: int = 0
    """Entries that are not in the snapshot, removed."""
    direct: bool = False

    @property
    def complete(self) -> bool:
        return not self.damaged and not self.unwritten

    def note(self, words: str) -> None:
        """The first ones; who has more than that has one problem, and not many."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(words)
        self.noted += 1

    def skip(self, reason: str, count: int = 1) -> None:
        if count:
            self.skipped[reason] = self.skipped.get(reason, 0) + count
