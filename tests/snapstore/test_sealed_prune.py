"""An encrypted repository is pruned by whoever has no key to it, beside writers who have."""

from pathlib import Path

import pytest

from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.check import check
from dumont.snapstore.errors import KeyNeeded
from dumont.snapstore.prune import prune
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.sealed_prune import Needs, prune_sealed
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs


@pytest.fixture
def repository() -> Repository:
    return create(MemoryBlobs(), "correct horse")


def taken(repository: Repository, folder: Path, content: bytes) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "file").write_bytes(content)
    return backup(repository, str(folder).encode(), BackupOptions(rescan=True), Track()).name


def told(repository: Repository, *names: str) -> Needs:
    """As writers tell it with each snapshot."""
    read = {name: repository.load(name) for name in names}
    return {
        name: {pack.hex(): size for pack, size in zip(each.pack_names, each.pack_sizes, strict=True)}
        for name, each in read.items()
    }


def packs(repository: Repository) -> int:
    return sum(1 for _ in repository.blobs.list("packs/"))


class TestSealedPrune:
    def test_frees_what_no_snapshot_needs_and_leaves_the_others_whole(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        gone = taken(repository, tmp_path / "tree", b"one" * 9000)
        kept = taken(repository, tmp_path / "tree", b"two" * 9000)
        needs = told(repository, gone, kept)
        repository.forget([gone])
        report = prune_sealed(repository.blobs, needs, Track(), grace=0)
        assert (report.doomed, report.deleted, packs(repository)) == (1, 1, 1)
        restore(repository, kept, str(tmp_path / "back"), RestoreOptions(), Track())
        assert (tmp_path / "back" / "file").read_bytes() == b"two" * 9000

    def test_leads_no_writer_astray_whose_index_tells_of_what_is_gone(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        gone = taken(repository, tmp_path / "tree", b"one" * 9000)
        kept = taken(repository, tmp_path / "tree", b"two" * 9000)
        needs = told(repository, gone, kept)
        repository.forget([gone])
        prune_sealed(repository.blobs, needs, Track(), grace=0)
        again = taken(repository, tmp_path / "tree", b"one" * 9000)
        assert check(repository, True, Track()).sound
        prune(repository, Track(), grace=0)
        restore(repository, again, str(tmp_path / "back"), RestoreOptions(), Track())
        assert (tmp_path / "back" / "file").read_bytes() == b"one" * 9000

    def test_deletes_nothing_while_one_manifest_is_unknown(self, repository: Repository, tmp_path: Path) -> None:
        gone = taken(repository, tmp_path / "tree", b"one" * 9000)
        kept = taken(repository, tmp_path / "tree", b"two" * 9000)
        needs = told(repository, gone, kept)
        repository.forget([gone])
        unknown = taken(repository, tmp_path / "tree", b"three" * 9000)
        with pytest.raises(KeyNeeded, match=unknown[:12]):
            prune_sealed(repository.blobs, needs, Track(), grace=0)
        assert packs(repository) == 3
