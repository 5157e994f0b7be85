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
from dumont.snapstore.restore.frames import Frames
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.options import RestoreOptions, RestoreReport
from dumont.snapstore.restore.plan import Uses
from dumont.snapstore.restore.salvage import Former, Salvage
from dumont.snapstore.restore.shared import Shared
from dumont.snapstore.restore.survey import Standing, Survey
from dumont.snapstore.track import Track


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

    def judged(self, target: str, track: Track) -> tuple[Shared, Standing]:
        track.stage("survey")
        options, chosen = self._options, self._chosen
        what = {"owners": self._owners, "extras": options.delete, "rescan": options.rescan}
        look = Survey(self._ground, chosen, options.overwrite, **what)
        standing = look.look()
        self._report.skip("something else is there", standing.kept)
        room.check(room.free(self._ground.root), chosen, standing, self.starts)
        shared = self._shared(track)
        self._borrow(shared, standing)
        self._salvage(shared, standing, target)
        self._want(shared, standing, track)
        return shared, standing

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
        self._report.skip("already there", len(standing.there) - standing.kept)
        if not self._options.borrow:
            return
        borrow = Borrow(shared, self._options.borrow, links=self._options.borrow_links)
        borrow.take(entry for entry in self._chosen.files if entry not in standing.there)
        standing.there |= borrow.taken
        self._report.skip("borrowed", len(borrow.taken))

    def _salvage(self, shared: Shared, standing: Standing, target: str) -> None:
        if not standing.old:
            return
        former = None if self._options.rescan else self._former(target)
        salvage = Salvage(self._ground, self._chosen, self.starts, self._repository.sealer, former)
        if self._options.rescan:
            proven = salvage.proven(standing)
            standing.there |= proven
            standing.worn += sorted(proven)
            self._report.skip("already there", len(proven))
        shared.patches.update(salvage.patches(standing))

    def _former(self, target: str) -> Former | None:
        name = self._options.base
        if name is None and self._options.state:
            lies = state.remembered(self._options.state)
            here = (os.path.realpath(target), self._repository.config.repository)
            name = lies.snapshot if lies and (lies.target, lies.repository) == here else None
        if name is None:
            return None
        try:
            return Former(self._manifest if name == self._manifest.name else self._repository.load(name))
        except (Missing, Damaged, Unreadable) as error:
            self._report.note(f"The snapshot that lies here was of no use: {error.message}")
            return None

    def _want(self, shared: Shared, standing: Standing, track: Track) -> None:
        content, patches, uses = self._chosen.content, shared.patches, shared.uses
        wanted = [entry for entry in self._chosen.files if entry not in standing.there]
        odd = content.keys() | patches.keys()
        uses.want_each([entry for entry in wanted if entry not in odd] if odd else wanted, self.starts)
        for entry in odd.difference(standing.there):
            source, patch = self._chosen.pieces_from(entry), patches.get(entry)
            uses.want(entry, self.starts[source], self.starts[source + 1], patch.have if patch else None)
        track.expect(len(wanted), sum(uses.left.values()))
