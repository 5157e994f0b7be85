"""Restores: started with a grant that only reads, followed, and nobody else's business."""

from pathlib import Path

from tests.build import snapshots as build
from tests.build.accounts import Person


class TestRestore:
    async def test_goes_from_its_start_to_its_end(self, ada: Person, snapshot: str) -> None:
        started = await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/tmp/there", "paths": ["src"]})
        agent = ada.with_key(started["grant"]["token"])
        state = await agent.gets("/snapshots/grant")
        assert (state["purpose"], state["access"], state["path"], state["paths"]) == (
            "restore",
            "read",
            "/tmp/there",
            ["src"],
        )
        assert started["command"].endswith(
            f"restore {state['manifest'][:12]} /tmp/there --server {started['grant']['url']}"
        )
        report = {"stage": "fetch", "bytes": 10, "bytes_total": 40, "seconds": 1, "hot_ready": True}
        await agent.does("POST", "/snapshots/grant/progress", report)
        path = f"/snapshots/restores/{started['restore']['id']}"
        shown = await ada.gets(path)
        assert (shown["state"], shown["progress"]["percent"], shown["progress"]["hot_ready"]) == ("running", 25, True)
        await agent.does("POST", "/snapshots/grant/complete", {"stages": {"fetch": 3.5}})
        assert ((await ada.gets(path))["state"], (await ada.gets(path))["stages"]) == ("complete", {"fetch": 3.5})
        assert (await agent.asks("GET", "/snapshots/grant")).json()["code"] == "grant_over"
        assert (await ada.gets(f"/snapshots/{snapshot}"))["restores"][0]["state"] == "complete"

    async def test_that_waits_is_cancelled_at_once(self, ada: Person, snapshot: str) -> None:
        started = await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/tmp/there"})
        gone = await ada.does("POST", f"/snapshots/restores/{started['restore']['id']}/cancel")
        assert gone["state"] == "cancelled"
        answer = await ada.with_key(started["grant"]["token"]).asks("GET", "/snapshots/grant")
        assert answer.status_code == 401

    async def test_is_of_complete_snapshots_only(self, ada: Person, folder: Path) -> None:
        granted = await build.started(ada, folder)
        answer = await ada.asks("POST", f"/snapshots/{granted.id}/restore", {"target": "/tmp/there"})
        assert (answer.status_code, answer.json()["code"]) == (409, "snapshot_not_complete")

    async def test_is_nobody_elses(self, ada: Person, eve: Person, snapshot: str) -> None:
        started = await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/tmp/there"})
        path = f"/snapshots/restores/{started['restore']['id']}"
        assert (await eve.asks("GET", path)).status_code == 404
        assert (await eve.asks("POST", f"{path}/cancel")).status_code == 404


class TestTeam:
    async def test_shares_what_is_kept_in_its_name(self, ada: Person, eve: Person, folder: Path) -> None:
        team = (await ada.does("POST", "/teams", {"name": "Crew"}))["id"]
        granted = await build.started(ada, folder, team_id=team)
        assert (await eve.asks("GET", f"/snapshots/{granted.id}")).status_code == 404
        assert (await eve.asks("GET", "/snapshots", params={"team_id": team})).status_code == 404
        assert (await eve.asks("GET", "/snapshots/repository", params={"team_id": team})).status_code == 404
        await ada.does("POST", f"/teams/{team}/invitations", {"email": eve.email, "role": "member"})
        invitation = (await eve.gets("/invitations"))["items"][0]["id"]
        await eve.does("POST", f"/invitations/{invitation}/accept")
        shown = await eve.gets(f"/snapshots/{granted.id}")
        assert shown["owner"] == {"kind": "team", "id": team}
        assert [one["id"] for one in (await eve.gets("/snapshots"))["items"]] == [granted.id]
