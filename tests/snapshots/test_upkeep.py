"""Rules of keeping, pruning, checking, cost: by the jobs that do it, over real repositories."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from dumont.basics.errors import Unavailable
from dumont.platform.db import Db
from dumont.platform.jobs.errors import Cancelled
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.snapshots import checking, on_behalf, pruning, tasks, unreported
from dumont.snapshots.housekeeping import prune_all, tidy
from dumont.snapshots.measuring import Repositories, measure
from dumont.snapshots.stores import Stores
from dumont.snapshots.tables import Snapshot, SnapshotRepository
from dumont.snapshots.unreported import Aged, Making
from dumont.snapshots.verifying import Which, verify
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.run import FakeRun

PASSPHRASE = "correct horse"


async def three(ada: Person, parts: Parts, folder: Path, clock: FakeClock) -> list[str]:
    """A day apart, each with a file of its own; the oldest first."""
    made = []
    for number in range(3):
        (folder / "own.bin").write_bytes(bytes([number, 7, 9]) * 100_000 + uuid4().bytes)
        made.append(await build.complete(ada, parts, folder, label="box"))
        clock.advance(days=1)
        ada.access_token = (await Person.signs_in(ada.client, ada.email)).access_token
    return made


async def sealed(ada: Person, parts: Parts, folder: Path) -> str:
    """One that the server can't read, with its packs told by whoever made it."""
    granted = await build.started(ada, folder)
    manifest = build.sent(parts, granted.owner, _box(folder), PASSPHRASE)
    named = build.opened(parts, granted.owner, PASSPHRASE).load(manifest)
    packs = {name.hex(): size for name, size in zip(named.pack_names, named.pack_sizes, strict=True)}
    await build.reported(ada, granted, "complete", {"manifest": manifest, "packs": packs})
    await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
    return granted.id


def _box(folder: Path) -> Path:
    folder.mkdir()
    (folder / "own.bin").write_bytes(uuid4().bytes * 20_000)
    return folder


async def pruned(ada: Person, parts: Parts) -> Any:
    started = await ada.does("POST", "/snapshots/repository/prune", {})
    owner = UUID(await ada.id())
    await pruning.prune_repository(build.OfJob(parts, started["job_id"]), pruning.Wanted(repository_id=owner))
    return await ada.gets("/snapshots/repository")


class TestRetention:
    async def test_is_tried_before_it_is_put(self, ada: Person, parts: Parts, folder: Path, clock: FakeClock) -> None:
        made = await three(ada, parts, folder, clock)
        wish = {"rules": {"keep_last": 2}, "dry_run": True}
        plan = await ada.does("PUT", "/snapshots/retention", wish)
        assert ([one["id"] for one in plan["going"]], plan["kept"], plan["applied"]) == ([made[0]], 2, False)
        assert plan["going"][0]["root"] == str(folder)
        assert (await ada.gets("/snapshots/retention"))["default"] is None
        own = {"label": "box", "rules": {"keep_daily": 3}}
        await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 2}})
        plan = await ada.does("PUT", "/snapshots/retention", own)
        assert (plan["going_count"], plan["retention"]["labels"][0]["rules"]["keep_daily"]) == (0, 3)
        plan = await ada.does("PUT", "/snapshots/retention", {"label": "box", "rules": None})
        assert (plan["going_count"], plan["retention"]["labels"]) == (1, [])

    async def test_passes_over_what_somebody_took_back(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock
    ) -> None:
        made = await three(ada, parts, folder, clock)
        await ada.does("DELETE", f"/snapshots/{made[0]}")
        assert (await ada.does("POST", f"/snapshots/{made[0]}/undelete"))["kept_at"]
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}, "dry_run": True})
        assert ([one["id"] for one in plan["going"]], plan["kept"]) == ([made[1]], 2)

    async def test_keeps_the_newest_of_each_instance_whatever_it_is_called(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock, db: Db
    ) -> None:
        """The first has slept since; the second was launched under its old name."""
        made, first, second = await three(ada, parts, folder, clock), uuid4(), uuid4()
        async with db.begin() as tx:
            for snapshot, instance in zip(made, (first, first, second), strict=True):
                await tx.execute(update(Snapshot).where(Snapshot.id == UUID(snapshot)).values(instance_id=instance))
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}, "dry_run": True})
        assert [one["id"] for one in plan["going"]] == [made[0]]

    async def test_keeps_the_newest_of_each_folder_whatever_its_label_is(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock, db: Db
    ) -> None:
        """A label that nobody gave is the last part of the folder's path; on another machine it is another tree."""
        made = await three(ada, parts, folder, clock)
        places = (("a", "/home/work"), ("b", "/home/work"), ("b", "/srv/work"))
        async with db.begin() as tx:
            for snapshot, (host, root) in zip(made, places, strict=True):
                values = {"host": host, "root": root}
                await tx.execute(update(Snapshot).where(Snapshot.id == UUID(snapshot)).values(**values))
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}, "dry_run": True})
        assert plan["going"] == []

    async def test_passes_over_copies_for_a_standby_that_newer_ones_have_replaced(
        self, ada: Person, parts: Parts, folder: Path, db: Db
    ) -> None:
        """While nobody has said what is kept; what a person has made stays, whatever tag it bears."""
        made, owner, instance = await build.complete(ada, parts, folder), UUID(await ada.id()), uuid4()
        async with db.begin() as tx:
            at = (await tx.execute(select(Snapshot.created_at))).scalar_one().replace(minute=0)
            copies = [
                row(owner, at, number, instance, tag) for number, tag in enumerate(["sync", "standby"] * 2 + ["sync"])
            ]
            tx.add_all([*copies, row(owner, at, 9, None), row(owner, at, 7, instance, "hibernation")])
            gone = [str(copy.id) for copy in copies[1::-1]]
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": None, "dry_run": True})
        assert [one["id"] for one in plan["going"]] == gone
        assert made not in gone
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 0}, "dry_run": True})
        assert plan["going"] == []


