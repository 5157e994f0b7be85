"""What the papers name exists: paths, names in the code, commands; and code that they show is the project's own."""

import importlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from dumont.__main__ import TABLE
from tests.deploy.tools import ROOT

PAPERS = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "deploy").rglob("*.md"))]
TOPS = ("dumont", "tests", "web", "migrations", "docs", "deploy", "scripts", "locks", "bench")
SPAN = re.compile(r"`([^`\n]+)`(?P<later> \(to come\))?")
PATH = re.compile(rf"({'|'.join(TOPS)})/[\w./-]*")
DOTTED = re.compile(r"dumont(\.\w+)+")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^`(?P<path>[\w./-]+)`:\n\n```\w+\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
WORDS = {word for group in TABLE.values() for word in group}


def prose(paper: Path) -> str:
    return FENCED.sub("", paper.read_text())


def missing_name(dotted: str) -> bool:
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        return not all(hasattr(found, name) and (found := getattr(found, name)) is not None for name in parts[cut:])
    return True


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
class TestPaper:
    def test_names_paths_that_exist(self, paper: Path) -> None:
        spans = [found for found in SPAN.finditer(prose(paper)) if PATH.fullmatch(found[1])]
        assert [found[1] for found in spans if not found["later"] and not (ROOT / found[1]).exists()] == []

    def test_puts_off_only_what_is_not_there(self, paper: Path) -> None:
        """Once it has come, the paper has to say so."""
        spans = [found[1] for found in SPAN.finditer(prose(paper)) if found["later"]]
        assert [span for span in spans if (ROOT / span).exists()] == []

    def test_names_code_that_exists(self, paper: Path) -> None:
        spans = [found[1].removesuffix("()") for found in SPAN.finditer(prose(paper))]
        assert [span for span in spans if DOTTED.fullmatch(span) and span != "dumont.toml" and missing_name(span)] == []

    def test_names_commands_that_exist(self, paper: Path) -> None:
        text = paper.read_text()
        spans = [found[1] for found in SPAN.finditer(prose(paper))]
        lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
        made = {found[1] for said in (*spans, *lines) if (found := re.match(r"make ([a-z-]+)", said))}
        called = {found[1] for said in (*spans, *lines) if (found := re.match(r"dumont ([a-z][a-z-]*)\b(?!/)", said))}
        assert made - TARGETS == set()
        assert called - WORDS == set()

    def test_links_to_files_that_exist(self, paper: Path) -> None:
        links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", prose(paper)) if "://" not in link]
        assert [link for link in links if link and not (paper.parent / link).exists()] == []

    def test_shows_code_as_it_is(self, paper: Path) -> None:
        for shown in SHOWN.finditer(paper.read_text()):
            source = (ROOT / shown["path"]).read_text()
            places = [source.find(part) for part in re.split(r"^\.\.\.\n", shown["code"], flags=re.MULTILINE)]
            assert -1 not in places, f"{shown['path']} has changed"
            assert all(first < second for first, second in pairwise(places))


class TestContributing:
    def test_shows_something_of_each_kind(self) -> None:
        shown = {found["path"] for found in SHOWN.finditer((ROOT / "CONTRIBUTING.md").read_text())}
        assert len(shown) >= 10

    def test_names_every_floor(self) -> None:
        floors = re.findall(
            r'^  "(\(.+\)|\w+)",$', (ROOT / "pyproject.toml").read_text().split("[[tool.importlinter")[1], re.MULTILINE
        )
        names = {name for floor in floors for name in re.findall(r"\w+", floor)} - {"__main__"}
        drawing = FENCED.findall((ROOT / "CONTRIBUTING.md").read_text())[1]
        assert len(names) > 15
        assert names <= set(re.findall(r"\w+", drawing))


class TestDecisions:
    def test_are_all_in_the_index(self) -> None:
        folder = ROOT / "docs" / "decisions"
        index = (folder / "README.md").read_text()
        records = sorted(path.name for path in folder.glob("[0-9]*.md"))
        assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
        assert [name for name in records if f"({name})" not in index] == []

    def test_say_when_to_look_again(self) -> None:
        for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
            text = path.read_text()
            for part in ("**Context.**", "**Decision.**", "**Figures", "**Consequences.**", "**Look again when**"):
                assert part in text, f"{path.name}: {part}"
