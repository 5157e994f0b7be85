"""Snapshots of a destroyed instance are told apart, deleted together, and only where that is set, after some days."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from dumont.main.contexts import contexts
from dumont.main.wiring import assemble
from dumont.platform.db import Db
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded
from dumont.snapshots import leaving, on_behalf
from dumont.snapshots.store import left as store
from dumont.snapshots.tables import ResticRepository, Snapshot
from dumont.snapshots.verifying import Which, verify
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession
from tests.fakes.run import FakeRun

GONE, LIVES = UUID(int=4), UUID(int=5)


@pytest.fixture
def parts(loaded: Loaded, database_url: str, db: Db, clock: FakeClock, store: Path) -> Parts:
    own = {"snapshots_store": store.as_uri(), "snapshots_left_days": 30}
    loaded = replace(loaded, settings=loaded.settings.model_copy(update=own))
    return assemble(loaded, database_url, contexts(), db=db, glance=GlanceInSession(db), clock=clock)


@pytest.fixture
async def left(ada: Person, parts: Parts, folder: Path) -> tuple[str, str]:
    """One of an instance that is destroyed, and one of an instance that lives."""
    made = []
    for number, instance in enumerate((GONE, LIVES)):
        (folder / "own.bin").write_bytes(bytes([number, 7]) * 100_000)
        made.append(await build.complete(ada, parts, folder, label="box", instance_id=str(instance)))
    async with FakeRun(parts).work() as work:
        await on_behalf.leave(work, UUID(await ada.id()), GONE)
    return made[0], made[1]


async def states(parts: Parts, *names: str) -> list[str]:
    async with FakeRun(parts).work() as work:
        rows = [await on_behalf.found(work.tx, UUID(name)) for name in names]
    return [row.state if row else "none" for row in rows]


class TestLeftSnapshots:
    async def test_are_told_apart_with_their_cost(self, ada: Person, left: tuple[str, str]) -> None:
        found = (await ada.gets("/snapshots", params={"left": True}))["items"]
        assert [each["id"] for each in found] == [left[0]]
        assert found[0]["left_at"]
        assert (await ada.gets("/snapshots/cost"))["left"]["snapshots"] == 1

    async def test_are_deleted_together_and_can_be_had_back(
        self, ada: Person, eve: Person, left: tuple[str, str], parts: Parts
    ) -> None:
        assert await eve.does("DELETE", "/snapshots/left") == {"deleted": 0, "more": False}
        assert (await ada.gets("/snapshots/left"))["snapshots"] == 1
        assert await ada.does("DELETE", "/snapshots/left") == {"deleted": 1, "more": False}
        assert (await ada.gets("/snapshots/left"))["snapshots"] == 0
        assert await states(parts, *left) == ["deleted", "complete"]
        assert (await ada.does("POST", f"/snapshots/{left[0]}/undelete"))["state"] == "complete"

    async def test_that_are_not_wanted_go_when_the_store_has_been_asked(
        self, ada: Person, parts: Parts, folder: Path
    ) -> None:
        granted = await build.started(ada, folder, instance_id=str(GONE))
        manifest = build.sent(parts, granted.owner, folder)
        await build.reported(ada, granted, "complete", {"manifest": manifest})
        async with FakeRun(parts).work() as work:
            assert await on_behalf.delete_all(work, granted.owner, GONE) == 0
        assert await states(parts, granted.id) == ["verifying"]
        await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
        assert await states(parts, granted.id) == ["deleted"]
        assert (await ada.does("POST", f"/snapshots/{granted.id}/undelete"))["state"] == "complete"

    async def test_are_deleted_after_some_days_and_a_notice(
        self, left: tuple[str, str], parts: Parts, clock: FakeClock
    ) -> None:
        run = FakeRun(parts)
        assert await leaving.tidy(run, NoArgs()) == {"told": 0, "deleted": 0}
        clock.advance(days=40)
        assert await leaving.tidy(run, NoArgs()) == {"told": 1, "deleted": 0}, "nobody was told yet"
        assert await leaving.tidy(run, NoArgs()) == {"told": 0, "deleted": 0}
        clock.advance(days=leaving.NOTICE_DAYS)
        assert await leaving.tidy(run, NoArgs()) == {"told": 0, "deleted": 1}
        assert await states(parts, *left) == ["deleted", "complete"]

    async def test_that_somebody_takes_back_are_deleted_by_no_rule_again(
        self, ada: Person, left: tuple[str, str], parts: Parts, clock: FakeClock
    ) -> None:
        await ada.does("DELETE", "/snapshots/left")
        back = await ada.does("POST", f"/snapshots/{left[0]}/undelete")
        assert (back["left_at"], bool(back["kept_at"])) == (None, True)
        async with FakeRun(parts).work() as work:  # the same of one that was taken back while its instance lived
            await on_behalf.leave(work, UUID(await ada.id()), GONE)
        assert (await ada.gets("/snapshots/left"))["snapshots"] == 0
        clock.advance(days=40)
        assert await leaving.tidy(FakeRun(parts), NoArgs()) == {"told": 0, "deleted": 0}

    async def test_are_told_to_be_more_where_not_all_go_at_once(
        self, ada: Person, left: tuple[str, str], parts: Parts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with FakeRun(parts).work() as work:
            await on_behalf.leave(work, UUID(await ada.id()), LIVES)
        monkeypatch.setattr(store, "BATCH", 1)
        assert await ada.does("DELETE", "/snapshots/left") == {"deleted": 1, "more": True}
        assert await ada.does("DELETE", "/snapshots/left") == {"deleted": 1, "more": False}

    async def test_do_not_count_where_they_lie_in_a_repository_of_their_owners(
        self, ada: Person, left: tuple[str, str], parts: Parts
    ) -> None:
        owner, restic = UUID(await ada.id()), UUID(int=9)
        async with FakeRun(parts).work() as work:
            place = {"repository_id": owner, "instance_id": GONE, "address": "restic:/x", "region": ""}
            work.tx.add(ResticRepository(id=restic, created_at=work.now, **place))
            await work.tx.flush()
            await work.tx.execute(update(Snapshot).where(Snapshot.id == UUID(left[0])).values(restic_id=restic))
        assert (await ada.gets("/snapshots/left"))["snapshots"] == 0
        assert await ada.does("DELETE", "/snapshots/left") == {"deleted": 0, "more": False}