def row(owner: UUID, hour: datetime, minute: int, instance: UUID | None, tag: str = "sync") -> Snapshot:
    at, manifest = hour.replace(minute=minute), uuid4().hex * 2
    values = {"manifest": manifest, "tags": [tag], "created_at": at, "heard_at": at, "completed_at": at}
    return Snapshot(id=uuid4(), repository_id=owner, instance_id=instance, label="box", state="complete", **values)


class TestPruning:
    async def test_deletes_what_no_rule_keeps_then_frees_it(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock
    ) -> None:
        made = await three(ada, parts, folder, clock)
        await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}})
        first = await pruned(ada, parts)
        assert (first["prune"]["manifests"], first["snapshots"], first["task"]) == (0, 1, None)
        gone = (await ada.gets("/snapshots", params={"state": "deleted"}))["items"]
        assert [one["id"] for one in gone] == made[1::-1]
        clock.advance(days=4)
        ada.access_token = (await Person.signs_in(ada.client, ada.email)).access_token
        second = await pruned(ada, parts)
        assert second["prune"]["manifests"] == 2
        assert second["prune"]["doomed_packs"] >= 1
        answer = await ada.asks("GET", f"/snapshots/{made[0]}/files")
        assert answer.json()["code"] == "snapshot_not_complete"
        assert len((await ada.gets(f"/snapshots/{made[2]}/files"))["items"]) == 7

    async def test_needs_no_key_where_writers_have_told_their_packs(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock
    ) -> None:
        made = [await sealed(ada, parts, folder / f"{number}") for number in range(2)]
        owner = UUID(await ada.id())
        await ada.does("DELETE", f"/snapshots/{made[0]}")
        clock.advance(days=4)
        first = await pruning.prune_repository(FakeRun(parts), pruning.Wanted(repository_id=owner))
        assert (first["manifests"], first["doomed_packs"]) == (1, 1)

    async def test_deletes_nothing_where_nobody_has_told_and_says_so(
        self, ada: Person, parts: Parts, folder: Path
    ) -> None:
        granted = await build.started(ada, folder)
        name = build.sent(parts, granted.owner, folder, "correct horse")
        error = (await pruned(ada, parts))["prune"]["error"]
        assert (error["code"], name[:12] in error["message"]) == ("repository_encrypted", True)

    @pytest.mark.parametrize(("passphrase", "told"), [(None, False), (PASSPHRASE, False), (PASSPHRASE, True)])
    async def test_forgets_what_was_put_and_never_told_of_or_not_all_of_it(
        self, ada: Person, parts: Parts, folder: Path, store: Path, clock: FakeClock, *, passphrase: str, told: bool
    ) -> None:
        """Its machine was killed, or could not reach the server any more; or did not say which packs it needs."""
        granted = await build.started(ada, folder)
        name = build.sent(parts, granted.owner, folder, passphrase)
        (manifest,) = (store / str(granted.owner) / "snapshots").rglob(name)
        if told:
            await build.reported(ada, granted, "complete", {"manifest": name})
            assert (await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id))))["state"] == "failed"
        else:
            await build.reported(ada, granted, "failed", {"code": "store_away", "message": "The server is away."})
        wanted = pruning.Wanted(repository_id=granted.owner)
        clock.advance(hours=24)
        os.utime(manifest, (manifest.stat().st_mtime - 24 * 3600,) * 2)
        assert (await pruning.prune_repository(FakeRun(parts), wanted))["manifests"] == 0, "it may still be told of"
        clock.advance(hours=2)
        os.utime(manifest, (manifest.stat().st_mtime - 2 * 3600,) * 2)
        report = await pruning.prune_repository(FakeRun(parts), wanted)
        assert (report["manifests"], report["doomed_packs"], manifest.exists()) == (1, 1, False)

    def test_leaves_alone_what_somebody_put_by_keys_of_his_own(self) -> None:
        made, old, hour = [Making(50 * 3600, 48 * 3600)], Aged("old", 300 * 3600), 3600.0
        manifests = [Aged("mine", 49 * hour), Aged("told", 49 * hour), old, Aged("new", 30 * hour)]
        assert unreported.unreported(manifests, ["told"], made, 25 * hour) == ["mine"]

    async def test_is_not_started_twice_and_can_be_stopped(self, ada: Person, folder: Path) -> None:
        await build.started(ada, folder)
        await ada.does("POST", "/snapshots/repository/prune", {})
        answer = await ada.asks("POST", "/snapshots/repository/check", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "repository_busy")
        assert (await ada.does("POST", "/snapshots/repository/cancel"))["task"] is None
        await ada.does("POST", "/snapshots/repository/check", {})

    async def test_of_all_is_a_job_for_each(self, ada: Person, eve: Person, parts: Parts, folder: Path) -> None:
        for person in (ada, eve):
            await build.started(person, folder)
        assert (await prune_all(FakeRun(parts), NoArgs()))["repositories"] >= 2


