"""Snapshots from their start to their end: what is written down, what is shown, what can be had back."""

from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from dumont.accounts.rules.roles import BY_ROLE
from dumont.platform.db import Tx
from dumont.platform.live.topics import Topics
from dumont.platform.parts import Parts
from dumont.platform.work import Caller
from dumont.snapshots.stores import Stores
from dumont.snapshots.verifying import Which, verify
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.run import FakeRun


class TestStart:
    async def test_hands_out_a_grant_and_the_command_that_uses_it(self, ada: Person, folder: Path) -> None:
        answer = await ada.does("POST", "/snapshots", {"path": str(folder), "tags": ["nightly"]})
        made, grant = answer["snapshot"], answer["grant"]
        assert (made["state"], made["label"], made["tags"]) == ("queued", "workspace", ["nightly"])
        assert (made["owner"], grant["access"]) == ({"kind": "user", "id": await ada.id()}, "write")
        assert answer["command"].startswith(f"DUMONT_GRANT={grant['token']} dumont snapshots create {folder}")
        assert answer["bare_command"].startswith(f"curl -fsS {grant['url']}/api/v1/snapshots/dumont-snapshots.pyz -o ")

    async def test_leaves_the_tags_of_copies_to_the_fleet(self, ada: Person, folder: Path) -> None:
        answer = await ada.asks("POST", "/snapshots", {"path": str(folder), "tags": ["mine", "sync"]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "tags")

    async def test_keeps_no_token(self, ada: Person, folder: Path, parts: Parts) -> None:
        token = (await build.started(ada, folder)).token
        assert token not in str(await ada.gets("/snapshots"))

    async def test_is_not_done_twice_for_one_key(self, ada: Person, folder: Path) -> None:
        answers = [
            await ada.asks("POST", "/snapshots", {"path": str(folder)}, headers={"idempotency-key": "once"})
            for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
        assert len((await ada.gets("/snapshots"))["items"]) == 1


class TestCompletion:
    async def test_comes_with_the_figures_of_what_is_in_the_store(self, ada: Person, snapshot: str) -> None:
        shown = await ada.gets(f"/snapshots/{snapshot}")
        assert (shown["state"], shown["files"], shown["encrypted"]) == ("complete", 6, False)
        assert shown["bytes"] == len(build.BIG) + len("print('hello')\ndeep\nodd\n") + 32
        assert shown["compression_ratio"] > 1
        assert shown["dedup_ratio"] >= 1
        assert shown["progress"] is None
        assert shown["error"] is None

    async def test_tells_what_could_not_be_read(self, ada: Person, parts: Parts, folder: Path) -> None:
        granted = await build.started(ada, folder)
        told = {"manifest": build.sent(parts, granted.owner, folder), "unread": 30, "unread_names": ["a/b", "\u1e9e"]}
        await build.reported(ada, granted, "complete", told)
        shown = await ada.gets(f"/snapshots/{granted.id}")
        assert (shown["unread"], shown["unread_names"]) == (30, ["a/b", "\u1e9e"])
        (listed,) = (await ada.gets("/snapshots"))["items"]
        assert listed["unread"] == 30

    async def test_fails_where_a_pack_is_cut(self, ada: Person, parts: Parts, folder: Path, store: Path) -> None:
        granted = await build.started(ada, folder)
        manifest = build.sent(parts, granted.owner, folder)
        pack = next(path for path in (store / str(granted.owner) / "packs").rglob("*") if path.is_file())
        pack.write_bytes(pack.read_bytes()[:-1])
        await build.reported(ada, granted, "complete", {"manifest": manifest})
        await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
        shown = await ada.gets(f"/snapshots/{granted.id}")
        assert (shown["state"], shown["error"]["code"]) == ("failed", "pack_missing")

    async def test_fails_without_a_manifest(self, ada: Person, parts: Parts, folder: Path) -> None:
        granted = await build.started(ada, folder)
        build.sent(parts, granted.owner, folder)
        await build.reported(ada, granted, "complete", {"manifest": "ab" * 32})
        await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
        assert (await ada.gets(f"/snapshots/{granted.id}"))["error"]["code"] == "manifest_missing"

    async def test_of_an_encrypted_one_goes_by_the_packs_that_are_told(
        self, ada: Person, parts: Parts, folder: Path, store: Path
    ) -> None:
        granted = await build.started(ada, folder)
        manifest = build.sent(parts, granted.owner, folder, "correct horse")
        packs = {found.name[-64:]: found.size for found in parts.get(Stores).blobs(granted.owner).list("packs/")}
        await build.reported(ada, granted, "complete", {"manifest": manifest, "packs": packs, "files": 6})
        await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
        shown = await ada.gets(f"/snapshots/{granted.id}")
        assert (shown["state"], shown["encrypted"], shown["files"]) == ("complete", True, 6)
        answer = await ada.asks("GET", f"/snapshots/{granted.id}/files")
        assert (answer.status_code, answer.json()["code"]) == (409, "repository_encrypted")


class TestProgress:
    async def test_is_shown_and_tells_of_a_wish_to_stop(self, ada: Person, folder: Path) -> None:
        granted = await build.started(ada, folder)
        report = {"stage": "read", "bytes": 500, "bytes_total": 1000, "seconds": 2, "files": 3}
        assert not (await build.reported(ada, granted, "progress", report))["cancel"]
        shown = await ada.gets(f"/snapshots/{granted.id}")
        assert (shown["state"], shown["progress"]["percent"], shown["progress"]["seconds_left"]) == ("running", 50, 2)
        await ada.does("POST", f"/snapshots/{granted.id}/cancel")
        assert (await build.reported(ada, granted, "progress", report))["cancel"]
        await build.reported(ada, granted, "failed", {"code": "cancelled", "message": "Stopped, as asked."})
        assert (await ada.gets(f"/snapshots/{granted.id}"))["error"]["code"] == "cancelled"

    async def test_of_one_that_is_silent_is_over_when_it_is_cancelled(
        self, ada: Person, folder: Path, clock: FakeClock
    ) -> None:
        granted = await build.started(ada, folder)
        await build.reported(ada, granted, "progress", {"bytes": 1, "seconds": 1})
        assert (await ada.does("POST", f"/snapshots/{granted.id}/cancel"))["state"] == "running"
        clock.advance(minutes=2)
        over = await ada.does("POST", f"/snapshots/{granted.id}/cancel")
        assert (over["state"], over["error"]["code"]) == ("failed", "cancelled")
        late = await ada.with_key(granted.token).asks("POST", "/snapshots/grant/progress", {"bytes": 2, "seconds": 2})
        assert late.status_code == 401


class TestList:
    async def test_is_cut_by_filters_and_pages(self, ada: Person, parts: Parts, folder: Path, clock: FakeClock) -> None:
        instance, ids = str(uuid4()), []
        for wish in ({"label": "a"}, {"instance_id": instance}, {"label": "a"}):
            ids.append((await build.started(ada, folder, **wish)).id)
            clock.advance(minutes=1)
        moments = [(await ada.gets(f"/snapshots/{one}"))["created_at"] for one in ids]

        async def listed(**query: str) -> list[str]:
            return [one["id"] for one in (await ada.gets("/snapshots", params=query))["items"]]

        assert await listed() == ids[::-1]
        assert await listed(label="a") == [ids[2], ids[0]]
        assert await listed(instance=instance) == [ids[1]]
        assert await listed(state="complete") == []
        assert await listed(since=moments[1], before=moments[2]) == [ids[1]]
        first = await ada.gets("/snapshots", params={"limit": 2})
        assert await listed(limit="2", cursor=first["next_cursor"]) == [ids[0]]


class TestDeletion:
    async def test_can_be_had_back_until_its_time_is_over(self, ada: Person, snapshot: str, clock: FakeClock) -> None:
        gone = await ada.does("DELETE", f"/snapshots/{snapshot}")
        assert gone["snapshot"]["state"] == "deleted"
        assert gone["undo_until"] < gone["freed_after"]
        assert (await ada.gets("/snapshots"))["items"] == []
        back = await ada.does("POST", f"/snapshots/{snapshot}/undelete")
        assert (back["state"], back["undo_until"]) == ("complete", None)
        await ada.does("DELETE", f"/snapshots/{snapshot}")
        clock.advance(days=4)
        ada = await Person.signs_in(ada.client, ada.email)
        late = await ada.asks("POST", f"/snapshots/{snapshot}/undelete")
        assert (late.status_code, late.json()["code"]) == (409, "nothing_to_undo")

    async def test_waits_for_what_is_being_made_or_restored(self, ada: Person, snapshot: str, folder: Path) -> None:
        running = await build.started(ada, folder)
        refused = await ada.asks("DELETE", f"/snapshots/{running.id}")
        assert refused.json()["code"] == "snapshot_under_way"
        await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/tmp/there"})
        refused = await ada.asks("DELETE", f"/snapshots/{snapshot}")
        assert refused.json()["code"] == "snapshot_being_restored"


class TestLive:
    async def test_is_told_to_owners_alone(self, ada: Person, eve: Person, folder: Path, parts: Parts) -> None:
        granted = await build.started(ada, folder)
        topics = parts.get(Topics)
        own = Caller("user", UUID(await ada.id()), BY_ROLE["user"])
        other = Caller("user", UUID(await eve.id()), BY_ROLE["user"])
        for topic in (f"snapshot:{granted.id}", f"snapshots:{granted.owner}"):
            assert await topics.authorise(own, topic)
            assert not await topics.authorise(other, topic)
        assert not await topics.authorise(own, "snapshot:nonsense")

    async def test_hears_of_each_change(self, ada: Person, folder: Path, tx: Tx) -> None:
        granted = await build.started(ada, folder)
        await build.reported(ada, granted, "progress", {"bytes": 1, "bytes_total": 2, "seconds": 1})
        await build.reported(ada, granted, "failed", {"code": "no_room", "message": "The disk is full."})
        told = text("SELECT kind FROM events WHERE :topic = ANY(topics) ORDER BY id")
        kinds = (await tx.execute(told, {"topic": f"snapshot:{granted.id}"})).scalars().all()
        assert kinds == ["snapshots.changed", "snapshots.changed", "snapshots.progressed", "snapshots.changed"]

    async def test_of_quick_reports_hears_the_first(self, ada: Person, folder: Path, tx: Tx) -> None:
        granted = await build.started(ada, folder)
        for done in range(5):
            await build.reported(ada, granted, "progress", {"bytes": done, "seconds": 1})
        told = text("SELECT count(*) FROM events WHERE kind = 'snapshots.progressed' AND :topic = ANY(topics)")
        assert (await tx.execute(told, {"topic": f"snapshot:{granted.id}"})).scalar_one() == 1
