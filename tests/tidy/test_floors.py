"""Imports that the house forbids are caught in any folder, also in one that nobody has thought of yet."""

from collections.abc import Callable

import pytest

from tests.tidy import floors

Caught = Callable[..., list[str]]


class TestDoors:
    @pytest.mark.parametrize("door", ["store", "tables", "api", "jobs", "listeners", "agent_api"])
    @pytest.mark.parametrize("way", ["from dumont.wallet import {}", "from dumont.wallet.{} import a"])
    def test_of_a_context_are_its_own(self, caught: Caught, door: str, way: str) -> None:
        found = caught(floors.doors, {"dumont/fleet/launch.py": "import re\n" + way.format(door)})

        assert found == [
            f"dumont/fleet/launch.py:2: doors: `dumont.wallet.{door}` belongs to `wallet` alone: call a use case "
            "through its face (`from dumont import wallet`), or listen to its event."
        ]

    def test_are_not_reached_through_the_face(self, caught: Caught) -> None:
        source = "from dumont import wallet\n\n\ndef launch():\n    wallet.store.post()\n"

        found = caught(floors.doors, {"dumont/fleet/launch.py": source})

        assert [line.split(": call")[0] for line in found] == [
            "dumont/fleet/launch.py:5: doors: `dumont.wallet.store` belongs to `wallet` alone"
        ]

    def test_of_a_new_folder_are_watched_too(self, caught: Caught) -> None:
        assert len(caught(floors.doors, {"dumont/fleet/launch.py": "from dumont.novelty import store\n"})) == 1

    def test_are_open_to_the_list_of_contexts_only(self, caught: Caught) -> None:
        source = "from dumont.wallet import api, jobs, tables\n"

        found = caught(floors.doors, {"dumont/main/contexts.py": source, "dumont/main/web.py": source})

        assert {line.split(": ")[0] for line in found} == {"dumont/main/web.py:1"}

    def test_leave_faces_rules_and_the_platform(self, caught: Caught) -> None:
        source = """
            from dumont import wallet
            from dumont.platform.db.tables import Base
            from dumont.platform.jobs.port import Job
            from dumont.reliability.rules import score
            from dumont.fleet import store

            wallet.ledger.post()
        """

        assert caught(floors.doors, {"dumont/fleet/launch.py": source}) == []


class TestRooms:
    @pytest.mark.parametrize(
        ("path", "target", "sentence"),
        [
            ("store", "api", "the store knows a door (`dumont.wallet.api`)"),
            ("store", "charge", "the store knows a use case (`dumont.wallet.charge`)"),
            ("tables", "store", "the tables module knows the store (`dumont.wallet.store`)"),
            ("rules/fees", "store", "a rule knows the store (`dumont.wallet.store`)"),
            ("charge", "jobs", "a use case knows a door (`dumont.wallet.jobs`)"),
            ("__init__", "api", "the face knows a door (`dumont.wallet.api`)"),
        ],
    )
    def test_are_not_entered_backwards(self, caught: Caught, path: str, target: str, sentence: str) -> None:
        found = caught(floors.rooms, {f"dumont/wallet/{path}.py": f"import re\nfrom dumont.wallet import {target}\n"})

        assert found == [
            f"dumont/wallet/{path}.py:2: rooms: {sentence}: inside a folder calls go from doors to use cases "
            "to store and rules."
        ]

    def test_are_seen_through_relative_imports(self, caught: Caught) -> None:
        files = {
            "dumont/wallet/store.py": "from . import api\n",
            "dumont/wallet/rules/fees.py": "from ..jobs import a\n",
        }

        assert len(caught(floors.rooms, files)) == 2

    def test_are_entered_in_the_order_of_a_request(self, caught: Caught) -> None:
        files = {
            "dumont/wallet/api.py": "from dumont.wallet import charge, store, jobs\nimport dumont.wallet.rules\n",
            "dumont/wallet/charge.py": "from dumont.wallet import store, ledger\nfrom dumont.wallet.rules import a\n",
            "dumont/wallet/store.py": "from dumont.wallet.tables import A\nfrom dumont.wallet.rules.fees import B\n",
            "dumont/wallet/__init__.py": "from dumont.wallet import charge\n",
        }

        assert caught(floors.rooms, files) == []