class TestCost:
    async def test_is_of_what_only_one_snapshot_needs(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock
    ) -> None:
        made = await three(ada, parts, folder, clock)
        await measure(FakeRun(parts), Repositories(repository_id=UUID(await ada.id())))
        bill = await ada.gets("/snapshots/cost")
        assert bill["price_gb_month"] == "0.015"
        assert {one["id"] for one in bill["snapshots"]} == set(made)
        unique = {one["id"]: one["unique_bytes"] for one in bill["snapshots"]}
        assert all(0 < size < 100_000 for size in unique.values())
        owner = bill["owners"][0]
        assert owner["shared_bytes"] == owner["stored_bytes"] - sum(unique.values())
        everything = parts.get(Stores).blobs(UUID(await ada.id())).list("")
        assert owner["stored_bytes"] == sum(found.size for found in everything)
        assert bill["cost_month"] == owner["cost_month"]
        gone = await ada.does("DELETE", f"/snapshots/{made[0]}")
        assert gone["frees_bytes"] == unique[made[0]]

    @pytest.mark.parametrize("back", [False, True])
    async def test_is_counted_again_when_one_goes_or_comes_back(
        self, ada: Person, parts: Parts, folder: Path, db: Db, *, back: bool
    ) -> None:
        """What the two shared is then the other's alone."""
        made = [await build.complete(ada, parts, folder) for _ in range(2)]
        for act in ("DELETE", "POST")[: 1 + back]:
            async with db.begin() as tx:
                await tx.execute(text("DELETE FROM jobs"))
            await ada.does(act, f"/snapshots/{made[0]}{'/undelete' if act == 'POST' else ''}")
        async with db.begin() as tx:
            wanted = text("SELECT args FROM jobs WHERE name = 'snapshots.measure' AND state = 'queued'")
            (args,) = (await tx.execute(wanted)).scalars()
        await measure(FakeRun(parts), Repositories.model_validate(args))
        alone = {one["id"]: one["unique_bytes"] for one in (await ada.gets("/snapshots/cost"))["snapshots"]}
        assert (alone[made[1]] > 0, len(alone)) == (not back, 1 + back)

    async def test_is_counted_again_when_an_instance_is_destroyed_with_its_snapshots(
        self, ada: Person, parts: Parts, folder: Path, db: Db, clock: FakeClock
    ) -> None:
        made = [await build.complete(ada, parts, folder, instance_id=str(UUID(int=n))) for n in (1, 2)]
        await measure(FakeRun(parts), Repositories(repository_id=UUID(await ada.id())))
        clock.advance(minutes=1)
        async with FakeRun(parts).work() as work:
            await work.tx.execute(text("DELETE FROM jobs"))
            assert await on_behalf.delete_all(work, UUID(await ada.id()), UUID(int=1)) == 1
        clock.advance(minutes=1)
        assert (await tidy(FakeRun(parts), NoArgs()))["counted_again"] == 1
        async with db.begin() as tx:
            wanted = text("SELECT args FROM jobs WHERE name = 'snapshots.measure' AND state = 'queued'")
            (args,) = (await tx.execute(wanted)).scalars()
        await measure(FakeRun(parts), Repositories.model_validate(args))
        assert (await tidy(FakeRun(parts), NoArgs()))["counted_again"] == 0
        (left,) = (await ada.gets("/snapshots/cost"))["snapshots"]
        assert (left["id"], left["unique_bytes"] > 0) == (made[1], True)

    async def test_is_not_counted_anew_with_each_copy(self, ada: Person, parts: Parts, folder: Path, db: Db) -> None:
        """That reads every manifest there is."""
        counted = text("SELECT count(*) FROM jobs WHERE name = 'snapshots.measure' AND state = 'queued'")
        await build.complete(ada, parts, folder)
        await measure(FakeRun(parts), Repositories(repository_id=UUID(await ada.id())))
        for wanted in (0, 1):
            async with db.begin() as tx:
                await tx.execute(text("DELETE FROM jobs WHERE name = 'snapshots.measure'"))
            granted = await build.started(ada, folder)
            async with db.begin() as tx:
                of_the_fleet = {"instance_id": uuid4(), "tags": ["sync"]}
                await tx.execute(update(Snapshot).where(Snapshot.id == UUID(granted.id)).values(**of_the_fleet))
            (folder / "own.bin").write_bytes(uuid4().bytes)
            await build.reported(ada, granted, "complete", {"manifest": build.sent(parts, granted.owner, folder)})
            await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
            async with db.begin() as tx:
                assert (await tx.execute(counted)).scalar_one() == wanted
                before = SnapshotRepository.measured_at - timedelta(hours=1)
                await tx.execute(update(SnapshotRepository).values(measured_at=before))


