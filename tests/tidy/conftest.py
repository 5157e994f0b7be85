"""A small checkout to sin in."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.tidy.checks import Check
from tests.tidy.source import Tree

Files = dict[str, str]


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[Files], Tree]:
    """Lays out files as the project does: `plant({"dumont/wallet/ledger.py": "..."})`."""

    def lay_out(files: Files) -> Tree:
        for path, text in files.items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(dedent(text).lstrip("\n"))
        return Tree(tmp_path)

    return lay_out


@pytest.fixture
def caught(plant: Callable[[Files], Tree]) -> Callable[[Check, Files], list[str]]:
    """What one check says of the files: one line for each offence."""

    def run(check: Check, files: Files) -> list[str]:
        return [str(offence) for offence in sorted(check(plant(files)))]

    return run
