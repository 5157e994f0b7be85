"""Checking a repository: when somebody asks for it, and by itself from time to time."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dumont.basics.errors import Unavailable
from dumont.platform.db import Db
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.snapshots import checking
from dumont.snapshots.verifying import Which, verify
from dumont.snapshots.watching import check_due
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.run import FakeRun


class TestCheck:
    async def test_names_the_files_that_damage_touches(
        self, ada: Person, parts: Parts, snapshot: str, store: Path
    ) -> None:
        owner = UUID(await ada.id())

        async def checked() -> Any:
            started = await ada.does("POST", "/snapshots/repository/check", {"read_data": True})
            wanted = checking.Wanted(repository_id=owner, read_data=True)
            await checking.check_repository(build.OfJob(parts, started["job_id"]), wanted)
            return (await ada.gets("/snapshots/repository"))["check"]

        sound = await checked()
        assert (sound["ok"], sound["snapshots"], sound["problems"]) == (True, 1, [])
        for pack in (store / str(owner) / "packs").glob("*/*"):
            pack.unlink()
        harmed = await checked()
        assert not harmed["ok"]
        assert harmed["files_touched"] == 6
        assert "is missing" in harmed["problems"][0]

    async def test_without_the_key_looks_at_whole_objects(
        self, ada: Person, parts: Parts, folder: Path, store: Path
    ) -> None:
        granted = await build.started(ada, folder)
        manifest = build.sent(parts, granted.owner, folder, "correct horse")
        place = store / str(granted.owner)
        packs = {pack.name: pack.stat().st_size for pack in (place / "packs").glob("*/*")}
        await build.reported(ada, granted, "complete", {"manifest": manifest, "packs": packs, "files": 6})
        await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))

        async def checked() -> Any:
            started = await ada.does("POST", "/snapshots/repository/check", {"read_data": True})
            wanted = checking.Wanted(repository_id=granted.owner, read_data=True)
            await checking.check_repository(build.OfJob(parts, started["job_id"]), wanted)
            return (await ada.gets("/snapshots/repository"))["check"]

        sound = await checked()
        assert (sound["ok"], sound["sealed"], sound["snapshots"], sound["problems"]) == (True, True, 1, [])
        for index in (place / "index").iterdir():
            index.write_bytes(index.read_bytes()[:-1] + b"?")
        (pack,) = (place / "packs").glob("*/*")
        whole = pack.read_bytes()
        pack.write_bytes(whole[:-13] + b"?" + whole[-12:])
        assert ["is damaged" in each or "not the one" in each for each in (await checked())["problems"]] == [True, True]
        pack.unlink()
        assert "is missing; snapshots that need it: 1" in (await checked())["problems"][0]


class TestWatching:
    async def test_checks_each_repository_each_week_and_reads_a_part_of_it_each_month(
        self, ada: Person, parts: Parts, snapshot: str, clock: FakeClock, db: Db
    ) -> None:
        owner = UUID(await ada.id())
        assert await check_due(FakeRun(parts), NoArgs()) == {"due": 0, "begun": 0}, "it is new"
        read = []
        for _week in range(9):
            clock.advance(days=7)
            assert await check_due(FakeRun(parts), NoArgs()) == {"due": 1, "begun": 1}
            assert await check_due(FakeRun(parts), NoArgs()) == {"due": 0, "begun": 0}
            wanted = await _wanted(db)
            assert wanted.repository_id == owner
            assert (await checking.check_repository(FakeRun(parts), wanted))["ok"]
            read.append(wanted.part)
        assert read == [None, None, None, 0, None, None, None, 1, None]
        ada.access_token = (await Person.signs_in(ada.client, ada.email)).access_token
        check = (await ada.gets("/snapshots/repository"))["check"]
        assert (check["ok"], check["read_data"], check["part"]) == (True, False, None)

    async def test_leaves_alone_what_is_being_pruned_or_has_nothing_in_it(
        self, ada: Person, eve: Person, parts: Parts, snapshot: str, folder: Path, clock: FakeClock
    ) -> None:
        await build.started(eve, folder)
        await ada.does("POST", "/snapshots/repository/prune", {})
        clock.advance(days=2)
        assert await check_due(FakeRun(parts), NoArgs()) == {"due": 0, "begun": 0}

    async def test_tries_again_on_the_next_day_where_the_store_was_away(
        self, ada: Person, parts: Parts, snapshot: str, clock: FakeClock, db: Db
    ) -> None:
        build.lost(parts, UUID(await ada.id()))
        clock.advance(days=2)
        await check_due(FakeRun(parts), NoArgs())
        with pytest.raises(Unavailable):
            await checking.check_repository(FakeRun(parts), await _wanted(db))
        clock.advance(days=1)
        assert (await check_due(FakeRun(parts), NoArgs()))["begun"] == 1

    @pytest.mark.parametrize("lost", ["packs", "config"])
    async def test_tells_of_harm(
        self, ada: Person, parts: Parts, snapshot: str, store: Path, db: Db, *, lost: str
    ) -> None:
        owner = UUID(await ada.id())
        for each in (store / str(owner)).glob("config" if lost == "config" else "packs/*/*"):
            each.unlink()
        found = await checking.check_repository(FakeRun(parts), checking.Wanted(repository_id=owner))
        assert not found["ok"]
        async with db.begin() as tx:
            query = text("SELECT payload FROM events WHERE kind = 'snapshots.repository_harmed'")
            (told,) = (await tx.execute(query)).scalars()
        assert told["repository_id"] == str(owner)
        assert ("is missing" in told["first"], told["files_touched"]) == (lost == "packs", 6 * (lost == "packs"))
        assert str(store) not in told["first"]


async def _wanted(db: Db) -> checking.Wanted:
    """What the newest job is to do."""
    async with db.begin() as tx:
        newest = "SELECT args FROM jobs WHERE name = 'snapshots.check' ORDER BY created_at DESC, id DESC LIMIT 1"
        return checking.Wanted.model_validate((await tx.execute(text(newest))).scalar_one())
