"""`dumont snapshots`: alone against a folder, and at a server that lends its store."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dumont.__main__ import command
from dumont.snapstore.plain.verbs import VERBS
from tests.cli.conftest import ADA, BOB
from tests.cli.terminal import Terminal

PATIENCE_SECONDS = 60


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "words").write_text("a few words\n" * 1000)
    (root / "link").symlink_to("sub/words")
    return root


class TestSnapshots:
    def test_works_alone_against_a_folder(self, nobody: Terminal, tree: Path, tmp_path: Path) -> None:
        repository = ("-r", f"file://{tmp_path / 'repository'}")
        made = nobody.does("--json", "snapshots", "create", str(tree), "--init", "-q", *repository)
        name = json.loads(made.out)["name"]
        assert name in nobody.does("snapshots", "list", "--json", *repository).out
        nobody.does("snapshots", "restore", name[:8], str(tmp_path / "back"), "-q", *repository)
        assert (tmp_path / "back" / "link").read_text() == (tree / "sub" / "words").read_text()

    def test_shows_a_page_of_every_verb(self, nobody: Terminal) -> None:
        shown = nobody.does("snapshots", "--help").out
        assert all(f"    {verb} " in shown for verb in VERBS)
        for verb in VERBS:
            page = nobody.does("snapshots", verb, "--help").out
            assert page.startswith(f"usage: dumont snapshots {verb}")
            assert "--json" in page

    def test_says_what_is_missing_and_the_way_out(self, nobody: Terminal, tree: Path) -> None:
        answer = nobody.run("snapshots", "create", str(tree))
        assert answer.code == 1
        assert "--repository" in answer.err

    def test_keeps_a_folder_at_the_server_and_puts_it_back(
        self, seat: Callable[[str], Terminal], server: str, tree: Path, tmp_path: Path
    ) -> None:
        ada = seat(ADA)
        ada.does("snapshots", "create", str(tree), "--label", "box", "-q", "--server", server)
        target, deadline = tmp_path / "back", time.monotonic() + PATIENCE_SECONDS
        while (answer := ada.run("snapshots", "restore", "latest", str(target), "-q", "--server", server)).code:
            assert "no complete snapshot" in answer.err, answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
        assert (target / "link").read_text() == (tree / "sub" / "words").read_text()
        assert seat(BOB).run("snapshots", "restore", "latest", str(target), "--server", server).code

    def test_is_found_by_its_word(self) -> None:
        assert "snapshots" in command().commands
