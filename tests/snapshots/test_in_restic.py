"""Snapshots in a restic repository of their owner's: proved by reading it, shown with the others, and left alone."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text

from dumont.basics.errors import Invalid
from dumont.main.contexts import contexts
from dumont.main.wiring import assemble, encryption_keys
from dumont.platform.db import Db
from dumont.platform.jobs import Jobs
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Loaded, Settings
from dumont.platform.work import Work
from dumont.simulators.s3.server import S3Server, serving
from dumont.snapshots import on_behalf, restic
from dumont.snapshots.on_behalf import Owner
from dumont.snapshots.pruning import Wanted, prune_repository
from dumont.snapshots.restic import Place
from dumont.snapshots.starting import Wish
from dumont.snapshots.verifying import Which, verify
from dumont.snapstore.blobs import Keys
from dumont.snapstore.restic import Restic
from dumont.snapstore.restic_lent import tag_of
from dumont.snapstore.track import Track
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession
from tests.fakes.run import FakeRun

BUCKET, PASSWORD = "backups", "of Ada's own backups"
INSTANCE = UUID(int=5)
pytestmark = pytest.mark.skipif(shutil.which("restic") is None, reason="there is no restic: `make tools` installs it")


class Backups:
    """A repository in a bucket with one snapshot in it, which a person made of `folder`."""

    def __init__(self, server: S3Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.address = f"restic:s3:{server.url}/{BUCKET}/box"
        self.keys = Keys(server.key.access, server.key.secret)
        self.restic = Restic(self.address, PASSWORD, self.keys, cache=str(folder.parent / "cache"))
        folder.mkdir()
        (folder / "noise").write_bytes(Random(1).randbytes(20_000))
        self.restic.create()
        self.theirs = self.save()

    def save(self, *tags: str) -> str:
        return self.restic.whole_id(self.restic.backup(str(self.folder), Track(), tags=tags).name)

    def place(self, password: str = PASSWORD) -> Place:
        opens = {"access_key": self.keys.access, "secret_key": self.keys.secret}
        return Place(address=self.address, password=password, **opens)

    def packs(self) -> list[str]:
        return [key for key in self.server.keys(BUCKET) if "/data/" in key]


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backups]:
    with serving(tmp_path_factory.mktemp("s3"), BUCKET) as server:
        yield Backups(server, tmp_path_factory.mktemp("ada") / "box")


@pytest.fixture
def parts(loaded: Loaded, database_url: str, db: Db, clock: FakeClock, store: Path) -> Parts:
    own = {"snapshots_store": store.as_uri(), "snapshots_private_addresses": True}
    loaded = replace(loaded, settings=loaded.settings.model_copy(update=own))
    return assemble(loaded, database_url, contexts(), db=db, glance=GlanceInSession(db), clock=clock)


@asynccontextmanager
async def working(parts: Parts) -> AsyncIterator[Work]:
    async with FakeRun(parts).work() as work:
        yield work


async def kept(parts: Parts, ada: Person, place: Place) -> tuple[Owner, Wish]:
    """Where an instance of Ada's keeps its workspace."""
    owner = UUID(await ada.id())
    async with working(parts) as work:
        restic_id = await restic.keep(work, parts.get(Vault), (owner, False, INSTANCE), place)
    return Owner(owner, False, owner), Wish(path="/w", label="box", instance_id=INSTANCE, restic_id=restic_id)


async def made(parts: Parts, ada: Person, backups: Backups, *tags: str) -> str:
    """Asked for, saved by restic and reported, as an agent does it; then looked at."""
    owner, wish = await kept(parts, ada, backups.place())
    async with working(parts) as work:
        snapshot, handed = await on_behalf.start(work, owner, wish)
    name = backups.save(*(tags or (tag_of(str(snapshot.id)),)))
    done = {"manifest": name, "files": 1, "bytes": 20_000, "new_bytes": 400}
    await ada.with_key(handed.token).does("POST", "/snapshots/grant/complete", done)
    await verify(FakeRun(parts), Which(snapshot_id=snapshot.id))
    return str(snapshot.id)


async def brought(parts: Parts, ada: Person, place: Place, word: str = "latest") -> str:
    owner, wish = await kept(parts, ada, place)
    async with working(parts) as work:
        snapshot = await on_behalf.bring(work, parts.get(Jobs), owner, wish, word)
    await verify(FakeRun(parts), Which(snapshot_id=snapshot.id))
    return str(snapshot.id)


