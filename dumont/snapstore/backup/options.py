"""What may be asked of a snapshot, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dumont.snapstore.scan import Note
from dumont.snapstore.track import Progress


@dataclass(frozen=True)
class BackupOptions:
    label: str = ""
    """What it is of; the parent is the last snapshot of the same label and root."""
    tags: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    defaults: bool = True
    """Leave out caches and the like."""
    rescan: bool = False
    """Read every file, whatever its inode says."""
    parent: str | None = None
    """The full name of the one to take unchanged files from; else it is found."""
    witness: str = ""
    """What the restore before it saw, if there was one (see `witness.beside`): so that little need be read again."""
    hot: tuple[bytes, ...] = ()
    """Paths that are opened first after a wake; they come first in packs of their own."""
    coders: int = 2
    uploads: int = 3
    pack_bytes: int = 24 << 20
    host: str = ""


@dataclass(frozen=True)
class BackupReport:
    name: str
    files: int
    bytes: int
    """Of the tree."""
    read: int
    """Of files that had changed."""
    new_raw: int
    """Of chunks that nobody had."""
    sent: int
    """Over the network: packs, index and manifest."""
    packs: int
    unchanged_files: int
    parent: str | None
    progress: Progress
    notes: list[Note] = field(default_factory=list)
