"""What a page of instances shows, and the page of one: its machine, money, use, race, proof and way in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from dumont.fleet.tables import (
    FleetBeat,
    FleetCost,
    FleetInstance,
    FleetMinute,
    FleetRace,
    FleetSchedule,
    FleetStandby,
)
from dumont.platform.db import Db
from tests.build.accounts import Person
from tests.fleet.doors.conftest import Box


async def row_of(person: Person) -> dict[str, Any]:
    (found,) = (await person.gets("/instances"))["items"]
    return dict(found)


async def beat(box: Box, db: Db, **other: Any) -> None:
    gpus = [
        {"index": number, "utilisation": share, "memory_used_mb": 6000.0, "memory_total_mb": 24000.0}
        for number, share in enumerate((90.0, 70.0))
    ]
    sample = {"gpus": gpus, "cpu_percent": 12.0, "ram_used_mb": 16.0, "ram_total_mb": 64.0}
    values: dict[str, Any] = {
        "received_at": box.now,
        "at": box.now,
        "boot": "a",
        "seq": 1,
        "version": "1",
        "sample": sample,
        "quiet": [],
        "rule": "",
        "limits": [],
        "idle_seconds": 180.0,
        "minute": box.now,
        "sums": [],
    }
    await box.add(FleetBeat(rental_id=box.rental_id, instance_id=box.id, **{**values, **other}))


class TestRow:
    async def test_tells_the_machine_and_what_it_costs(self, ada: Person, box: Box) -> None:
        found = await row_of(ada)
        machine = found["machine"]
        assert (found["name"], found["state"], found["why"]) == ("llama", "running", "It won.")
        assert (machine["gpu_name"], machine["gpu_count"], machine["region"], machine["held"]) == (
            "RTX 4090",
            2,
            "Sweden, SE",
            True,
        )
        assert (Decimal(found["price_hour"]), Decimal(found["cost"]), found["machines"]) == (
            Decimal("0.5"),
            Decimal("0.5"),
            1,
        )

    async def test_counts_what_ended_machines_have_cost(self, ada: Person, box: Box) -> None:
        ended = await box.rental(role="racer", stage="ended", ended_at=box.now, why_ended="lost_race")
        await box.costs(ended, "1", hours=2, until=box.now - timedelta(hours=1))
        found = await row_of(ada)
        assert (Decimal(found["price_hour"]), Decimal(found["cost"])) == (Decimal("0.5"), Decimal("1.5"))

    async def test_shows_how_busy_it_is_and_was(self, ada: Person, box: Box, db: Db) -> None:
        await beat(box, db)
        before = box.now - timedelta(minutes=1)
        sums = dict.fromkeys(
            ("gpu_max", "gpu_memory_sum", "power_sum", "ram_sum", "disk_max", "net_in_sum", "net_out_sum"), 0.0
        )
        minute = {"samples": 6, "gpu_samples": 6, "gpu_sum": 480.0, "cpu_sum": 60.0, **sums}
        await box.add(FleetMinute(instance_id=box.id, minute=before, rental_id=box.rental_id, **minute))
        use = (await row_of(ada))["utilisation"]
        assert (use["gpu_percent"], use["gpu_memory_percent"], use["cpu_percent"], use["ram_percent"]) == (
            80,
            25,
            12,
            25,
        )
        assert (len(use["gpu"]), use["gpu"][-2:], use["cpu"][-2:]) == (30, [80.0, None], [10.0, None])

    async def test_of_one_that_sleeps_shows_the_machine_that_it_had(self, ada: Person, box: Box) -> None:
        await box.set_rental(stage="ended", wanted="gone", ended_at=box.now, why_ended="hibernated")
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        machine = (await row_of(ada))["machine"]
        assert (machine["gpu_name"], machine["held"]) == ("RTX 4090", False)

    async def test_is_not_shown_once_destroyed_unless_it_is_asked_for(self, ada: Person, box: Box) -> None:
        await box.set(state="destroyed", wish="destroyed", destroyed_at=box.now)
        assert (await ada.gets("/instances"))["items"] == []
        assert len((await ada.gets("/instances?state=destroyed"))["items"]) == 1
        assert len((await ada.gets("/instances?state=destroyed&state=failed"))["items"]) == 1, "in whichever order"
        assert len((await ada.gets("/instances?state=failed&state=destroyed"))["items"]) == 1
        assert (await ada.gets("/instances?state=running&state=failed"))["items"] == []
        assert (await ada.gets(box.path))["state"] == "destroyed"

    async def test_is_found_by_its_name(self, ada: Person, box: Box) -> None:
        assert len((await ada.gets("/instances?name=llama"))["items"]) == 1
        assert (await ada.gets("/instances?name=other"))["items"] == []

    async def test_comes_in_pages(self, ada: Person, box: Box, db: Db) -> None:
        for _ in range(2):
            await box.add(await _another(box))
        first = await ada.gets("/instances?limit=2")
        rest = await ada.gets(f"/instances?limit=2&cursor={first['next_cursor']}")
        assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


async def _another(box: Box) -> Any:
    return FleetInstance(
        id=uuid4(),
        owner_id=box.owner_id,
        user_id=box.owner_id,
        name=f"box-{uuid4().hex[:6]}",
        state="running",
        state_since=box.now,
        wish="running",
        look_at=box.now,
        wanted={},
        host_key_sealed="",
        host_key_public="",
        created_at=box.now,
    )


class TestNext:
    async def test_is_the_sleep_that_idleness_brings(self, ada: Person, box: Box, db: Db) -> None:
        await box.set(use_seen_at=box.now - timedelta(minutes=30), warned_at=box.now - timedelta(seconds=70))
        await beat(box, db, quiet_since=box.now - timedelta(seconds=60), used_at=box.now - timedelta(minutes=2))
        coming = (await row_of(ada))["next"]
        assert (coming["what"], coming["text"]) == ("hibernate", "Hibernates in 2 minutes.")

    async def test_is_the_wake_that_a_schedule_brings(self, ada: Person, box: Box) -> None:
        await box.set(state="hibernated", wish="hibernated", released_at=box.now)
        times = {
            "cron": "0 8 * * *",
            "timezone": "UTC",
            "next_at": box.now + timedelta(hours=20),
            "created_at": box.now,
        }
        await box.add(FleetSchedule(id=uuid4(), instance_id=box.id, action="wake", **times))
        coming = (await row_of(ada))["next"]
        assert (coming["what"], coming["text"]) == ("wake", "Wakes on 2026-01-06 at 08:00 UTC.")

    async def test_is_the_next_try_of_what_failed(self, ada: Person, box: Box) -> None:
        await box.set(retry_at=box.now + timedelta(seconds=30), error_code="x", error_message="No.", tries=1)
        found = await row_of(ada)
        assert (found["next"]["what"], found["next"]["text"]) == ("retry", "Is tried again in 30 s.")
        assert found["error"] == {"code": "x", "message": "No.", "hint": None}

    async def test_is_its_end_where_one_is_set(self, ada: Person, box: Box) -> None:
        await box.set(until_at=box.now + timedelta(minutes=10), until_action="destroy")
        assert (await row_of(ada))["next"]["text"] == "Is destroyed in 10 minutes."


class TestDetail:
    async def test_shows_everything_around_it(self, ada: Person, box: Box) -> None:
        standby = {"enabled": True, "kind": "cpu", "provider": "gcp", "machine_type": "e2-medium", "sync_seconds": 60}
        await box.add(
            FleetStandby(instance_id=box.id, state="synced", changed_at=box.now, synced_at=box.now, **standby)
        )
        shown = await ada.gets(box.path)
        assert shown["standby"]["state"] == "synced"
        assert [rental["provider_machine_id"] for rental in shown["rentals"]] == ["7654321"]
        assert shown["hibernation"]["idle_seconds"] == 180
        assert shown["connection"]["host"] == "ssh5.vast.ai"
        assert (shown["race"], shown["commands"], shown["env_names"]) == (None, [], [])


class TestConnection:
    async def test_is_the_same_name_and_key_wherever_it_is(self, ada: Person, box: Box) -> None:
        way = await ada.gets(f"{box.path}/connect")
        assert (way["host"], way["port"], way["user"], way["name"]) == ("ssh5.vast.ai", 41022, "root", "llama")
        assert way["known_hosts"].startswith(f"dumont-{box.id} ssh-ed25519 ")
        assert f"HostKeyAlias dumont-{box.id}" in way["ssh_config"]
        assert way["has_ssh_keys"] is False
        assert way["command"].endswith("-p 41022 root@ssh5.vast.ai")

    async def test_is_not_there_while_it_sleeps_and_the_answer_says_what_to_do(self, ada: Person, box: Box) -> None:
        await box.set(state="hibernated", wish="hibernated", primary_rental_id=None)
        answer = await ada.asks("GET", f"{box.path}/connect")
        assert (answer.status_code, answer.json()["code"], answer.json()["hint"]) == (409, "no_way_in", "Wake it.")


class TestRace:
    @pytest.fixture
    async def race_id(self, box: Box) -> UUID:
        """Three machines for a minute: one has won, one is gone, one is being ended."""
        identity, began = uuid4(), box.now - timedelta(seconds=60)
        shape = {"batch": 3, "rounds_max": 2, "round_seconds": 90, "round": 1, "round_began_at": began}
        ends = {
            "ended_at": box.now - timedelta(seconds=20),
            "winner_id": box.rental_id,
            "expected_cost": Decimal("0.01"),
        }
        await box.add(
            FleetRace(
                id=identity, instance_id=box.id, attempt_type="deploy", state="won", started_at=began, **shape, **ends
            )
        )
        at = {"created_at": began, "attempted_at": began, "accepted_at": began + timedelta(seconds=2)}
        running = {"running_at": began + timedelta(seconds=30), "agent_at": began + timedelta(seconds=40)}
        await box.set_rental(race_id=identity, round=1, **at, **running)
        lost = {"role": "racer", "race_id": identity, "round": 1, "wanted": "gone", **at}
        gone = await box.rental(**lost, stage="ended", ended_at=box.now - timedelta(seconds=5), why_ended="lost_race")
        await box.costs(gone, "3.6", hours=1 / 60, until=box.now - timedelta(seconds=10))
        await box.rental(**lost, stage="ending", end_asked_at=box.now - timedelta(seconds=10))
        return identity

    async def test_shows_a_lane_for_each_machine(self, ada: Person, box: Box, race_id: UUID) -> None:
        race = await ada.gets(f"{box.path}/race")
        assert sorted(lane["lane"] for lane in race["lanes"]) == ["destroyed", "ending", "winner"]
        winner = next(lane for lane in race["lanes"] if lane["winner"])
        assert winner["stages"] == {"waiting": 0, "creating": 2, "booting": 28, "agent": 10}
        assert (race["seconds"], Decimal(race["cost"])) == (40, Decimal("0.05"))

    async def test_has_a_receipt_that_waits_for_every_loser_to_be_gone(
        self, ada: Person, box: Box, race_id: UUID
    ) -> None:
        receipt = await ada.gets(f"{box.path}/receipt?race_id={race_id}")
        assert (receipt["entrants"], receipt["confirmed"], receipt["settled"]) == (3, 1, False)
        assert (Decimal(receipt["losers_cost"]), receipt["losers_seconds"]) == (Decimal("0.05"), 55)
        assert receipt["winner"]["rental_id"] == str(box.rental_id)

    async def test_is_not_found_before_there_was_one(self, ada: Person, box: Box) -> None:
        for path in ("race", "receipt", f"race?race_id={uuid4()}"):
            assert (await ada.asks("GET", f"{box.path}/{path}")).status_code == 404


class TestProof:
    async def test_names_what_still_costs_and_goes_on_until_it_is_zero(self, ada: Person, box: Box) -> None:
        proof = await ada.does("DELETE", box.path)
        (still,) = proof["still_costs"]
        assert (proof["zero"], proof["confirmed_gone"], proof["operation"]["kind"]) == (False, [], "destroy")
        assert (still["provider_machine_id"], Decimal(still["price_hour"])) == ("7654321", Decimal("0.5"))
        await box.set_rental(wanted="gone", end_asked_at=box.now, stage="ending")
        assert "two complete lists" in (await ada.gets(f"{box.path}/proof"))["still_costs"][0]["why"]

    async def test_is_all_zero_once_the_clouds_have_confirmed_it(self, ada: Person, box: Box, db: Db) -> None:
        await ada.does("DELETE", box.path)
        await _close_costs(box)
        await box.set_rental(
            wanted="gone", stage="ended", ended_at=box.now, why_ended="destroyed", attempted_at=box.now
        )
        never = await box.rental(role="racer", stage="ended", ended_at=box.now, why_ended="never_made")
        await box.set(state="destroyed", destroyed_at=box.now)
        for proof in (await ada.gets(f"{box.path}/proof"), await ada.does("DELETE", box.path)):
            assert (proof["zero"], proof["still_costs"], Decimal(proof["cost"])) == (True, [], Decimal("0.5"))
            by = {gone["rental_id"]: gone["confirmed_by"] for gone in proof["confirmed_gone"]}
            assert by == {str(box.rental_id): "listing", str(never): "never_made"}

    async def test_counts_the_snapshots_that_are_kept(self, ada: Person, box: Box) -> None:
        await ada.does("POST", "/snapshots", {"path": "/workspace", "instance_id": str(box.id)})
        await _complete(box, 2_000_000_000)
        storage = (await ada.gets(f"{box.path}/proof"))["storage"]
        assert (storage["snapshots"], storage["bytes"], Decimal(storage["cost_month"]) > 0) == (1, 2_000_000_000, True)


async def _close_costs(box: Box) -> None:
    async with box.db.begin() as tx:
        await tx.execute(update(FleetCost).values(until=box.now))


async def _complete(box: Box, unique_bytes: int) -> None:

    statement = text(
        "UPDATE snapshots SET state = 'complete', completed_at = :now, unique_bytes = :size, manifest = :name"
    )
    async with box.db.begin() as tx:
        await tx.execute(statement, {"now": box.now, "size": unique_bytes, "name": "ab" * 32})
