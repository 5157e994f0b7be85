"""Second machines: what is usual of them, and what is asked of an instance's own."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from dumont.fleet.tables import FleetInstance, FleetStandby
from dumont.platform.db import Db
from tests.build.accounts import Person
from tests.fleet.doors.conftest import Box


class TestStandby:
    async def test_is_usual_for_those_who_say_so(self, ada: Person) -> None:
        assert (await ada.gets("/standby"))["usual"]["enabled"] is False
        await ada.does("PUT", "/standby", {"enabled": True, "provider": "local", "machine_type": ""})
        usual = (await ada.gets("/standby"))["usual"]
        assert (usual["enabled"], usual["provider"], usual["machine_type"]) == (True, "local", "")

    async def test_is_usual_in_a_team_where_its_owner_or_an_admin_says_so(self, ada: Person, eve: Person) -> None:
        """All members launch it, and the team pays."""
        team = (await ada.does("POST", "/teams", {"name": "Lab"}))["id"]
        invited = await ada.does("POST", f"/teams/{team}/invitations", {"email": eve.email, "role": "member"})
        await eve.does("POST", f"/invitations/{invited['id']}/accept")
        wish = {"team_id": team, "enabled": True, "provider": "gcp"}
        answer = await eve.asks("PUT", "/standby", wish)
        assert (answer.status_code, "an admin" in answer.json()["detail"]) == (403, True)
        assert (await eve.gets(f"/standby?team_id={team}"))["usual"]["enabled"] is False
        assert (await ada.does("PUT", "/standby", wish))["enabled"] is True

    @pytest.mark.usefixtures("at_google")
    async def test_has_a_type_of_its_provider_and_kind(self, ada: Person, box: Box) -> None:
        """Named again, they keep it; with another provider or kind it is one of those, or the cheapest."""
        big, elsewhere = {"enabled": True, "provider": "gcp", "machine_type": "n2-big"}, {"provider": "local"}
        for path in ("/standby", f"/standby/{box.id}"):
            types = []
            for change in (big, {"provider": "gcp"}, {}, elsewhere, {"provider": "gcp"}, {"kind": "gpu"}):
                shown = await ada.does("PUT", path, {"enabled": True, "kind": "cpu", **change})
                types.append(shown.get("standby", shown)["machine_type"])
            assert types == ["n2-big", "n2-big", "n2-big", "", "e2-medium", ""]

    @pytest.mark.parametrize("field", ["provider", "machine_type"])
    async def test_is_not_a_word_with_signs_that_nobody_sees(self, ada: Person, field: str) -> None:
        answer = await ada.asks("PUT", "/standby", {"enabled": True, field: "gcp\x11"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)

    async def test_of_an_instance_is_switched_and_listed(self, ada: Person, box: Box) -> None:
        shown = await ada.does("PUT", f"/standby/{box.id}", {"enabled": True, "provider": "local"})
        assert shown["standby"]["state"] == "starting"
        [row] = (await ada.gets("/standby"))["items"]
        assert (row["name"], row["standby"]["provider"]) == ("llama", "local")

    @pytest.mark.usefixtures("at_google")
    async def test_keeps_its_kind_until_another_one_is_said(self, ada: Person, box: Box) -> None:
        await ada.does("PUT", "/standby", {"kind": "gpu"})
        for change in ({"enabled": True}, {"enabled": True, "sync_seconds": 60}, {"enabled": False}):
            shown = await ada.does("PUT", f"/standby/{box.id}", change)
            assert shown["standby"]["kind"] == "gpu"
        assert (await ada.gets(box.path))["wanted"]["standby"]["kind"] == "gpu"
        shown = await ada.does("PUT", f"/standby/{box.id}", {"enabled": True, "kind": "cpu"})
        assert shown["standby"]["kind"] == "cpu"

    @pytest.mark.usefixtures("at_google")
    async def test_is_seen_to_at_once(self, ada: Person, box: Box, db: Db) -> None:
        await _rests(db, box)
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": True})
        async with db.begin() as tx:
            assert (await tx.get_one(FleetInstance, box.id)).look_at <= box.now

    async def test_that_is_not_there_can_not_be_rehearsed(self, ada: Person, box: Box) -> None:
        answer = await ada.asks("POST", f"/standby/{box.id}/test")
        assert (answer.status_code, answer.json()["code"]) == (409, "no_standby")

    @pytest.mark.parametrize("by_patch", [False, True])
    async def test_can_not_stand_where_there_is_no_key(self, ada: Person, box: Box, by_patch: bool) -> None:
        wish = {"enabled": True}
        asked = ("PATCH", box.path, {"standby": wish}) if by_patch else ("PUT", f"/standby/{box.id}", wish)
        answer = (await ada.asks(*asked)).json()
        assert (answer["code"], answer["detail"]) == ("no_provider_key", "There is no key for Google Cloud.")
        assert "Provider keys" in answer["hint"]
        assert (await ada.gets("/standby"))["items"] == []
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": True, "kind": "gpu"})
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": False, "kind": "cpu"})

    async def test_can_not_be_usual_or_launched_where_there_is_no_key(self, ada: Person, box: Box) -> None:
        wish = {"enabled": True}
        launch = {"filters": {"provider": ["vast"]}, "standby": wish}
        for method, path, body in (("PUT", "/standby", wish), ("POST", "/instances", launch)):
            answer = (await ada.asks(method, path, body)).json()
            assert (answer["code"], answer["detail"]) == ("no_provider_key", "There is no key for Google Cloud.")
        assert (await ada.gets("/standby"))["usual"]["enabled"] is False
        assert [each["id"] for each in (await ada.gets("/instances"))["items"]] == [str(box.id)]
        await ada.does("PUT", "/standby", {"enabled": True, "kind": "gpu"})

    async def test_may_be_changed_where_its_machine_is_though_the_key_is_taken_away(
        self, ada: Person, box: Box, at_google: None, db: Db
    ) -> None:
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": True})
        rental_id = await box.rental(role="standby", provider="gcp")
        async with db.begin() as tx:
            await tx.execute(update(FleetStandby).values(rental_id=rental_id))
        await ada.does("DELETE", "/provider-keys/gcp")
        shown = await ada.does("PUT", f"/standby/{box.id}", {"enabled": True, "sync_seconds": 30})
        assert shown["standby"]["sync_seconds"] == 30

    @pytest.mark.usefixtures("at_google")
    @pytest.mark.parametrize("enabled", [True, False])
    async def test_stays_on_or_off_where_a_change_says_no_word_of_that(
        self, ada: Person, box: Box, enabled: bool
    ) -> None:
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": True})
        await ada.does("PUT", f"/standby/{box.id}", {"enabled": enabled})
        await ada.does("PATCH", box.path, {"standby": {"sync_seconds": 30}})
        shown = await ada.gets(f"/standby/{box.id}")
        assert (shown["standby"]["enabled"], shown["standby"]["sync_seconds"]) == (enabled, 30)

    async def test_can_not_stand_where_no_machines_start(self, ada: Person, box: Box) -> None:
        answer = await ada.asks("PUT", f"/standby/{box.id}", {"enabled": True, "provider": "render"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "provider"


async def _rests(db: Db, box: Box) -> None:
    async with db.begin() as tx:
        later = box.now + timedelta(minutes=5)
        await tx.execute(update(FleetInstance).where(FleetInstance.id == box.id).values(look_at=later))
