"""The contracts of import-linter catch what they are for, on the whole tree of the architecture."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph, build_graph
from importlinter import api as importlinter
from importlinter.application.use_cases import _register_contract_types, read_user_options
from importlinter.domain.contract import registry

ROOT = Path(__file__).parents[2]
FLOORS, CLI, LIBRARIES, INSIDE, RULES, CIRCLES = (
    "Floors:",
    "The command line",
    "The client, the simulators",
    "Inside a context",
    "Rules are pure",
    "No circles",
)
FOLDERS = [
    *("__main__", "main", "cli", "notices", "booking", "clusters", "fleet", "market", "engines", "feedback"),
    "forecasting",
    *("pricing", "reliability", "snapshots", "wallet", "accounts", "providers", "platform", "agent", "client"),
    *("simulators", "snapstore", "basics"),
]
CONTEXT = ("api", "jobs", "store", "tables", "charge", "rules", "rules.fees")
ALLOWED = {
    "main.contexts": ["wallet.api", "fleet.jobs", "booking", "accounts.tables"],
    "__main__": ["main", "cli"],
    "cli.wallet": ["client.session", "snapstore.pack", "forecasting.rules.skill", "basics.money"],
    "booking.reserve": ["fleet", "wallet.ledger", "reliability.rules.score"],
    "wallet.api": ["wallet.charge", "wallet.jobs", "accounts.guard"],
    "wallet.charge": ["wallet.ledger", "wallet.store", "wallet.rules.fees", "platform.work"],
    "wallet.store": ["wallet.tables", "wallet.rules.fees"],
    "agent.protocol": ["snapstore.pack", "basics.money"],
    "snapshots.catalog": ["snapstore.manifest"],
}


def shape_of(graph: ImportGraph, imports: dict[str, list[str]]) -> ImportGraph:
    """The graph with these imports added, and the modules they speak of."""
    for importer, targets in imports.items():
        for target in targets:
            add(graph, f"dumont.{importer}", f"dumont.{target}")
    return graph


def add(graph: ImportGraph, importer: str, imported: str) -> None:
    for module in (importer, imported):
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            graph.add_module(".".join(parts[:length]))
    graph.add_import(importer=importer, imported=imported, line_number=7, line_contents=f"import {imported}")


@pytest.fixture(scope="module")
def contracts() -> dict[str, Any]:
    assert importlinter.read_configuration(str(ROOT / "pyproject.toml"))
    options = read_user_options(str(ROOT / "pyproject.toml"))
    _register_contract_types(options)
    return {
        contract["name"]: registry.get_contract_class(contract["type"])(
            name=contract["name"], session_options=options.session_options, contract_options=contract
        )
        for contract in options.contracts_options
    }


@pytest.fixture(scope="module")
def whole() -> ImportGraph:
    """Today's imports, and every folder of the architecture with one allowed import of each kind."""
    graph = build_graph("dumont", cache_dir=None)
    for folder in FOLDERS:
        graph.add_module(f"dumont.{folder}")
    for name in CONTEXT:
        graph.add_module(f"dumont.wallet.{name}")
    return shape_of(graph, ALLOWED)


def broken(contracts: dict[str, Any], graph: ImportGraph) -> list[str]:
    return [name for name, contract in contracts.items() if not contract.check(deepcopy(graph), verbose=False).kept]


class TestContracts:
    def test_are_kept_by_the_whole_architecture(self, contracts: dict[str, Any], whole: ImportGraph) -> None:
        assert broken(contracts, whole) == []

    @pytest.mark.parametrize(
        ("importer", "imported", "contract"),
        [
            ("fleet.launch", "booking.reserve", FLOORS),  # upward
            ("platform.db.engine", "accounts.guard", FLOORS),
            ("basics.money", "platform.work", FLOORS),
            ("accounts.signup", "main.wiring", FLOORS),
            ("wallet.charge", "reliability.scores", FLOORS),  # neighbours
            ("market.search", "engines.port", FLOORS),
            ("main.web", "cli.wallet", FLOORS),
            ("agent.protocol", "platform.work", FLOORS),  # libraries know nothing of the server
            ("client.session", "accounts.guard", FLOORS),
            ("simulators.vast", "providers.port", FLOORS),
            ("snapstore.pack", "platform.settings", FLOORS),
            ("agent.protocol", "client.session", FLOORS),
            ("cli.wallet", "wallet.charge", CLI),
            ("cli.wallet", "platform.settings", CLI),
            ("cli.wallet", "simulators.vast", CLI),
            ("client.session", "snapstore.pack", LIBRARIES),
            ("simulators.vast", "snapstore.pack", LIBRARIES),
            ("wallet.store", "wallet.api", INSIDE),
            ("wallet.store", "wallet.jobs", INSIDE),
            ("wallet.tables", "wallet.store", INSIDE),
            ("wallet.rules.fees", "wallet.store", INSIDE),
            ("wallet.rules.fees", "platform.work", RULES),
            ("fleet.rules.race", "wallet.store", RULES),
            ("wallet.ledger", "wallet.charge", CIRCLES),
        ],
    )
    def test_are_broken_by_a_sin(
        self, contracts: dict[str, Any], whole: ImportGraph, importer: str, imported: str, contract: str
    ) -> None:
        graph = shape_of(deepcopy(whole), {importer: [imported]})

        assert contract in [name[: len(contract)] for name in broken(contracts, graph)]

    def test_see_through_a_chain(self, contracts: dict[str, Any], whole: ImportGraph) -> None:
        graph = shape_of(deepcopy(whole), {"wallet.store": ["wallet.charge"], "wallet.charge": ["wallet.api"]})

        assert any(name.startswith(INSIDE) for name in broken(contracts, graph))

    def test_want_a_floor_for_a_new_folder(self, contracts: dict[str, Any], whole: ImportGraph) -> None:
        graph = deepcopy(whole)
        graph.add_module("dumont.novelty")

        assert [name[: len(FLOORS)] for name in broken(contracts, graph)] == [FLOORS]

    def test_name_every_folder_of_the_tree(self) -> None:
        named = set(re.findall(r"\w+", " ".join(self._layers())))

        assert named == set(FOLDERS)

    def _layers(self) -> list[str]:
        configuration = importlinter.read_configuration(str(ROOT / "pyproject.toml"))
        layers: list[str] = configuration["contracts_options"][0]["layers"]
        return layers
