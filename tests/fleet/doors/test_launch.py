"""A launch, as somebody asks for it: what a dry run tells, what is written down, and what is refused with a way out."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from dumont.fleet.instances import environment
from dumont.fleet.tables import FleetInstance
from dumont.market.rules.identity import offer_id
from dumont.market.rules.query import Query
from dumont.market.shelf.shelf import Shelf
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from dumont.snapshots.tables import SnapshotRepository
from tests.build.accounts import Person
from tests.build.offers import Stall
from tests.fakes.clock import START

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmSOCUP5TLvPvMy4vAaq4QNR9pJHs5yLOc4/BlfZyPb ada"
RESTIC = {"address": "restic:s3:http://127.0.0.1:9/backups/box", "password": "p", "access_key": "a", "secret_key": "s"}
ANY: dict[str, Any] = {"filters": {"model": ["RTX 4090"]}, "ssh_keys": [PUBLIC]}


def codes(plan: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in plan["warnings"]}


async def planned(person: Person, **wish: Any) -> dict[str, Any]:
    answer = await person.asks("POST", "/instances", {**ANY, **wish, "dry_run": True})
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()["plan"]
    return plan


async def refused(person: Person, status: int, **wish: Any) -> dict[str, Any]:
    answer = await person.asks("POST", "/instances", {**ANY, **wish})
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


class TestDryRun:
    async def test_shows_who_would_race_and_in_which_round(self, ada: Person) -> None:
        plan = await planned(ada, race={"machines": 2, "rounds": 2})
        assert [(each["machine_id"], each["round"]) for each in plan["candidates"]] == [
            ("m1", 1),
            ("m2", 1),
            ("m3", 2),
            ("m4", 2),
        ]
        assert (plan["machines"], plan["rounds"], plan["fitting"]) == (2, 2, 6)
        assert plan["can_launch"] is True

    async def test_tells_the_cost_of_the_race_and_how_it_was_worked_out(self, ada: Person) -> None:
        plan = await planned(ada, race={"machines": 2, "rounds": 1, "seconds": 90})
        # of two machines one loses: half of both prices, for the minute that is assumed of unknown ones
        assert Decimal(plan["race"]["expected"]) == (Decimal("0.86") / 2 / 60).quantize(Decimal("0.000001"))
        assert Decimal(plan["race"]["at_most"]) == Decimal("0.86") * 90 / 3600
        assert plan["race"]["expected_seconds"] is None
        assert "1 loser" in plan["race"]["how"]
        assert "assumed" in plan["race"]["how"]

    async def test_tells_what_the_second_machine_costs_that_is_asked_for_or_usual(self, ada: Person) -> None:
        assert (await planned(ada))["standby"] is None
        small = (await planned(ada, standby={"enabled": True}))["standby"]
        assert small == {"kind": "cpu", "provider": "gcp", "price_hour": None}
        await ada.does("PUT", "/standby", {"enabled": True, "kind": "gpu"})
        for wish in ({}, {"standby": {"enabled": True}}):
            warm = (await planned(ada, **wish))["standby"]
            assert (warm["kind"], warm["provider"]) == ("gpu", "vast")
            assert Decimal(warm["price_hour"]) > 0
        assert (await planned(ada, standby={"enabled": False}))["standby"] is None

    async def test_tells_what_a_day_costs_awake_and_mostly_asleep(self, ada: Person) -> None:
        prices = (await planned(ada, disk_gb=72))["prices"]
        hour = Decimal("0.42") + Decimal("0.15") * 72 / 720
        assert Decimal(prices["hour"]) == hour
        assert Decimal(prices["day"]) == 24 * hour
        assert 8 * hour < Decimal(prices["day_hibernating"]) < 9 * hour

    async def test_says_what_was_left_out_and_what_will_not_work(self, ada: Person) -> None:
        plan = await planned(ada, ssh_keys=[], race={"machines": 8})
        assert codes(plan) == {"no_key", "no_ssh_key", "few_machines", "no_public_address"}
        key = next(each for each in plan["warnings"] if each["code"] == "no_key")
        assert (key["count"], "RunPod" in key["message"], "Provider keys" in key["hint"]) == (1, True, True)

    async def test_says_of_an_end_without_a_time_that_it_never_comes(self, ada: Person) -> None:
        (caution,) = [
            each for each in (await planned(ada, until_action="destroy"))["warnings"] if each["code"] == "no_end"
        ]
        assert "no end" in caution["message"]
        for wish in ({}, {"until_action": "destroy", "ttl_seconds": 3600}, {"until_action": "hibernate"}):
            assert "no_end" not in codes(await planned(ada, **wish))

    async def test_leaves_blacklisted_machines_out_and_counts_them(self, ada: Person) -> None:
        block = {"provider": "vast", "machine_id": "m1", "reason": "Its disk is slow."}
        await ada.does("POST", "/machines/history/blacklist", block)
        plan = await planned(ada)
        assert "m1" not in {each["machine_id"] for each in plan["candidates"]}
        assert next(each["count"] for each in plan["warnings"] if each["code"] == "blacklisted_left_out") == 1

    async def test_races_for_the_chosen_offer_first(self, ada: Person) -> None:
        plan = await planned(ada, offer_id=str(offer_id("vast", "5")))
        assert plan["candidates"][0]["machine_id"] == "m5"

    async def test_leaves_clouds_out_that_do_not_start_the_image(self, ada: Person) -> None:
        plan = await planned(ada, image="pytorch/pytorch:latest")
        assert (plan["can_launch"], "no_images" in codes(plan)) == (True, False)
        plan = await planned(ada, image="ami-0123456789abcdef0")  # for a whole machine at one cloud alone
        assert (plan["can_launch"], plan["candidates"]) == (False, [])
        whole = next(each for each in plan["warnings"] if each["code"] == "no_images")
        assert (whole["count"], "Vast" in whole["message"]) == (6, True)

    async def test_says_of_a_cloud_without_agents_that_nothing_can_live_there(self, ada: Person) -> None:
        plan = await planned(ada, filters={"provider": ["ionet"]})
        assert (plan["can_launch"], "not_rentable" in codes(plan)) == (False, True)

    async def test_warns_where_nothing_could_be_saved_and_so_does_the_launch(self, ada: Person, db: Db) -> None:
        sealed, owner = "repository_encrypted", UUID(await ada.id())
        assert sealed not in codes(await planned(ada))
        async with db.begin() as tx:
            tx.add(SnapshotRepository(id=owner, user_id=owner, created_at=START, encrypted=True))
        plan = await planned(ada)
        assert plan["warnings"][0]["code"] == sealed
        assert "restic" in plan["warnings"][0]["hint"]
        launched = await ada.asks("POST", "/instances", ANY)
        assert launched.status_code == 202
        assert launched.json()["warnings"][0] == plan["warnings"][0]

    async def test_says_why_it_can_not_be_launched(self, ada: Person) -> None:
        plan = await planned(ada, max_price_hour="0.1")
        assert (plan["can_launch"], plan["candidates"], plan["race"], plan["prices"]) == (False, [], None, None)

    @pytest.mark.parametrize(
        ("hour", "model", "code"), [("0.10", "RTX 4090", "over_budget"), ("9", "RTX 4080", "nothing_fits")]
    )
    async def test_tells_what_the_launch_itself_would_be_refused_with(
        self, ada: Person, hour: str, model: str, code: str
    ) -> None:
        await ada.does("PUT", "/budgets", {"max_price_hour": hour})
        plan, filters = await planned(ada, filters={"model": [model]}), {"model": [model]}
        problem = await refused(ada, 402 if code == "over_budget" else 409, filters=filters)
        assert (plan["can_launch"], problem["code"]) == (False, code)
        assert plan["stopped"] == {"code": code, "message": problem["detail"], "hint": problem["hint"]}

    async def test_knows_no_cloud_that_is_not_there(self, ada: Person) -> None:
        problem = await refused(ada, 422, filters={"provider": ["vast", "nix"]}, dry_run=True)
        assert problem["errors"][0]["field"] == "filters.provider"
        assert "nix" in problem["detail"]
        assert "vast" in problem["hint"]

    async def test_writes_nothing(self, ada: Person) -> None:
        await planned(ada)
        assert (await ada.gets("/instances"))["items"] == []


class TestLaunch:
    async def test_answers_at_once_with_the_instance_and_its_operation(self, ada: Person) -> None:
        made = await ada.does("POST", "/instances", {**ANY, "name": "llama"})
        instance, operation = made["instance"], made["operation"]
        assert (instance["name"], instance["state"], instance["wish"]) == ("llama", "launching", "running")
        assert (operation["kind"], operation["state"], operation["instance_id"]) == ("launch", "queued", instance["id"])
        assert operation["plan"][0] == "choosing"
        assert (made["dry_run"], made["plan"]) == (False, None)
        (event,) = (await ada.gets(f"/instances/{instance['id']}/events"))["items"]
        assert (event["to_state"], event["who"]) == ("launching", f"user:{await ada.id()}")

    async def test_invents_a_name(self, ada: Person) -> None:
        names = {(await ada.does("POST", "/instances", ANY))["instance"]["name"] for _ in range(2)}
        assert len(names) == 2

    async def test_is_not_done_twice_for_one_key(self, ada: Person) -> None:
        answers = [await ada.asks("POST", "/instances", ANY, headers={"idempotency-key": "once"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len((await ada.gets("/instances"))["items"]) == 1

    async def test_keeps_the_environment_sealed(self, ada: Person, db: Db, parts: Parts) -> None:
        made = await ada.does("POST", "/instances", {**ANY, "env": {"HF_TOKEN": "hf_verysecret"}})
        shown = await ada.asks("GET", f"/instances/{made['instance']['id']}")
        assert shown.json()["env_names"] == ["HF_TOKEN"]
        assert "verysecret" not in shown.text
        async with db.begin() as tx:
            row = (await tx.execute(select(FleetInstance))).scalar_one()
        assert "verysecret" not in str(row.wanted)
        assert environment.of(parts.get(Vault), row) == {"HF_TOKEN": "hf_verysecret"}

    async def test_gives_it_one_host_key_for_its_life(self, ada: Person) -> None:
        made = await ada.does("POST", "/instances", ANY)
        shown = await ada.gets(f"/instances/{made['instance']['id']}")
        assert shown["host_key"].startswith("ssh-ed25519 ")

    async def test_may_be_for_a_team(self, ada: Person) -> None:
        team = (await ada.does("POST", "/teams", {"name": "Lab"}))["id"]
        made = await ada.does("POST", "/instances", {**ANY, "team_id": team})
        assert made["instance"]["owner"] == {"kind": "team", "id": team}
        assert len((await ada.gets(f"/instances?team_id={team}"))["items"]) == 1

    async def test_is_in_the_log_without_its_secrets(self, ada: Person) -> None:
        await ada.does("POST", "/instances", {**ANY, "name": "llama", "env": {"A": "hf_verysecret"}})
        log = await ada.asks("GET", "/audit")
        assert "Launched llama" in log.text
        assert "verysecret" not in log.text


class TestRefusal:
    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"filters": {"modle": ["x"]}}, "filters.modle"),
            ({"filters": {"model": ["RTX 9999 Ultra"]}}, "filters.model"),
            ({"filters": {"min_price": 3, "max_price": 1}}, "filters.min_price"),
            ({"ssh_keys": [PUBLIC, "ssh-ed25519 AAAAC3NzaC1lZDI1"]}, "ssh_keys.1"),
            ({"ssh_keys": ["-----BEGIN OPENSSH PRIVATE KEY-----"]}, "ssh_keys.0"),
            ({"name": "No Spaces"}, "name"),
            ({"env": {"DUMONT_SERVER": "x"}}, "env.DUMONT_SERVER"),
            ({"until": "2020-01-01T00:00:00Z"}, "until"),
            ({"until": "2030-01-01T00:00:00Z", "ttl_seconds": 600}, "ttl_seconds"),
            ({"offer_id": str(UUID(int=1))}, "offer_id"),
            ({"disk_gb": 0}, "disk_gb"),
            ({"standby": {"enabled": True, "provider": "nowhere"}}, "standby.provider"),
            ({"restic": RESTIC}, "restic.address"),
        ],
    )
    async def test_names_the_field(self, ada: Person, wish: dict[str, Any], field: str) -> None:
        problem = await refused(ada, 422, **wish)
        assert field in [error["field"] for error in problem["errors"]]

    async def test_of_a_restic_repository_that_can_not_be_looked_into_says_so_at_once(self, ada: Person) -> None:
        assert (await refused(ada, 422, restic=RESTIC))["code"] == "restic_private_address"
        assert (await ada.gets("/instances"))["items"] == []
        path = f"/instances/{(await ada.does('POST', '/instances', ANY))['instance']['id']}"
        changed = await ada.asks("PATCH", path, {"restic": RESTIC})
        assert (changed.status_code, changed.json()["code"]) == (422, "restic_private_address")

    async def test_of_a_taken_name_leaves_the_way_out(self, ada: Person) -> None:
        await ada.does("POST", "/instances", {**ANY, "name": "llama"})
        problem = await refused(ada, 409, name="llama")
        assert (problem["code"], "another name" in problem["hint"]) == ("name_taken", True)

    async def test_says_where_a_key_is_added(self, eve: Person) -> None:
        problem = await refused(eve, 409)
        assert (problem["code"], "Provider keys" in problem["hint"]) == ("nothing_fits", True)

    async def test_is_made_by_the_budget(self, ada: Person) -> None:
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.2"})
        problem = await refused(ada, 402)
        assert problem["code"] == "over_budget"
        assert "leaves $0.2000, and the cheapest machine that fits costs $0.4" in problem["detail"]
        assert (await planned(ada))["can_launch"] is False

    async def test_is_not_made_while_cheaper_machines_fit_the_budget(self, ada: Person) -> None:
        await ada.does("PUT", "/budgets", {"max_price_hour": "0.47"})
        plan = await planned(ada)
        assert [each["machine_id"] for each in plan["candidates"]] == ["m1", "m2"]
        (caution,) = [each for each in plan["warnings"] if each["code"] == "beyond_budget"]
        assert (caution["count"], "$0.4700 an hour" in caution["message"]) == (4, True)
        await ada.does("POST", "/instances", ANY)

    async def test_searches_no_more_for_a_budget_but_before_it_is_made(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Then once more, as cheaper ones may lie farther behind."""
        searches: list[Decimal | None] = []
        find = Shelf.find

        def counted(shelf: Shelf, query: Query, *given: Any, **more: Any) -> Any:
            searches.append(query.max_price)
            return find(shelf, query, *given, **more)

        monkeypatch.setattr(Shelf, "find", counted)
        made = []
        for limit in (None, "0.47", "0.2"):
            await ada.does("PUT", "/budgets", {"max_price_hour": limit})
            searches.clear()
            await planned(ada)
            made.append([*searches])
        without, within, beyond = made
        assert within == without
        assert [each for each in beyond if each is not None] == [Decimal("0.2")]
        assert len(beyond) == len(without) + 1

    async def test_of_a_team_that_is_not_yours(self, ada: Person, eve: Person) -> None:
        team = (await ada.does("POST", "/teams", {"name": "Lab"}))["id"]
        assert (await refused(eve, 404, team_id=team))["code"] == "not_found"

    async def test_is_made_while_no_offers_are_known(self, ada: Person, stall: Stall, api: httpx.AsyncClient) -> None:
        stall.away = ConnectionError("gone")
        assert (await refused(ada, 503))["code"] == "market_not_loaded"
