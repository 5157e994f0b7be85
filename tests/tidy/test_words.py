"""Files without a sentence and names without a meaning are caught."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tidy import words

Caught = Callable[..., list[str]]
ROOT = Path(__file__).parents[2]


class TestFirstSentence:
    @pytest.mark.parametrize(
        "path", ["dumont/wallet/pay.py", "tests/test_a.py", "bench/a.py", "scripts/a.py", "migrations/versions/a.py"]
    )
    def test_is_missed_in_every_folder(self, caught: Caught, path: str) -> None:
        assert caught(words.first_sentence, {path: "x = 1\n"}) == [
            f"{path}:1: first-sentence: it opens without a docstring: say in one sentence what the file is for."
        ]

    @pytest.mark.parametrize("text", ["Pays people", "pays those who are owed.", "Payments.", "Pays people: "])
    def test_is_a_sentence(self, caught: Caught, text: str) -> None:
        found = caught(words.first_sentence, {"dumont/wallet/pay.py": f'"""{text}"""\n'})

        assert found == [
            f"dumont/wallet/pay.py:1: first-sentence: `{text.strip()}` is not a sentence: begin with a capital, "
            "say what the file is for, end with a stop."
        ]

    def test_may_run_over_lines_and_be_followed_by_more(self, caught: Caught) -> None:
        source = '"""`pay` gives people\nwhat they are owed.\n\nfigures\n  1 2 3\n"""\n'

        assert caught(words.first_sentence, {"dumont/wallet/pay.py": source}) == []

    def test_is_not_asked_of_an_empty_file(self, caught: Caught) -> None:
        assert caught(words.first_sentence, {"dumont/wallet/__init__.py": "\n"}) == []

    def test_is_a_comment_in_shell_and_sql(self, caught: Caught) -> None:
        files = {
            "scripts/good.sh": "#!/bin/sh\n# Makes the environment\n# from the lock files.\n#  usage: good\nset -e\n",
            "scripts/bad.sh": "#!/bin/sh\nset -e\n",
            "migrations/versions/bad.sql": "-- posting\nSELECT 1;\n",
        }

        assert [line.split(": ")[0] for line in caught(words.first_sentence, files)] == [
            "migrations/versions/bad.sql:1",
            "scripts/bad.sh:1",
        ]


class TestForbiddenNames:
    @pytest.mark.parametrize("word", sorted(words.VAGUE))
    def test_catches_a_module_a_package_a_class_and_a_function(self, caught: Caught, word: str) -> None:
        files = {
            f"dumont/wallet/{word}.py": "",
            f"dumont/fleet/{word}/__init__.py": "",
            "dumont/booking/hold.py": f"x = 1\n\n\nclass Seat{word.title()}:\n    def {word}(self): ...\n",
        }

        assert [line.split(" says")[0] for line in caught(words.forbidden_names, files)] == [
            f"dumont/booking/hold.py:4: forbidden-name: a class called `Seat{word.title()}`",
            f"dumont/booking/hold.py:5: forbidden-name: a function called `{word}`",
            f"dumont/fleet/{word}/__init__.py:1: forbidden-name: a package called `{word}`",
            f"dumont/wallet/{word}.py:1: forbidden-name: a module called `{word}`",
        ]

    def test_catches_the_word_inside_a_longer_name(self, caught: Caught) -> None:
        files = {"dumont/wallet/chain_utils.py": "", "tests/wallet/test_helpers.py": "", "web/src/lib/utils.ts": ""}

        found = caught(words.forbidden_names, files)

        assert len(found) == 3
        assert found[0].endswith("name it by what it does or holds, as a newcomer would look for it.")

    def test_leaves_words_with_a_meaning(self, caught: Caught) -> None:
        source = "class Database: ...\n\n\ndef price_per_core(): ...\n\n\ndef serve(): ...\n"

        assert caught(words.forbidden_names, {"dumont/wallet/database.py": source}) == []

    def test_exempts_only_what_is_still_there(self) -> None:
        for path, name in words.EXEMPT:
            assert f"class {name}(" in (ROOT / path).read_text(), f"{path} has no {name}: remove its exemption"
