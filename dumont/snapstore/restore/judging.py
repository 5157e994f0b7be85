"""Before anything is written: what is there, what of it is of use, whether there is room; and what then has to come."""

from __future__ import annotations

import os
from array import array

from dumont.snapstore.errors import Damaged, Missing, Unreadable
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import room, state
from dumont.snapstore.restore.borrow import Borrow
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.direct import Choice
from dumont.snapstore.restore.former import Former
from dumont.snapstore.restore.frames import Frames
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.options import Overwrite, RestoreOptions, RestoreReport
from dumont.snapstore.restore.plan import Uses
from dumont.snapstore.restore.proof import Proof
from dumont.snapstore.restore.salvage import Salvage
from dumont.snapstore.restore.shared import Shared
from dumont.snapstore.restore.survey import Standing, Survey
from dumont.snapstore.track import Track
from dumont.snapstore.witness import beside, read_witness


class Judging:
    """Of one restore; `shared` is what the threads then work with."""

    def __init__(
        self, repository: Repository, chosen: Chosen, ground: Ground, options: RestoreOptions, report: RestoreReport
    ) -> None:
        self._repository = repository
        self._chosen = chosen
        self._manifest = chosen.manifest
        self._ground = ground
        self._options = options
        self._report = report
        self._owners = os.geteuid() == 0 if options.owners is None else options.owners
        self.starts: array[int] = chosen.manifest.first_pieces()
        self._proof = Proof(ground, chosen, self.starts, repository.sealer)

    def judged(self, target: str, track: Track) -> tuple[Shared, Standing]:
        track.stage("survey")
        options, chosen = self._options, self._chosen
        what = {"owners": self._owners, "extras": options.delete, "rescan": options.rescan}
        look = Survey(self._ground, chosen, options.overwrite, **what)
        standing = look.look()
        former = self._former(target, standing)
        self._prove(look, standing, former)
        self._report.skip("something else is there", len(standing.kept))
        chosen.stay_without(standing.kept, self._is_absent)
        room.check(room.free(self._ground.root), chosen, standing, self.starts)
        shared = self._shared(track)
        self._borrow(shared, standing)
        self._salvage(shared, standing, former)
        self._want(shared, standing, track)
        return shared, standing

    def _prove(self, look: Survey, standing: Standing, former: Former | None) -> None:
        """Size and time are easily another file's too: what no inode vouches for is read. What nobody can tell is
        fetched, and stays where nothing may be replaced."""
        if self._options.rescan:
            looks = {entry for entry, old in standing.old.items() if old.size == self._chosen.size(entry)}
        else:
            looks = standing.there - standing.kept - self._vouched(standing, former)
        whole, unknown = self._proof.of(looks, standing.there - standing.kept - looks)
        if self._options.rescan:
            standing.there |= whole
            standing.worn += sorted(whole)
            return
        if self._options.overwrite is not Overwrite.REPLACE:
            standing.unknown |= unknown
        look.doubt(sorted(looks - whole - standing.unknown))

    def _vouched(self, standing: Standing, former: Former | None) -> set[int]:
        """The very files that the snapshot was made of; and those that an earlier restore put there."""
        stamps = list(standing.stamped())
        ctimes, inodes = self._manifest.ctime, self._manifest.inode
        found = {entry for entry, ctime, inode in stamps if inodes[entry] == inode and ctimes[entry] == ctime}
        if former is not None:
            found |= former.vouched([stamp for stamp in stamps if stamp.entry not in found], self.starts)
        return found

    def _former(self, target: str, standing: Standing) -> Former | None:
        """What is known to lie there, where that is of any use."""
        name = self._lies(target)
        if name is None or self._options.rescan or not (standing.old or standing.there):
            return None
        state, base = self._options.state, self._options.base
        seen = (
            read_witness(beside(state), self._repository.config.repository, os.path.realpath(target)) if state else None
        )
        try:
            manifest = self._manifest if name == self._manifest.name else self._repository.load(name)
        except (Missing, Damaged, Unreadable) as error:
            self._report.note(f"The snapshot that lies here was of no use: {error.message}")
            return None
        return Former(manifest, self._chosen, seen if seen and seen.snapshot == name else None, believed=name == base)

    def _is_absent(self, entry: int) -> bool:
        try:
            where, last = self._ground.place(self._manifest.paths[entry], make=False)
            os.stat(last, dir_fd=where, follow_symlinks=False)
        except OSError:
            return True
        return False

    def _lies(self, target: str) -> str | None:
        """The snapshot that is known to lie there."""
        if self._options.base is not None or not self._options.state:
            return self._options.base
        lies = state.remembered(self._options.state)
        here = (os.path.realpath(target), self._repository.config.repository)
        return lies.snapshot if lies and (lies.target, lies.repository) == here else None

    def _shared(self, track: Track) -> Shared:
        manifest = self._manifest
        sizes = manifest.size[:]
        for entry, source in self._chosen.content.items():
            sizes[entry] = manifest.size[source]
        return Shared(
            manifest=manifest,
            uses=Uses(manifest),
            sizes=sizes,
            frames=Frames(manifest, self._repository.sealer),
            ground=self._ground,
            metadata=Metadata(manifest, owners=self._owners),
            direct=Choice(self._options.direct),
            report=self._report,
            track=track,
        )

    def _borrow(self, shared: Shared, standing: Standing) -> None:
        sure = len(standing.there) - len(standing.kept) - len(standing.unknown)
        self._report.skip("already there", sure)
        self._report.skip("already there, by size and time alone", len(standing.unknown))
        if not self._options.borrow:
            return
        borrow = Borrow(shared, self._options.borrow, self._proof, links=self._options.borrow_links)
        beside = standing.there - standing.kept - standing.unknown
        borrow.take([entry for entry in self._chosen.files if entry not in standing.there], beside)
        standing.there |= borrow.taken
        for entry in borrow.tried - borrow.taken:  # what was there may be gone by now
            standing.old.pop(entry, None)
        self._report.skip("borrowed", len(borrow.taken))

    def _salvage(self, shared: Shared, standing: Standing, former: Former | None) -> None:
        if standing.old:
            shared.patches.update(Salvage(self._chosen, self._proof, former).patches(standing))

    def _want(self, shared: Shared, standing: Standing, track: Track) -> None:
        content, patches, uses = self._chosen.content, shared.patches, shared.uses
        wanted = [entry for entry in self._chosen.files if entry not in standing.there]
        odd = content.keys() | patches.keys()
        uses.want_each([entry for entry in wanted if entry not in odd] if odd else wanted, self.starts)
        for entry in odd.difference(standing.there):
            source, patch = self._chosen.pieces_from(entry), patches.get(entry)
            uses.want(entry, self.starts[source], self.starts[source + 1], patch.have if patch else None)
        track.expect(len(wanted), sum(uses.left))
