"""Help: every word listed, every verb with examples, and quick."""

import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from dumont.__main__ import TABLE, Dumont, command
from dumont.cli.nouns import load
from dumont.cli.verbs import SHARED
from tests.cli.terminal import Terminal

WORDS = {word: place for words in TABLE.values() for word, (place, _) in words.items()}
BUDGET_SECONDS = 0.3
HEAVY = {"pydantic", "httpx", "rich", "sqlalchemy", "fastapi", "dumont.platform.settings", "dumont.cli.jobs"}


def verbs(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from verbs(inner, (*path, name))
    else:
        yield path, command


OURS = [
    found
    for word, place in WORDS.items()
    if place.startswith("dumont.cli.") and word != "snapshots"  # reads its words itself: tests/cli/test_snapshots.py
    for found in verbs(load(word, place), (word,))
]


class TestHelp:
    def test_lists_every_word_under_its_title(self, nobody: Terminal) -> None:
        shown = nobody.does("--help").out
        for title, words in TABLE.items():
            assert f"{title}:" in shown
            assert all(f"  {word}" in shown for word in words)

    @pytest.mark.parametrize("word", WORDS)
    def test_has_a_page_for_every_word(self, nobody: Terminal, word: str) -> None:
        assert "usage: dumont" in nobody.does(word, "--help").out.lower()

    @pytest.mark.parametrize(("path", "verb"), OURS, ids=[" ".join(path) for path, _ in OURS])
    def test_has_examples_that_begin_with_the_verb(self, path: tuple[str, ...], verb: Any) -> None:
        assert f"dumont {' '.join(path)}" in verb.epilog

    @pytest.mark.parametrize("word", TABLE["Run the product"])
    def test_has_examples_for_who_runs_the_product(self, nobody: Terminal, word: str) -> None:
        assert re.search(rf"Examples:\n.*dumont {word}", nobody.does(word, "--help").out)

    @pytest.mark.parametrize("word", ["up", "web", "worker"])
    def test_tells_where_a_home_is_named(self, nobody: Terminal, word: str) -> None:
        assert "--home" in nobody.does(word, "--help").out

    @pytest.mark.parametrize(("path", "verb"), OURS, ids=[" ".join(path) for path, _ in OURS])
    def test_gives_every_verb_the_shared_options(self, path: tuple[str, ...], verb: Any) -> None:
        if path != ("completion",):
            assert set(SHARED) <= {parameter.name for parameter in verb.params}


class TestNouns:
    def test_list_with_one_word(self) -> None:
        shown: dict[tuple[str, ...], set[str]] = {}
        for path, verb in OURS:
            if len(path) > 1 and not verb.hidden:
                shown.setdefault(path[:-1], set()).add(path[-1])
        assert [noun for noun, words in shown.items() if "ls" not in words] == []
        assert [noun for noun, words in shown.items() if "list" in words] == []

    def test_alone_say_what_they_can(self, nobody: Terminal) -> None:
        assert all("  ls " in nobody.run(noun).err for noun in ("history", "jobs", "standby"))

    def test_of_folders_lists_them_by_that_word_too(self, nobody: Terminal) -> None:
        assert nobody.does("snapshots", "ls", "--help").out == nobody.does("snapshots", "list", "--help").out


class TestStartUp:
    def test_imports_nothing_heavy_for_help(self) -> None:
        assert HEAVY & self.modules("--help") == set()
        assert (HEAVY - {"dumont.cli.jobs"}) & self.modules("jobs", "ls", "--help") == set()

    def test_does_without_pydantic_where_options_are_read(self) -> None:
        assert HEAVY & self.modules("keys", "create", "x", "-s", "a", "--curl") == set()

    @pytest.mark.parametrize("words", [("--help",), ("jobs", "ls", "--help"), ("up", "--help")])
    def test_stays_within_its_budget(self, words: tuple[str, ...]) -> None:
        """On a machine so slow that its libraries alone take a third of the budget, thrice as long as they take."""
        libraries, ours = [], []
        for _ in range(3):
            libraries.append(self.seconds("-c", "import typer"))
            ours.append(self.seconds("-m", "dumont", *words))
        assert min(ours) < max(BUDGET_SECONDS, 3 * min(libraries))

    def modules(self, *words: str) -> set[str]:
        code = (
            "import sys, atexit\n"
            "atexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))\n"
            f"sys.argv = ['dumont', *{list(words)!r}]\n"
            "from dumont.__main__ import main; main()"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return set(done.stderr.split())

    def seconds(self, *words: str) -> float:
        """Of the processor, whoever else wants it."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_prints_a_script_for_each_shell(self, nobody: Terminal, shell: str) -> None:
        assert "_DUMONT_COMPLETE" in nobody.does("completion", shell).out

    def test_completes_words_without_importing_them(self) -> None:
        code = (
            "import sys\nfrom dumont.__main__ import command\n"
            "try: command().main(['jo'], prog_name='dumont')\nexcept SystemExit: pass\n"
            "sys.stderr.write(' '.join(sys.modules))"
        )
        env = {"_DUMONT_COMPLETE": "complete_bash", "COMP_WORDS": "dumont j", "COMP_CWORD": "1"}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["jobs"]
        assert "dumont.cli.jobs" not in done.stderr.split()

    def test_completes_verbs(self) -> None:
        env = {"_DUMONT_COMPLETE": "complete_bash", "COMP_WORDS": "dumont jobs w", "COMP_CWORD": "2"}
        done = subprocess.run([sys.executable, "-m", "dumont"], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["watch"]


class TestVersion:
    def test_tells_both_sides(self, nobody: Terminal) -> None:
        found = nobody.does("version", "--json").json
        assert found["client"] == found["server"]

    def test_is_content_without_a_server(self, nobody: Terminal) -> None:
        found = nobody.does("version", "--json", "--server", "http://127.0.0.1:9").json
        assert found["server"] is None


class TestLoading:
    def test_takes_functions_single_verbs_and_groups(self) -> None:
        kinds = {word: type(load(word, place)) for word, place in WORDS.items() if place.startswith("dumont.cli.")}
        assert issubclass(kinds["jobs"], TyperGroup)
        assert not issubclass(kinds["login"], TyperGroup)
        assert load("up", WORDS["up"]).name == "up"

    def test_builds_the_root_of_the_table(self) -> None:
        assert isinstance(command(), Dumont)
        assert list(command().commands) == list(WORDS)
        assert typer.Typer is not None
