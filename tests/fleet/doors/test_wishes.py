"""Asking an instance to go somewhere: each wish is one operation, and what can't be done says what can."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dumont.fleet.tables import FleetInstance, FleetOperation, FleetStandby
from dumont.snapshots.tables import Snapshot, SnapshotRepository
from tests.build.accounts import Person
from tests.fleet.doors.conftest import Box
from tests.fleet.doors.test_launch import ANY

KEYS = [
    f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letters}SOCUP5TLvPvMy4vAaq4QNR9pJHs5yLOc4/BlfZyPb"
    for letters in ("Em", "Jm")
]


async def asked(person: Person, box: Box, what: str) -> dict[str, Any]:
    answer = await person.asks("POST", f"{box.path}/{what}")
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def refused(person: Person, box: Box, what: str, body: Any = None) -> dict[str, Any]:
    answer = await person.asks("POST", f"{box.path}/{what}", body)
    assert answer.status_code == 409, answer.text
    return dict(answer.json())


async def wish_of(box: Box) -> str:
    async with box.db.begin() as tx:
        return (await tx.execute(select(FleetInstance.wish).where(FleetInstance.id == box.id))).scalar_one()


class TestWish:
    @pytest.mark.parametrize(
        ("what", "state", "kind", "wish"),
        [
            ("hibernate", "running", "hibernate", "hibernated"),
            ("hibernate", "waking", "hibernate", "hibernated"),
            ("wake", "hibernated", "wake", "running"),
            ("wake", "hibernating", "wake", "running"),
            ("wake", "on_standby", "wake", "running"),
            ("resume", "paused", "resume", "running"),
            ("snapshot", "running", "snapshot", "running"),
            ("failover", "running", "failover", "running"),
        ],
    )
    async def test_opens_an_operation(self, ada: Person, box: Box, what: str, state: str, kind: str, wish: str) -> None:
        settled = {"hibernated": "hibernated", "hibernating": "hibernated", "on_standby": "on_standby"}
        await box.set(state=state, wish=settled.get(state, "paused" if state == "paused" else "running"))
        made = await asked(ada, box, what)
        assert (made["kind"], made["state"], made["requested_by"]) == (kind, "queued", str(box.owner_id))
        assert (await ada.gets(f"/operations/{made['id']}"))["id"] == made["id"]
        assert await wish_of(box) == wish

    async def test_said_twice_is_one_operation(self, ada: Person, box: Box) -> None:
        await box.set(state="hibernated", wish="hibernated")
        first, second = await asked(ada, box, "wake"), await asked(ada, box, "wake")
        assert first["id"] == second["id"]
        assert len((await ada.gets(f"{box.path}/operations"))["items"]) == 1

    async def test_changed_takes_the_place_of_the_one_before(self, ada: Person, box: Box) -> None:
        before, after = await asked(ada, box, "hibernate"), await asked(ada, box, "wake")
        assert (await ada.gets(f"/operations/{before['id']}"))["state"] == "cancelled"
        assert (await ada.gets(box.path))["operation"]["id"] == after["id"]

    async def test_that_is_fulfilled_is_refused(self, ada: Person, box: Box) -> None:
        assert (await refused(ada, box, "wake"))["code"] == "already_there"

    @pytest.mark.parametrize(
        ("what", "state", "hint"),
        [
            ("resume", "hibernated", "Wake it."),
            ("wake", "paused", "Resume it."),
            ("hibernate", "launching", "Wait until it runs"),
            ("snapshot", "hibernated", "holds all there is"),
            ("wake", "destroying", "That can be asked of"),
        ],
    )
    async def test_in_the_wrong_state_says_what_to_do_instead(
        self, ada: Person, box: Box, what: str, state: str, hint: str
    ) -> None:
        await box.set(state=state, wish="destroyed" if state == "destroying" else "hibernated")
        problem = await refused(ada, box, what)
        assert (problem["code"], hint in problem["hint"]) == ("wrong_state", True)

    async def test_to_pause_needs_a_cloud_that_keeps_stopped_machines(self, ada: Person, box: Box) -> None:
        assert (await asked(ada, box, "pause"))["kind"] == "pause"
        await box.set(state="running", wish="running", operation_id=None)
        await box.set_rental(provider="lambda")
        async with box.db.begin() as tx:
            (operation,) = (await tx.execute(select(FleetOperation))).scalars()
            operation.state, operation.ended_at = "done", box.now
        problem = await refused(ada, box, "pause")
        assert (problem["code"], "Hibernate it" in problem["hint"]) == ("cannot_pause", True)

    @pytest.mark.usefixtures("at_google")
    async def test_for_half_a_life_needs_a_standby(self, ada: Person, box: Box) -> None:
        assert (await refused(ada, box, "half-life"))["code"] == "no_standby"
        await ada.does("PATCH", box.path, {"standby": {"enabled": True}})
        assert (await asked(ada, box, "half-life"))["kind"] == "half_life"

    @pytest.mark.usefixtures("at_google")
    async def test_for_a_standby_of_another_kind_drops_the_type_of_the_former(self, ada: Person, box: Box) -> None:
        shown = await ada.does("PUT", f"/standby/{box.id}", {"enabled": True})
        assert shown["standby"]["machine_type"] == "e2-medium"
        shown = await ada.does("PUT", f"/standby/{box.id}", {"enabled": True, "kind": "gpu"})
        assert (shown["standby"]["kind"], shown["standby"]["machine_type"]) == ("gpu", "")
        usual = await ada.does("PUT", "/standby", {"enabled": True, "kind": "gpu"})
        assert usual["machine_type"] == ""

    @pytest.mark.usefixtures("at_google")
    async def test_for_no_standby_is_kept_whatever_is_usual(self, ada: Person, box: Box) -> None:
        await ada.does("PUT", "/standby", {"enabled": True})
        await ada.does("PATCH", box.path, {"standby": {"enabled": False}})
        assert (await ada.gets(box.path))["standby"]["enabled"] is False
        for said, kept in (({}, []), ({"standby": {}}, []), ({"standby": {"enabled": False}}, [False])):
            made = await ada.does("POST", "/instances", {**ANY, **said})
            async with box.db.begin() as tx:
                mine = FleetStandby.instance_id == UUID(made["instance"]["id"])
                assert list((await tx.execute(select(FleetStandby.enabled).where(mine))).scalars()) == kept

    async def test_to_wake_one_that_never_ran_is_another_launch(self, ada: Person, box: Box) -> None:
        await box.set(state="failed", error_code="no_machine", primary_rental_id=None)
        assert (await asked(ada, box, "wake"))["kind"] == "launch"

    async def test_to_wake_is_refused_by_a_budget_that_is_too_small(self, ada: Person, box: Box) -> None:
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.6"})  # a half of it is used by the box still
        answer = await ada.asks("POST", f"{box.path}/wake")
        assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")

    async def test_is_in_the_log(self, ada: Person, box: Box) -> None:
        await asked(ada, box, "hibernate")
        assert "Asked to hibernate llama" in (await ada.asks("GET", "/audit")).text


class TestGivingUpWhatCannotBeRead:
    @pytest.mark.parametrize(("method", "path"), [("POST", "/hibernate?"), ("DELETE", "?keep_snapshot=true&")])
    async def test_is_for_files_that_were_told_of(self, ada: Person, box: Box, method: str, path: str) -> None:
        asked = f"{box.path}{path}without_unread=true"
        refused = await ada.asks(method, asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_unread")
        assert (await ada.gets(box.path))["operation"] is None
        names = ["model.bin", "run/key"]
        snapshot = Snapshot(id=uuid4(), repository_id=box.owner_id, label="llama", state="complete", manifest="ab" * 32)
        snapshot.created_at = snapshot.heard_at = box.now
        snapshot.unread, snapshot.unread_names = 2, names
        await box.add(SnapshotRepository(id=box.owner_id, created_at=box.now))
        await box.add(snapshot)
        await box.set(snapshot_id=snapshot.id, snapshot_at=box.now)
        for _ in range(2):
            assert (await ada.asks(method, asked)).status_code == 202
        made = (await ada.gets(box.path))["operation"]
        assert made["unread"] == {"files": 2, "names": names, "agreed": True}
        said = [each["why"] for each in (await ada.gets(f"{box.path}/events"))["items"] if each["kind"] == "warning"]
        assert said == ["2 files could not be read: model.bin, run/key. It goes on without."]
        assert "Lets llama go without what can't be read" in (await ada.asks("GET", "/audit")).text


class TestDestroying:
    async def test_keeps_the_snapshot_unless_told_otherwise(self, ada: Person, box: Box) -> None:
        assert (await ada.does("DELETE", box.path))["keep_snapshot"] is True
        assert (await ada.gets(f"{box.path}/operations"))["items"][0]["plan"][0] == "snapshot"
        assert (await ada.does("DELETE", f"{box.path}?keep_snapshot=false"))["keep_snapshot"] is False
        assert (await ada.gets(f"{box.path}/operations"))["items"][0]["plan"] == ["destroying", "destroyed"]
        assert len((await ada.gets(f"{box.path}/operations"))["items"]) == 1
        assert (await ada.does("DELETE", box.path))["keep_snapshot"] is False

    async def test_deletes_snapshots_for_who_may_delete_them(self, ada: Person, box: Box) -> None:
        made = await ada.does("POST", "/api-keys", {"name": "robot", "scopes": ["fleet:read", "fleet:write"]})
        robot = ada.with_key(made["key"])
        answer = await robot.asks("DELETE", f"{box.path}?keep_snapshot=false")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert (await ada.gets(box.path))["operation"] is None
        assert (await robot.does("DELETE", box.path))["keep_snapshot"] is True

    async def test_comes_before_what_is_under_way(self, ada: Person, box: Box) -> None:
        before = await asked(ada, box, "hibernate")
        proof = await ada.does("DELETE", box.path)
        assert (await ada.gets(f"/operations/{before['id']}"))["error"]["code"] == "superseded"
        assert (proof["operation"]["kind"], proof["operation"]["can_cancel"]) == ("destroy", False)


class TestCancelling:
    async def test_asks_the_controller_to_stop(self, ada: Person, box: Box) -> None:
        made = await asked(ada, box, "hibernate")
        answer = await ada.asks("POST", f"/operations/{made['id']}/cancel")
        assert (answer.status_code, answer.json()["cancel_requested"], answer.json()["can_cancel"]) == (
            202,
            True,
            False,
        )

    async def test_comes_too_late_for_what_is_over_or_final(self, ada: Person, box: Box) -> None:
        first = await asked(ada, box, "hibernate")
        final = (await ada.does("DELETE", box.path))["operation"]
        codes = [(await ada.asks("POST", f"/operations/{each['id']}/cancel")).json()["code"] for each in (first, final)]
        assert codes == ["operation_over", "cannot_cancel"]


class TestKeepingAwake:
    async def test_puts_sleep_off_and_back(self, ada: Person, box: Box) -> None:
        kept = await ada.does("POST", f"{box.path}/keep-awake", {"seconds": 3600})
        shown = await ada.gets(box.path)
        assert shown["keep_awake_until"].startswith("2026-01-05T13:00")
        assert shown["next"]["what"] == "awake_ends"
        assert (kept["kind"], kept["state"], kept["percent"]) == ("keep_awake", "done", 100)
        assert kept["details"]["until"].startswith("2026-01-05T13:00")
        assert await ada.gets(f"/operations/{kept['id']}") == kept
        again = await ada.does("POST", f"{box.path}/keep-awake", {"seconds": 0})
        assert ((await ada.gets(box.path))["keep_awake_until"], again["details"]["until"]) == (None, None)

    async def test_leaves_alone_what_is_under_way(self, ada: Person, box: Box) -> None:
        asleep = await asked(ada, box, "hibernate")
        await ada.does("POST", f"{box.path}/keep-awake", {"seconds": 3600})
        shown = await ada.gets(box.path)
        assert (shown["operation"]["id"], shown["operation"]["state"]) == (asleep["id"], "queued")
        assert {each["kind"] for each in (await ada.gets("/metrics"))["operations"]} <= {"launch", "hibernate"}

    async def test_is_for_thirty_days_at_most_by_either_door(self, ada: Person, box: Box) -> None:
        far = "2027-01-05T12:00:00Z"
        for method, path, field in (("PATCH", "", "keep_awake_until"), ("POST", "/keep-awake", "until")):
            answer = await ada.asks(method, f"{box.path}{path}", {field: far})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)

    async def test_that_is_over_is_none_by_either_door(self, ada: Person, box: Box) -> None:
        over = "2020-01-05T12:00:00Z"
        assert (await ada.does("PATCH", box.path, {"keep_awake_until": over}))["keep_awake_until"] is None
        assert (await ada.does("POST", f"{box.path}/keep-awake", {"until": over}))["details"]["until"] is None

    @pytest.mark.parametrize("body", [{}, {"seconds": 5, "until": "2026-01-06T00:00:00Z"}, {"seconds": -1}])
    async def test_takes_one_of_two(self, ada: Person, box: Box, body: dict[str, Any]) -> None:
        answer = await ada.asks("POST", f"{box.path}/keep-awake", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "seconds")


class TestChange:
    async def test_is_kept_told_and_logged(self, ada: Person, box: Box) -> None:
        body = {
            "name": "alpaca",
            "hibernation": {"idle_seconds": 600},
            "max_price_hour": "0.75",
            "until": "2026-01-06T00:00:00Z",
        }
        changed = await ada.does("PATCH", box.path, body)
        shown = await ada.gets(box.path)
        assert (changed["name"], shown["hibernation"]["idle_seconds"], shown["max_price_hour"]) == (
            "alpaca",
            600,
            "0.75",
        )
        assert shown["hibernation_own"]["idle_seconds"] == 600
        (event,) = (await ada.gets(f"{box.path}/events"))["items"]
        assert (event["kind"], "name" in event["why"]) == ("changed", True)
        assert "Changed alpaca" in (await ada.asks("GET", "/audit")).text

    @pytest.mark.parametrize(
        ("field", "was", "new"),
        [("ssh_keys", [KEYS[0]], [KEYS[1]]), ("onstart", "nvidia-smi", "nvidia-smj")],
    )
    async def test_of_a_key_or_a_script_is_told_whatever_its_length(
        self, ada: Person, box: Box, field: str, was: Any, new: Any
    ) -> None:
        """Who may log in, and what is run: one is as long as the other."""
        for value in (was, new):
            await ada.does("PATCH", box.path, {field: value})
        events = (await ada.gets(f"{box.path}/events"))["items"]
        assert [each["why"] for each in events] == [f"Changed: {field}."] * 2
        log = await ada.asks("GET", "/audit")
        assert [each["action"] for each in log.json()["items"]].count("instance.changed") == 2
        assert "nvidia-smj" not in log.text
        assert KEYS[1].split()[1] not in log.text

    async def test_leaves_the_rest_as_it_is(self, ada: Person, box: Box) -> None:
        await ada.does("PATCH", box.path, {"max_price_hour": "0.75", "onstart": "nvidia-smi"})
        await ada.does("PATCH", box.path, {"max_price_hour": None})
        shown = await ada.gets(box.path)
        assert (shown["max_price_hour"], shown["wanted"]["onstart"]) == (None, "nvidia-smi")

    async def test_of_one_part_leaves_what_another_has_set_there(self, ada: Person, box: Box) -> None:
        """Two people, or two doors, each with their own field: nobody puts back what the other has said."""
        for said in ({"idle_seconds": 420, "sessions": False}, {"gpu_percent": 3}, {"processes": ["train"]}):
            await ada.does("PATCH", box.path, {"hibernation": said})
        for said in ({"machines": 2}, {"rounds": 2}):
            await ada.does("PATCH", box.path, {"race": said})
        shown = await ada.gets(box.path)
        own, race = shown["hibernation_own"], shown["wanted"]["race"]
        assert (own["idle_seconds"], own["gpu_percent"]) == (420, 3)
        assert (own["sessions"], own["processes"]) == (False, ["train"])
        assert (race["machines"], race["rounds"], race["seconds"]) == (2, 2, None)

    async def test_to_null_takes_back_what_was_said_otherwise_than_the_settings(self, ada: Person, box: Box) -> None:
        await ada.does("PATCH", box.path, {"hibernation": {"idle_seconds": 420, "sessions": False, "gpu_percent": 3}})
        await ada.does("PATCH", box.path, {"hibernation": {"idle_seconds": None, "sessions": None}})
        await ada.does("PATCH", box.path, {"race": {"machines": 2, "seconds": 30}})
        await ada.does("PATCH", box.path, {"race": {"machines": None}})
        shown = await ada.gets(box.path)
        own, race = shown["hibernation_own"], shown["wanted"]["race"]
        assert (own["idle_seconds"], own["sessions"], own["gpu_percent"]) == (None, True, 3)
        assert (shown["hibernation"]["idle_seconds"], race["machines"], race["seconds"]) == (180, None, 30)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": None}, "name"),
            ({"name": "UPPER"}, "name"),
            ({"until": "2020-01-01T00:00:00Z"}, "until"),
            ({"ssh_keys": ["x" * 30]}, "ssh_keys.0"),
            ({"nmae": "x"}, "nmae"),
        ],
    )
    async def test_names_the_field_that_is_wrong(self, ada: Person, box: Box, body: dict[str, Any], field: str) -> None:
        answer = await ada.asks("PATCH", box.path, body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)

    async def test_to_a_taken_name_is_refused(self, ada: Person, box: Box) -> None:
        wish = {"name": "alpaca", "filters": {}}
        await ada.does("POST", "/instances", wish)
        answer = await ada.asks("PATCH", box.path, {"name": "alpaca"})
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")

    async def test_of_one_that_is_given_up_is_refused(self, ada: Person, box: Box) -> None:
        await box.set(state="destroying", wish="destroyed")
        assert (await ada.asks("PATCH", box.path, {"name": "x"})).status_code == 409