class TestTidying:
    async def test_ends_what_nothing_is_heard_of(
        self, ada: Person, parts: Parts, snapshot: str, folder: Path, clock: FakeClock
    ) -> None:
        granted = await build.started(ada, folder)
        started = await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/there"})
        clock.advance(hours=2)
        assert (await tidy(FakeRun(parts), NoArgs()))["silent"] == 2
        ada = await Person.signs_in(ada.client, ada.email)
        assert (await ada.gets(f"/snapshots/{granted.id}"))["error"]["code"] == "silent"
        assert (await ada.gets(f"/snapshots/restores/{started['restore']['id']}"))["state"] == "failed"

    async def test_looks_again_at_what_was_left_unverified(
        self, ada: Person, parts: Parts, folder: Path, clock: FakeClock
    ) -> None:
        granted = await build.started(ada, folder)
        manifest = build.sent(parts, granted.owner, folder)
        await build.reported(ada, granted, "complete", {"manifest": manifest})
        clock.advance(minutes=20)
        assert (await tidy(FakeRun(parts), NoArgs()))["verified_again"] == 1
        assert (await tidy(FakeRun(parts), NoArgs()))["verified_again"] == 0


class TestTask:
    async def test_is_given_up_when_somebody_cancels_it_and_leaves_the_repository_free(
        self, ada: Person, parts: Parts, snapshot: str
    ) -> None:
        started = await ada.does("POST", "/snapshots/repository/check", {"read_data": True})
        run = build.OfJob(parts, started["job_id"])
        run.progress = _cancelled  # type: ignore[method-assign]
        run.in_thread = _slowly  # type: ignore[method-assign]
        with pytest.raises(Cancelled):
            await checking.check_repository(run, checking.Wanted(repository_id=UUID(await ada.id()), read_data=True))
        state = await ada.gets("/snapshots/repository")
        assert (state["task"], state["check"]) == (None, None)

    async def test_that_finds_the_store_away_is_tried_again(self, ada: Person, parts: Parts, snapshot: str) -> None:
        owner = UUID(await ada.id())
        started = await ada.does("POST", "/snapshots/repository/prune", {})
        build.lost(parts, owner)
        run = build.OfJob(parts, started["job_id"])
        with pytest.raises(Unavailable):
            await pruning.prune_repository(run, pruning.Wanted(repository_id=owner))
        assert (await ada.gets("/snapshots/repository"))["task"] is None


async def _cancelled(*_said: object, **_more: object) -> None:
    raise Cancelled


async def _slowly(function: Any, *arguments: Any) -> Any:
    """Goes on until it is asked to stop."""
    await asyncio.sleep(tasks.LOOK_SECONDS)
    return await asyncio.to_thread(function, *arguments)


class TestNobodysRepository:
    async def test_is_emptied_when_nothing_in_it_can_be_had_back(
        self, ada: Person, parts: Parts, folder: Path, store: Path, clock: FakeClock
    ) -> None:
        team = (await ada.does("POST", "/teams", {"name": "Crew"}))["id"]
        await build.complete(ada, parts, folder, label="box", team_id=team)
        await ada.does("DELETE", f"/teams/{team}")
        wanted = pruning.Wanted(repository_id=UUID(team))
        await pruning.prune_repository(FakeRun(parts), wanted)
        assert build.things_in(store / team)
        clock.advance(days=4)
        assert (await pruning.prune_repository(FakeRun(parts), wanted))["objects"] >= 2
        assert not [thing for thing in build.things_in(store / team) if (store / team / thing).is_file()]
