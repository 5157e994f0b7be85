"""Another's instances are as good as none; a team's are its members', and what outlives its team is its launcher's."""

from uuid import UUID

from sqlalchemy import update

from dumont.fleet.tables import FleetInstance
from dumont.main.contexts import contexts
from dumont.main.web import endpoints_of, make_app
from dumont.platform.db import Db
from tests.accounts.test_strangers import BODIES, ids_in
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fleet.doors.conftest import Box
from tests.fleet.doors.test_launch import ANY

ROUTES = [found for found in endpoints_of(make_app(contexts())) if {"instance_id", "operation_id"} & set(ids_in(found))]


class TestStranger:
    async def test_finds_nothing_of_a_real_one_at_any_door(self, ada: Person, eve: Person, box: Box) -> None:
        made = (await ada.asks("POST", f"{box.path}/hibernate")).json()
        ids = {"instance_id": str(box.id), "operation_id": made["id"], "schedule_id": str(UUID(int=0))}
        told = {}
        for route in ROUTES:
            path = str(route.path_format).removeprefix("/api/v1").format(**ids)
            for method in route.methods or ():
                answer = await eve.asks(method, path, BODIES.get(str(route.name)))
                told[str(route.name)] = answer.status_code, answer.json()["code"]
        assert told == dict.fromkeys(told, (404, "not_found"))
        assert len(told) >= 20

    async def test_sees_no_row_of_it(self, eve: Person, box: Box) -> None:
        assert (await eve.gets("/instances"))["items"] == []


class TestTeam:
    async def test_shares_its_instances_and_leaves_them_to_their_launcher(
        self, ada: Person, eve: Person, db: Db, clock: FakeClock
    ) -> None:
        team = (await ada.does("POST", "/teams", {"name": "Lab"}))["id"]
        made = (await ada.does("POST", "/instances", {**ANY, "team_id": team}))["instance"]["id"]
        invited = await ada.does("POST", f"/teams/{team}/invitations", {"email": eve.email, "role": "member"})
        await eve.does("POST", f"/invitations/{invited['id']}/accept")
        assert (await eve.gets(f"/instances/{made}"))["owner"]["kind"] == "team"
        assert (await eve.asks("POST", f"/instances/{made}/keep-awake", {"seconds": 60})).status_code == 200
        async with db.begin() as tx:
            over = {"state": "destroyed", "destroyed_at": clock.now()}
            await tx.execute(update(FleetInstance).where(FleetInstance.id == UUID(made)).values(over))
        await ada.does("DELETE", f"/teams/{team}")
        assert (await ada.gets(f"/instances/{made}"))["id"] == made
        assert (await eve.asks("GET", f"/instances/{made}")).status_code == 404
