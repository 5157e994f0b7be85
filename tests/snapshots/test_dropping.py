"""A machine that nobody answers saves itself into a drop, and what lies there becomes a snapshot of the repository."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from dumont.platform.clock import SystemClock
from dumont.platform.settings import Settings
from dumont.snapshots import dropping
from dumont.snapshots.stores import Stores, folder_of
from dumont.snapstore import alone, errors, repository
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track
from tests.snapstore.places import BucketPlace, bucket_place, s3_server

__all__ = ["bucket_place", "s3_server"]
OWNER, DROP = UUID(int=7), UUID(int=8)


@pytest.fixture(params=["folder", "bucket"])
def stores(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Stores]:
    own = settings.model_copy(update={"snapshots_store": (tmp_path / "store").as_uri()})
    if request.param == "bucket":
        place: BucketPlace = request.getfixturevalue("bucket_place")
        access, secret = SecretStr(place.keys.access), SecretStr(place.keys.secret)
        keys = {"snapshots_access_key": access, "snapshots_secret_key": secret}
        where = {"snapshots_store": place.address, "snapshots_endpoint": place.server.url}
        own = settings.model_copy(update={**where, **keys})
    stores = Stores(own, SystemClock(), "of the test")
    yield stores
    stores.close()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "large").write_bytes(os.urandom(300_000))
    (folder / "small").write_text("first")
    return folder


def taken(stores: Stores, work: Path, parent: str | None) -> dropping.Book:
    """By a machine that has nothing but what was lent."""
    lent = dropping.lend(stores, OWNER, DROP, parent, near=True)
    assert lent is not None
    alone.create({**lent, "label": "box", "tags": ["deadman"]}, str(work), Track())
    book = dropping.find(stores.blobs(OWNER), DROP)
    assert book is not None
    return book


class TestDrop:
    def test_sends_what_has_changed_since_the_last_snapshot(self, stores: Stores, work: Path, tmp_path: Path) -> None:
        made = repository.create(stores.blobs(OWNER))
        parent = backup(made, os.fsencode(work), BackupOptions(label="box"), Track()).name
        (work / "small").write_text("second")
        book = taken(stores, work, parent)
        assert 0 < book.figures["new_bytes"] < 100_000
        with pytest.raises(errors.Missing):
            made.load(book.manifest)
        dropping.move(stores.blobs(OWNER), DROP, book)
        dropping.move(stores.blobs(OWNER), DROP, book)
        dropping.clear(stores.blobs(OWNER), DROP)
        assert list(stores.blobs(OWNER).list("drops/")) == []
        restore(made, book.manifest, str(tmp_path / "back"), RestoreOptions(), Track())
        assert (tmp_path / "back" / "small").read_text() == "second"
        assert (tmp_path / "back" / "large").read_bytes() == (work / "large").read_bytes()

    def test_sends_everything_where_there_is_no_snapshot_yet(self, stores: Stores, work: Path, tmp_path: Path) -> None:
        book = taken(stores, work, None)
        dropping.move(stores.blobs(OWNER), DROP, book)
        made = repository.open_repository(stores.blobs(OWNER))
        restore(made, book.manifest, str(tmp_path / "back"), RestoreOptions(), Track())
        assert (tmp_path / "back" / "large").read_bytes() == (work / "large").read_bytes()

    def test_tells_what_its_machine_could_not_read(
        self, stores: Stores, work: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(alone.unread, "of_notes", lambda _notes: {"unread": 1, "unread_names": ["small\0"]})
        book = taken(stores, work, None)
        assert (book.figures["unread"], book.unread_names) == (1, ("small",))

    def test_is_nothing_before_its_last_word(self, stores: Stores) -> None:
        stores.blobs(OWNER).put(f"drops/{DROP.hex}/0001", [b"half of it"])
        assert dropping.find(stores.blobs(OWNER), DROP) is None

    def test_takes_nothing_that_a_machine_may_not_write(self, stores: Stores, work: Path) -> None:
        taken(stores, work, None)
        blobs, place = stores.blobs(OWNER), f"drops/{DROP.hex}/book"
        blobs.put(
            place, [blobs.get(place).replace(b'"objects": {', b'"objects": {"config": {"slot": "x", "size": 1}, ')]
        )
        with pytest.raises(errors.Damaged):
            dropping.find(blobs, DROP)

    def test_is_not_lent_where_the_store_is_behind_our_own_door(self, stores: Stores) -> None:
        far = dropping.lend(stores, OWNER, DROP, None, near=False)
        assert (far is None) == (stores.kind == "file")

    def test_is_not_lent_where_only_the_owner_has_the_key(self, stores: Stores) -> None:
        repository.create(stores.blobs(OWNER), "a passphrase")
        assert dropping.lend(stores, OWNER, DROP, None, near=True) is None


class TestTheFolderOfAStore:
    """From which the machines of this computer read for themselves."""

    def test_is_that_of_the_repository(self, settings: Settings) -> None:
        usual = settings.model_copy(update={"snapshots_store": ""})
        assert folder_of(usual, OWNER) == settings.home.absolute() / "snapshots" / str(OWNER)
        named = settings.model_copy(update={"snapshots_store": "file:///srv/my%20store"})
        assert folder_of(named, OWNER) == Path("/srv/my store", str(OWNER))

    def test_is_none_where_it_is_a_bucket(self, settings: Settings) -> None:
        assert folder_of(settings.model_copy(update={"snapshots_store": "s3://bucket/prefix"}), OWNER) is None
