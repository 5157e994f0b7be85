"""What instances stand on is not taken from under them: their team, and the snapshots that they wake from."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from dumont.accounts.tables import Team
from dumont.fleet.steps.preparing import OURS
from dumont.platform.parts import Parts
from dumont.snapshots import keeping, lending, on_behalf
from dumont.snapshots.on_behalf import Owner
from dumont.snapshots.standing import Stand, Standing
from dumont.snapshots.starting import Wish
from dumont.snapshots.store import repositories
from dumont.snapshots.tables import Snapshot, SnapshotRetention
from tests.build.accounts import Person
from tests.fakes.run import FakeRun
from tests.fleet.doors.conftest import Box


async def saved(parts: Parts, box: Box, owner: Owner, at: datetime, path: str = "/workspace", *tags: str) -> UUID:
    """A complete one, said to be of the box."""
    async with FakeRun(parts).work() as given:
        work = replace(given, random=Random(uuid4().int))
        made, _ = await on_behalf.start(work, owner, Wish(path=path, instance_id=box.id, tags=tags))
        values = {"state": "complete", "manifest": made.id.hex * 2, "created_at": at}
        await work.tx.execute(update(Snapshot).where(Snapshot.id == made.id).values(values))
    return made.id


async def overdue(parts: Parts, owner_id: UUID) -> list[UUID]:
    async with FakeRun(parts).work() as work:
        return [each.id for each in await keeping.overdue(work, parts.get(Standing), owner_id)]


async def of_team(ada: Person, box: Box) -> tuple[str, Owner]:
    team = (await ada.does("POST", "/teams", {"name": "Vision lab"}))["id"]
    await box.set(owner_id=UUID(team), team_id=UUID(team))
    return team, Owner(UUID(team), True, box.owner_id)


def keeps_last(owner: UUID, now: datetime) -> Any:
    more = {f"keep_{span}": 0 for span in ("hourly", "daily", "weekly", "monthly")}
    return SnapshotRetention(id=uuid4(), repository_id=owner, keep_last=1, changed_at=now, **more)


class TestTeam:
    async def test_is_deleted_only_when_its_instances_are_destroyed(self, ada: Person, box: Box) -> None:
        team, _ = await of_team(ada, box)
        refused = await ada.asks("DELETE", f"/teams/{team}")
        assert (refused.status_code, refused.json()["code"]) == (409, "team_has_instances")
        assert "llama" in refused.json()["detail"]
        await box.set(state="destroyed", destroyed_at=box.now)
        assert (await ada.asks("DELETE", f"/teams/{team}")).status_code == 204

    async def test_that_is_none_is_told_by_its_field(self, ada: Person) -> None:
        answer = await ada.asks("POST", "/instances", {"filters": {}, "team_id": str(uuid4())})
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such team.")
        assert "team_id" in answer.json()["hint"]

    async def test_that_is_gone_all_the_same_costs_no_instance_its_snapshots(
        self, ada: Person, box: Box, parts: Parts
    ) -> None:
        _, owner = await of_team(ada, box)
        async with box.db.begin() as tx:
            await tx.execute(delete(Team).where(Team.id == owner.id))
        made = await saved(parts, box, Owner(owner.id, False, box.owner_id), box.now)
        async with box.db.begin() as tx:
            assert await repositories.is_nobodys(tx, owner.id)
        assert await overdue(parts, owner.id) == []
        await box.set(state="destroyed", destroyed_at=box.now)
        assert await overdue(parts, owner.id) == [made]


class TestSnapshot:
    async def test_on_which_an_instance_stands_is_kept_whatever_is_newer(
        self, ada: Person, box: Box, parts: Parts
    ) -> None:
        owner = Owner(box.owner_id, False, box.owner_id)
        mine = await saved(parts, box, owner, box.now - timedelta(hours=2))
        older = await saved(parts, box, owner, box.now - timedelta(hours=3))
        await saved(parts, box, owner, box.now + timedelta(days=400))
        await box.set(snapshot_id=mine)
        await box.add(keeps_last(owner.id, box.now))
        assert await overdue(parts, owner.id) == [older]
        plan = await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}, "dry_run": True})
        assert [each["id"] for each in plan["going"]] == [str(older)]
        await box.set(state="destroyed", destroyed_at=box.now)
        assert await overdue(parts, owner.id) == [mine, older]

    async def test_is_kept_by_its_instances_own_rule_whatever_that_is_called_by(
        self, ada: Person, box: Box, parts: Parts
    ) -> None:
        owner = Owner(box.owner_id, False, box.owner_id)
        made = [await saved(parts, box, owner, box.now - timedelta(hours=hours)) for hours in (3, 2, 1)]
        async with box.db.begin() as tx:
            await tx.execute(update(Snapshot).values(label="llama"))
        await ada.does("PUT", "/snapshots/retention", {"rules": {"keep_last": 1}})
        await ada.does("PUT", "/snapshots/retention", {"label": "llama", "rules": {"keep_last": 2}})
        await box.set(name="camel")
        assert await overdue(parts, owner.id) == made[:1]
        (rule,) = (await ada.gets("/snapshots/retention"))["labels"]
        assert (rule["label"], rule["instance_id"]) == ("camel", str(box.id))
        async with box.db.begin() as tx:  # as if the next one of that name had made them
            await tx.execute(update(Snapshot).values(instance_id=uuid4()))
        assert sorted(await overdue(parts, owner.id)) == sorted(made[:2])
        async with box.db.begin() as tx:
            await tx.execute(update(Snapshot).values(instance_id=None))
        assert await overdue(parts, owner.id) == made[:1], "of no instance: by the label under which it was put"
        plan = await ada.does("PUT", "/snapshots/retention", {"label": "camel", "rules": None})
        assert (plan["retention"]["labels"], plan["going_count"]) == ([], 2)

    async def test_on_which_an_instance_sleeps_is_not_deleted(self, ada: Person, box: Box, parts: Parts) -> None:
        mine = await saved(parts, box, Owner(box.owner_id, False, box.owner_id), box.now)
        await box.set(snapshot_id=mine, state="hibernated", wish="hibernated", primary_rental_id=None)
        refused = await ada.asks("DELETE", f"/snapshots/{mine}")
        assert (refused.status_code, refused.json()["code"]) == (409, "snapshot_needed")
        assert "llama" in refused.json()["detail"]
        await box.set(state="running", wish="running")
        assert (await ada.does("DELETE", f"/snapshots/{mine}"))["snapshot"]["state"] == "deleted"

    async def test_that_was_left_stays_where_another_instance_needs_it(
        self, ada: Person, box: Box, parts: Parts
    ) -> None:
        mine = await saved(parts, box, Owner(box.owner_id, False, box.owner_id), box.now)
        async with FakeRun(parts).work() as work:
            await on_behalf.leave(work, box.owner_id, box.id)
        await box.set(snapshot_id=mine)
        assert await ada.does("DELETE", "/snapshots/left") == {"deleted": 0, "more": False}

    async def test_of_another_folder_does_not_take_the_place_of_one_that_can_not_be_read(
        self, ada: Person, box: Box, parts: Parts
    ) -> None:
        owner = Owner(box.owner_id, False, box.owner_id)
        at = [box.now - timedelta(hours=hours) for hours in (4, 3, 2, 1)]
        await saved(parts, box, owner, at[3], "/data", "mine")
        ours = await saved(parts, box, owner, at[2], "/home/machines/1/work", "hibernation")  # as a machine calls it
        of_people = await saved(parts, box, owner, at[1])
        async with box.db.begin() as tx:
            found = await on_behalf.newest(tx, owner.id, box.id, folders=["/workspace"], tags=OURS)
            assert found is not None
            assert found.id == ours
            await tx.execute(update(Snapshot).where(Snapshot.id == ours).values(state="failed"))
            found = await on_behalf.newest(tx, owner.id, box.id, folders=["/workspace"], tags=OURS)
            assert found is not None
            assert found.id == of_people


class TestRepository:
    async def test_is_not_encrypted_while_instances_are_saved_there(self, ada: Person, box: Box, parts: Parts) -> None:
        """No machine has the passphrase, so nothing of them could be saved from then on."""
        started = await ada.does("POST", "/snapshots", {"path": "/srv/own"})
        agent, wish = ada.with_key(started["grant"]["token"]), {"put": [["config", 300]], "sealed": True}
        refused = await agent.asks("POST", "/snapshots/grant/urls", wish)
        assert (refused.status_code, refused.json()["code"]) == (409, "instances_saved_here")
        assert "llama" in refused.json()["detail"]
        assert "without a passphrase" in refused.json()["hint"]
        await agent.does("POST", "/snapshots/grant/urls", {**wish, "sealed": False})
        await box.set(state="destroyed", destroyed_at=box.now)
        await agent.does("POST", "/snapshots/grant/urls", wish)

    def test_is_encrypted_where_they_are_all_saved_elsewhere(self) -> None:
        stands = [Stand(uuid4(), f"box{number}", None, asleep=False, elsewhere=number > 3) for number in range(9)]
        lending.refuse_to_seal(stands[4:])
        with pytest.raises(lending.SavedHere, match=r": box0, box1, box2 and 1 more\.$"):
            lending.refuse_to_seal(stands)
