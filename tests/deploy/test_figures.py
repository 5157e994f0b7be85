"""Dashboard and alerts: every expression parses, and asks for figures that the code has."""

import importlib
import json
import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.deploy.tools import ROOT, read_yaml

GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dumont.json").read_text())
RULES = [rule for group in read_yaml(GRAFANA / "alerts.yaml")["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [t["expr"] for panel in PANELS for t in panel["targets"]] + [rule["expr"] for rule in RULES]
SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "gauge": ("",),
    "summary": ("_count", "_sum"),
}


def filled_in(expression: str) -> str:
    return expression.replace("$__rate_interval", "5m").replace("$instance", ".*")


def figures() -> set[str]:
    for path in (ROOT / "dumont").rglob("*metrics.py"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return {family.name + suffix for family in REGISTRY.collect() for suffix in SUFFIXES.get(family.type, ())}


class TestExpressions:
    def test_parse(self) -> None:
        promql = pytest.importorskip("promql_parser", reason="no promql-parser on this machine")
        for expression in EXPRESSIONS:
            promql.parse(filled_in(expression))

    def test_ask_for_figures_that_there_are(self) -> None:
        there = figures()
        asked = {name for e in EXPRESSIONS for name in re.findall(r"\b(?:dumont|process|python)_[a-z0-9_]+", e)}
        assert len(asked) > 10
        assert asked <= there, asked - there

    def test_use_every_figure_of_ours(self) -> None:
        """A figure that nobody looks at is either missing here or not worth keeping."""
        assert figures()
        text = " ".join(EXPRESSIONS)
        ours = {family.name for family in REGISTRY.collect() if family.name.startswith("dumont_")}
        # How many runs begin is told by how many end, and by what became of them.
        assert {name for name in ours if name not in text} <= {"dumont_jobs_started"}


class TestDashboard:
    def test_has_panels_that_do_not_overlap(self) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not cells & taken, panel["title"]
            assert at["x"] + at["w"] <= 24
            taken |= cells
        assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])

    def test_works_with_any_data_source(self) -> None:
        assert {panel["datasource"]["uid"] for panel in PANELS} == {"${datasource}"}


class TestAlerts:
    def test_say_what_to_do(self) -> None:
        assert all(rule["annotations"]["summary"] and rule["annotations"]["action"] for rule in RULES)
        assert {rule["labels"]["severity"] for rule in RULES} <= {"critical", "warning", "info"}

    def test_have_names_of_their_own(self) -> None:
        assert len({rule["alert"] for rule in RULES}) == len(RULES)
