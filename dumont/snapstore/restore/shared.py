"""What the threads of one restore share: the plan, the target, and what came of each file."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable
from threading import Lock

from dumont.snapstore.model import Manifest
from dumont.snapstore.restore.direct import Choice
from dumont.snapstore.restore.frames import Frames
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.largefiles import LargeFiles
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.options import RestoreReport
from dumont.snapstore.restore.plan import Uses
from dumont.snapstore.restore.proof import Patch
from dumont.snapstore.track import Track


class Shared:
    def __init__(
        self,
        *,
        manifest: Manifest,
        uses: Uses,
        sizes: array[int],
        frames: Frames,
        ground: Ground,
        metadata: Metadata,
        direct: Choice,
        report: RestoreReport,
        track: Track,
    ) -> None:
        self.manifest = manifest
        self.uses = uses
        self.sizes = sizes
        """Of every entry that has content, also of a hard link that stands for its file."""
        self.frames = frames
        self.ground = ground
        self.metadata = metadata
        self.patches: dict[int, Patch] = {}
        """What old files hold of new ones."""
        self.direct = direct
        self.large = LargeFiles(ground, metadata, manifest.paths, self.patches)
        self.lost: list[int] = []
        """Chunks that could not be had where the snapshot says."""
        self.refused: set[int] = set()
        """Files that the target's disk would not take."""
        self._waiting: set[int] = set()
        self._hot_is_there: Callable[[], None] = _nothing
        self._report = report
        self._track = track
        self._lock = Lock()

    def expect_hot(self, entries: Iterable[int], then: Callable[[], None]) -> None:
        self._waiting = set(entries)
        self._hot_is_there = then
        if not self._waiting:
            then()

    def failed(self, chunks: Iterable[int]) -> None:
        with self._lock:
            self.lost += chunks

    def wrote(self, files: int, size: int, entries: Iterable[int]) -> None:
        """`entries` are whole now."""
        with self._lock:
            self._report.files += files
            self._report.bytes += size
        self._track.add(files, size)
        self.settled(entries)

    def fetched(self, size: int) -> None:
        with self._lock:
            self._report.fetched += size
        self._track.add(moved=size)

    def refuse(self, entry: int, why: str) -> None:
        with self._lock:
            if entry not in self.refused:
                path = os.fsdecode(self.manifest.paths[entry])
                self.refused.add(entry)
                self._report.unwritten.append(path)
                self._report.note(f"{path} was not written: {why}")
        self.settled([entry])

    def said(self, words: str) -> None:
        """Once, however often it happens."""
        if words not in self._report.notes:
            self._report.note(words)

    def settled(self, entries: Iterable[int]) -> None:
        """They won't change any more; hot files wait for nothing else."""
        if not self._waiting:
            return
        with self._lock:
            before = len(self._waiting)
            self._waiting.difference_update(entries)
            last = before and not self._waiting
        if last:
            self._hot_is_there()


def _nothing() -> None:
    return None
