"""The course of a restore: judge, plan, fetch and place at once, rescue, finish."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import compress

from dumont.snapstore import blobs, hot
from dumont.snapstore.errors import BadRequest, Damaged, Missing, NoRoom
from dumont.snapstore.model import Kind, pack_object
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import direct, memory, plan, state
from dumont.snapstore.restore.chosen import Chosen, cleaned
from dumont.snapstore.restore.finishing import Extras, Finishing
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.judging import Judging
from dumont.snapstore.restore.options import Overwrite, RestoreOptions, RestoreReport
from dumont.snapstore.restore.pipeline import Pipeline
from dumont.snapstore.restore.placing import Placer, placers
from dumont.snapstore.restore.plan import Job
from dumont.snapstore.restore.rescue import Rescue
from dumont.snapstore.restore.state import Lies
from dumont.snapstore.restore.syncing import sync_disk
from dumont.snapstore.restore.writing import FULL
from dumont.snapstore.track import Track
from dumont.snapstore.witness import Put, Untouched, beside, write_witness


def restore(
    repository: Repository, name: str, target: str, options: RestoreOptions | None = None, track: Track | None = None
) -> RestoreReport:
    """Puts the snapshot (its name, a beginning of it, or `latest`) at the target. Files that can't be had are told in
    `damaged`, and everything else is restored; run again after any other error, it goes on where it stopped."""
    try:
        return _Restoring(repository, target, options or RestoreOptions(), track or Track()).run(name)
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom("The disk became full while we wrote to it.", "Make room, then run it again.") from error
        raise BadRequest(
            f"{target} can't be written to: {error.strerror}.", "Check its disk and its folders."
        ) from error


class _Restoring:
    def __init__(self, repository: Repository, target: str, options: RestoreOptions, track: Track) -> None:
        self._repository = repository
        self._target = target
        self._options = options
        self._track = track
        self._report = RestoreReport()
        self._began = time.monotonic()
        self._absent: set[int] = set()

    def run(self, name: str) -> RestoreReport:
        if self._options.state:
            state.refuse_inside(self._options.state, self._target)
        memory.connections(self._options.workers)
        self._track.stage("manifest")
        choice = self._repository.choose(name)
        self._report.notes += choice.notes
        manifest = self._repository.load(choice.name)
        self._report.snapshot = manifest.name
        self._chosen = Chosen(manifest, self._options.include, self._options.exclude)
        ground = Ground(self._target, replace=self._options.overwrite is Overwrite.REPLACE)
        try:
            judging = Judging(self._repository, self._chosen, ground, self._options, self._report)
            self._starts = judging.starts
            self._shared, self._standing = judging.judged(self._target, self._track)
            self._finishing = Finishing(self._chosen, self._shared, self._options.overwrite)
            with closing(self._shared.large):
                self._fill()
                self._finish()
            if self._options.sync:
                self._track.stage("sync")
                sync_disk(ground.root)
        finally:
            ground.close()
        self._remember()
        self._report.seconds.update(self._track.now().stages)
        return self._report

    def _fill(self) -> None:
        self._track.stage("content")
        uses, manifest = self._shared.uses, self._chosen.manifest
        needed = uses.chunks()
        fetchable = [chunk for chunk in needed if manifest.chunk_stored[chunk] <= plan.LONGEST_FRAME]
        self._shared.failed(set(needed).difference(fetchable))
        wanted_first = self._hot_entries()
        first = plan.chunks_of(self._chosen, wanted_first, self._starts, uses)
        self._place_hot(wanted_first)
        if fetchable:
            self._stream(first, fetchable)
        self._rescue()

    def _stream(self, first: Sequence[int], fetchable: Sequence[int]) -> None:
        size = max(plan.RANGE, plan.longest_frame(self._chosen.manifest, fetchable))
        writers = memory.writers(self._options.memory)
        count = memory.buffers(self._options.memory, size, self._options.workers, writers)
        pool = memory.Pool(size, count)
        self._choose_way()
        self._expect(first, fetchable)
        pipeline = Pipeline(self._fetch, placers(self._shared), pool)
        pipeline.run(*self._jobs(first, fetchable), self._options.workers, writers)

    def _expect(self, first: Sequence[int], fetchable: Sequence[int]) -> None:
        """Whoever has to ask for addresses asks once for hundreds of packs, and not when each is wanted."""
        manifest = self._chosen.manifest
        pack_of = manifest.chunk_pack.__getitem__
        packs = dict.fromkeys([*map(pack_of, first), *sorted(set(map(pack_of, fetchable)))])
        blobs.expect(self._repository.blobs, [pack_object(manifest.pack_names[pack].hex()) for pack in packs])

    def _choose_way(self) -> None:
        shared = self._shared
        large = sum(compress(shared.uses.left, map(plan.SMALL.__lt__, shared.sizes)))
        shared.large.direct = direct.Direct(wanted=shared.direct.of(large))
        self._report.direct = shared.large.direct.on

    def _jobs(self, first: Sequence[int], fetchable: Sequence[int]) -> tuple[list[Job], Iterator[Job]]:
        """Hot ones, and the others, which are planned when they are asked for."""
        manifest, can = self._chosen.manifest, set(fetchable)

        def others() -> Iterator[Job]:
            yield from plan.woven(plan.jobs(manifest, can.difference(first)))

        return plan.jobs(manifest, [chunk for chunk in first if chunk in can]), others()

    def _fetch(self, job: Job, buffer: memoryview) -> bool:
        name = pack_object(self._chosen.manifest.pack_names[job.pack].hex())
        try:
            self._repository.blobs.read_into(name, job.start, buffer)
        except (Missing, Damaged):
            self._shared.failed(job.chunks)
            return False
        self._shared.fetched(job.length)
        return True

    def _hot_entries(self) -> list[int]:
        paths = self._options.hot
        if paths is None:
            paths = hot.load(self._repository, self._chosen.manifest.header.label)
        if not paths:
            return []
        order, all_paths = dict.fromkeys(cleaned(paths)), self._chosen.manifest.paths
        found = compress(range(len(all_paths)), map(order.__contains__, all_paths))  # of a hundred thousand
        entry_of = {all_paths[entry]: entry for entry in found if self._chosen.wanted[entry]}
        return [entry_of[path] for path in order if path in entry_of]

    def _place_hot(self, entries: Sequence[int]) -> None:
        """What of them has no content is there at once; the rest is waited for."""
        kinds, links = self._chosen.manifest.kind, self._chosen.links
        self._finishing.symlinks(entry for entry in entries if kinds[entry] == Kind.SYMLINK)
        self._finishing.bare_files(self._bare(entries))
        linked = [entry for entry in entries if entry in links]
        self._shared.large.soon.update(links.get(entry, entry) for entry in entries)
        left = self._shared.uses.left
        waiting = {links.get(entry, entry) for entry in entries}
        self._shared.expect_hot(
            (entry for entry in waiting if left[entry]), lambda: self._hot_is_there(entries, linked)
        )

    def _hot_is_there(self, hot: Sequence[int], linked: Sequence[int]) -> None:
        self._finishing.hard_links(linked, self._shared.refused)
        if hot:
            self._report.seconds["hot"] = time.monotonic() - self._began
        try:
            if self._options.ready:
                self._options.ready()
        except Exception as error:  # whoever waited for it, the rest of the tree is still to come
            self._report.note(f"Nobody could be told that the hot files are there: {error}")

    def _bare(self, entries: Iterable[int]) -> list[int]:
        """Files among them that nothing is fetched for, and that aren't there."""
        files, left, there = set(self._chosen.files), self._shared.uses.left, self._standing.there
        patches = self._shared.patches
        return [
            entry
            for entry in entries
            if entry in files and not left[entry] and entry not in there and entry not in patches
        ]

    def _rescue(self) -> None:
        if not self._shared.lost:
            return
        self._track.stage("rescue")
        rescue, placer = Rescue(self._repository, self._shared), Placer(self._shared)
        damaged: set[int] = set()
        for chunk in sorted(set(self._shared.lost)):
            found = rescue.chunk(chunk)
            if found is None:
                damaged.update(use.entry for use in self._shared.uses.of(chunk))
            else:
                placer.spread(chunk, 0, found)
        for entry in sorted(damaged):
            self._shared.large.abandon(entry)
            self._report.damaged.append(os.fsdecode(self._chosen.manifest.paths[entry]))
        self._absent = damaged
        self._shared.settled(damaged)

    def _finish(self) -> None:
        self._track.stage("finish")
        finishing, chosen = self._finishing, self._chosen
        finishing.bare_files(self._bare(chosen.files))
        finishing.settled(entry for entry in self._shared.patches if not self._shared.uses.left[entry])
        finishing.symlinks(chosen.symlinks)
        gone = self._absent | self._shared.refused
        self._report.damaged += [
            os.fsdecode(chosen.manifest.paths[entry]) for entry, file in chosen.links.items() if file in self._absent
        ]
        finishing.hard_links(chosen.links, gone)
        finishing.worn(self._standing.worn)
        if self._options.delete:
            extras = Extras(self._shared.ground)
            extras.remove(self._standing.extras)
            self._report.removed = extras.removed
        finishing.folders()
        for note in self._shared.metadata.notes(chosen.files):
            self._report.note(note)

    def _remember(self) -> None:
        if not self._options.state:
            return
        repository, manifest = self._repository.config.repository, self._chosen.manifest
        target = os.path.realpath(self._target)
        standing = self._standing
        absent = self._absent | self._shared.refused | standing.unknown
        keeps = self._options.overwrite is Overwrite.KEEP
        if not (standing.doubted if keeps else standing.doubted & absent):  # else they would be believed from now on
            state.remember(self._options.state, Lies(target, repository, manifest.name))
        if not keeps:  # else what was there may not be what it looks like
            untouched = standing.first.untouched([*standing.worn, *standing.doubted]) if standing.first else Untouched()
            write_witness(beside(self._options.state), Put(repository, manifest, target, absent, untouched))