class TestSql:
    def test_is_written_in_the_store_only(self, caught: Caught) -> None:
        source = "from sqlalchemy import select\n"
        names = ("store", "tables", "charge", "api", "rules/fees")

        found = caught(floors.sql_in_the_store, {f"dumont/wallet/{name}.py": source for name in names})

        assert found == [
            f"dumont/wallet/{name}.py:1: sql-in-the-store: `sqlalchemy.select` outside store.py: write a function "
            "there, named by what is asked."
            for name in ("api", "charge", "rules/fees")
        ]

    def test_has_no_relationships(self, caught: Caught) -> None:
        source = "from sqlalchemy.orm import Mapped, relationship\n"

        assert caught(floors.relationships, {"dumont/wallet/tables.py": source}) == [
            "dumont/wallet/tables.py:1: relationships: an ORM relationship: use a foreign key, "
            "and a query in the store."
        ]


class TestRequests:
    def test_wait_for_nobody(self, caught: Caught) -> None:
        files = {f"dumont/fleet/{name}.py": "import httpx\n" for name in ("api", "agent_api", "jobs", "launch")}

        assert caught(floors.waiting_doors, files) == [
            f"dumont/fleet/{name}.py:1: waiting-doors: `httpx` in a request: a request never waits for others, "
            "a job does."
            for name in ("agent_api", "api")
        ]


class TestPurity:
    @pytest.mark.parametrize(
        "target",
        ["sqlalchemy", "fastapi", "httpx", "asyncpg", "os", "asyncio", "dumont.platform.work", "dumont.wallet.ledger"],
    )
    def test_of_rules_is_broken(self, caught: Caught, target: str) -> None:
        files = {
            "dumont/novelty/rules/fees.py": f"import re\nimport {target}\n",
            "dumont/wallet/rules.py": "import re\n",
        }

        assert caught(floors.pure_rules, files) == [
            f"dumont/novelty/rules/fees.py:2: pure-rules: `{target}` in rules: they know the standard library without "
            "its I/O, basics, numbers and other rules; take what you need as an argument."
        ]

    def test_of_rules_is_kept(self, caught: Caught) -> None:
        source = """
            from decimal import Decimal
            import numpy as np
            from dumont.basics import money
            from dumont.basics.errors import Invalid
            from dumont.reliability.rules import score
            from dumont.wallet.rules.fees import fee
        """

        assert caught(floors.pure_rules, {"dumont/wallet/rules/split.py": source}) == []

    @pytest.mark.parametrize("target", ["httpx", "numpy", "socket", "dumont.platform.settings"])
    def test_of_basics_is_broken(self, caught: Caught, target: str) -> None:
        assert caught(floors.pure_basics, {"dumont/basics/money.py": f"import re\nimport {target}\n"}) == [
            f"dumont/basics/money.py:2: pure-basics: `{target}` in basics: it stands on the standard library "
            "(and pydantic) without I/O."
        ]

    def test_of_basics_is_kept(self, caught: Caught) -> None:
        source = "import decimal\nfrom pydantic import BaseModel\nfrom dumont.basics.errors import Invalid\n"

        assert caught(floors.pure_basics, {"dumont/basics/money.py": source}) == []


class TestLibraries:
    def test_of_others_are_not_for_the_agent(self, caught: Caught) -> None:
        source = "import os\nimport httpx\nfrom dumont.snapstore import backup\n"

        assert caught(floors.bare_agent, {"dumont/agent/main.py": source}) == [
            "dumont/agent/main.py:2: bare-agent: `httpx` is not there on a bare machine: use the library."
        ]

    @pytest.mark.parametrize(
        ("folder", "library", "hosts"),
        [
            ("fleet", "client", "cli"),
            ("market", "simulators", "main"),
            ("wallet", "agent", "fleet and main"),
            ("wallet", "snapstore", "agent and cli and main and snapshots"),
            ("platform", "cli", "__main__"),
            ("platform", "main", "__main__"),
        ],
    )
    def test_are_guests_of_few(self, caught: Caught, folder: str, library: str, hosts: str) -> None:
        assert caught(floors.guests, {f"dumont/{folder}/a.py": f"from dumont import {library}\n"}) == [
            f"dumont/{folder}/a.py:1: guests: `{folder}` imports `dumont.{library}`: that is for {hosts} only."
        ]

    def test_are_welcome_where_they_belong(self, caught: Caught) -> None:
        files = {
            "dumont/cli/wallet.py": "from dumont.client import Client\nfrom dumont.snapstore import pack\n",
            "dumont/main/commands/up.py": "from dumont.simulators import serve\nfrom dumont.main import web\n",
            "dumont/__main__.py": "from dumont.cli import wallet\nfrom dumont.main.commands import up\n",
            "dumont/agent/main.py": "from dumont.snapstore import backup\n",
        }

        assert caught(floors.guests, files) == []