class TestSnapshotInRestic:
    async def test_is_complete_when_the_server_has_read_it_itself(
        self, ada: Person, parts: Parts, backups: Backups
    ) -> None:
        shown = await ada.gets(f"/snapshots/{await made(parts, ada, backups)}")
        assert (shown["state"], shown["engine"], shown["repository"]) == ("complete", "restic", backups.address)
        assert (shown["files"], shown["bytes"], shown["raw_bytes"]) == (1, 20_000, 20_000)
        assert PASSWORD not in str(shown)

    async def test_fails_where_an_agent_names_another_one(self, ada: Person, parts: Parts, backups: Backups) -> None:
        shown = await ada.gets(f"/snapshots/{await made(parts, ada, backups, 'dumont-another')}")
        assert (shown["state"], shown["error"]["code"]) == ("failed", "object_damaged")

    async def test_can_only_be_looked_into_by_restic(self, ada: Person, parts: Parts, backups: Backups) -> None:
        one = await made(parts, ada, backups)
        for method, path in (
            ("GET", f"/snapshots/{one}/files"),
            ("GET", f"/snapshots/{one}/diff/{one}"),
            ("POST", f"/snapshots/{one}/restore"),
        ):
            answer = await ada.asks(method, path, {"target": "/w"} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (409, "snapshot_in_restic")

    async def test_lets_its_grant_touch_nothing_of_ours(self, ada: Person, parts: Parts, backups: Backups) -> None:
        owner, wish = await kept(parts, ada, backups.place())
        async with working(parts) as work:
            _, handed = await on_behalf.start(work, owner, wish)
        answer = await ada.with_key(handed.token).asks("POST", "/snapshots/grant/urls", {"get": ["config"]})
        assert answer.json()["code"] == "grant_read_only"

    async def test_is_taken_out_of_the_list_and_stays_where_it_lies(
        self, ada: Person, parts: Parts, backups: Backups, clock: FakeClock, folder: Path
    ) -> None:
        owner, ours = UUID(await ada.id()), await build.complete(ada, parts, folder, label="box")
        one, before = await made(parts, ada, backups), backups.server.keys(BUCKET)
        gone = await ada.does("DELETE", f"/snapshots/{one}")
        assert (gone["snapshot"]["state"], gone["frees_bytes"]) == ("deleted", None)
        clock.advance(days=30)
        await prune_repository(FakeRun(parts), Wanted(repository_id=owner))
        assert backups.server.keys(BUCKET) == before
        async with working(parts) as work:
            found = [await on_behalf.found(work.tx, UUID(each)) for each in (one, ours)]
        assert [row and (row.state, row.purged_at is not None) for row in found] == [
            ("deleted", True),
            ("complete", False),
        ]


class TestBroughtSnapshot:
    async def test_is_found_with_the_folder_that_was_saved(self, ada: Person, parts: Parts, backups: Backups) -> None:
        name = backups.restic.snapshots()[0].id
        assert name == backups.theirs
        one = await brought(parts, ada, backups.place(), name[:8])
        assert (await ada.gets(f"/snapshots/{one}"))["manifest"] == name
        async with working(parts) as work:
            row = await on_behalf.found(work.tx, UUID(one))
            assert row is not None
            told = (await on_behalf.in_restic(work, parts.get(Vault), row))["restic"]
        assert (told["snapshot"], told["password"], told["address"]) == (name, PASSWORD, backups.address)

    @pytest.mark.parametrize(("wrong", "code"), [("password", "key_needed"), ("word", "object_missing")])
    async def test_fails_with_the_reason(
        self, ada: Person, parts: Parts, backups: Backups, wrong: str, code: str
    ) -> None:
        place = backups.place("another") if wrong == "password" else backups.place()
        shown = await ada.gets(f"/snapshots/{await brought(parts, ada, place, '0' * 8)}")
        assert (shown["state"], shown["error"]["code"]) == ("failed", code)

    async def test_is_not_looked_for_in_a_private_network_unless_that_is_allowed(
        self, ada: Person, parts: Parts, backups: Backups, loaded: Loaded
    ) -> None:
        refused = restic.Opener(backups.place(), private=False)
        with pytest.raises(restic.PrivateAddress):
            refused.open()


class TestAnAddressThatIsGiven:
    """Before anything is rented for what is to be saved there."""

    async def test_is_opened_once_and_nothing_is_left_there(self, backups: Backups) -> None:
        before = backups.server.keys(BUCKET)
        await restic.refuse_closed(backups.place(), private=True)
        assert backups.server.keys(BUCKET) == before

    async def test_is_refused_where_its_keys_may_only_read(self, backups: Backups) -> None:
        backups.server.order({"fault": "status", "status": 403, "code": "AccessDenied", "call": "PUT"})
        try:
            with pytest.raises(Invalid) as refused:
                await restic.refuse_closed(backups.place(), private=True)
        finally:
            backups.server.conditions.order([])
        fields = [fault.field for fault in refused.value.faults]
        assert (fields, refused.value.code) == (["restic.access_key"], "restic_keys_read_only")
        assert "not write there" in refused.value.message

    async def test_works_for_restic_though_the_keys_may_not_delete(self, backups: Backups) -> None:
        backups.server.order({"fault": "status", "status": 403, "code": "AccessDenied", "call": "DELETE", "times": 1})
        await restic.refuse_closed(backups.place(), private=True)
        try:
            assert f"box/{restic.PROBE}" in backups.server.keys(BUCKET)
            backups.save()
        finally:
            backups.server.conditions.order([])
            await restic.refuse_closed(backups.place(), private=True)
        assert f"box/{restic.PROBE}" not in backups.server.keys(BUCKET)

    @pytest.mark.parametrize(
        ("wrong", "field", "code"),
        [
            ({"password": "another"}, "password", "restic_password_wrong"),
            ({"address": "{url}/backups/elsewhere"}, "address", "restic_not_there"),
            ({"address": "{url}/no-such-bucket/box"}, "address", "restic_not_there"),
            ({"secret_key": "another"}, "access_key", "restic_keys_refused"),
            ({"address": "http://127.0.0.1:1/backups/box"}, "address", "restic_away"),
            ({"address": "folder"}, "address", "invalid"),
        ],
    )
    async def test_is_refused_by_the_field_that_is_wrong(
        self, backups: Backups, wrong: dict[str, str], field: str, code: str
    ) -> None:
        if "address" in wrong:
            wrong = {"address": "restic:s3:" + wrong["address"].format(url=backups.server.url)}
        with pytest.raises(Invalid) as refused:
            await restic.refuse_closed(replace(backups.place(), **wrong), private=True)
        assert ([fault.field for fault in refused.value.faults], refused.value.code) == ([f"restic.{field}"], code)
        assert PASSWORD not in refused.value.message

    async def test_is_not_waited_for_for_long(self, backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(restic, "LOOK_SECONDS", 0.3)
        backups.server.order({"fault": "hang", "seconds": 30})
        try:
            with pytest.raises(Invalid, match="too long") as refused:
                await restic.refuse_closed(backups.place(), private=True)
            assert refused.value.code == "restic_away"
        finally:
            backups.server.conditions.order([])


class TestWhatOpensIt:
    async def test_is_sealed_anew_and_forgotten_with_the_instance(
        self, ada: Person, parts: Parts, backups: Backups
    ) -> None:
        _, wish = await kept(parts, ada, backups.place())
        assert wish.restic_id is not None
        old, newer = parts.get(Vault), new_key()
        async with working(parts) as work:
            held = (await work.tx.execute(text("SELECT sealed FROM restic_repositories"))).scalar_one()
            assert PASSWORD not in held
            both = Vault([newer, *encryption_keys(parts.get(Settings))])
            assert await restic.reseal(work.tx, both) == 1
            assert await restic.place_of(work.tx, Vault([newer]), wish.restic_id) == backups.place()
            await restic.forget(work.tx, INSTANCE)
            assert await restic.place_of(work.tx, old, wish.restic_id) is None

    def test_has_to_be_for_a_bucket(self) -> None:
        for address, region, word in (("restic:/w", "", ""), ("restic:s3:h/b", "Ü", ""), ("restic:s3:h/b", "", "../x")):
            with pytest.raises(Invalid):
                restic.refuse_unfit(address, region, word)
