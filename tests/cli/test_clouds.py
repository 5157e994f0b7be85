"""`dumont provider`: how the clouds stand, and a reading of one that does not answer."""

from pathlib import Path

import pytest

from dumont.cli.providers import age
from tests.cli.terminal import Terminal


class TestLs:
    def test_tells_strangers_which_clouds_there_are(self, nobody: Terminal) -> None:
        names = nobody.does("provider", "ls", "-q").lines
        assert {"vast", "aws", "render"} <= set(names)
        shown = {line.split()[0]: line for line in nobody.does("provider", "ls").lines}
        assert "disabled" in shown["render"]
        assert "no key" in shown["aws"]

    def test_is_for_programs_as_the_api_has_it(self, ada: Terminal) -> None:
        found = {each["name"]: each for each in ada.does("provider", "ls", "--json").json["items"]}
        assert found["aws"]["credentials"]
        assert found["vast"]["standing"] is not None


class TestSync:
    def test_of_a_cloud_that_does_not_answer_says_so(self, ada: Terminal) -> None:
        answer = ada.run("provider", "sync", "vast")
        assert answer.code == 1
        assert "can't be reached" in answer.out
        after = {each["name"]: each for each in ada.does("provider", "ls", "--json").json["items"]}["vast"]
        assert after["error_code"] == "unavailable"
        assert after["standing"]["report"]["error"] in answer.out
        assert "can't be reached" in ada.does("provider", "ls").out

    def test_leaves_a_job_to_follow(self, ada: Terminal) -> None:
        job = ada.does("provider", "sync", "vast", "--no-wait", "-q").out.strip()
        assert ada.does("jobs", "watch", job, "--json").json["result"]["provider"] == "vast"

    @pytest.mark.parametrize(("name", "code", "said"), [("clowd", 5, "vast"), ("render", 6, "Render")])
    def test_names_what_is_wrong(self, ada: Terminal, name: str, code: int, said: str) -> None:
        answer = ada.run("provider", "sync", name)
        assert answer.code == code
        assert said in answer.err

    def test_is_for_operators(self, bob: Terminal) -> None:
        assert bob.run("provider", "sync", "vast").code == 4


class TestProof:
    def test_says_what_is_wrong_and_what_to_do(self, ada: Terminal) -> None:
        answer = ada.run("provider", "test", "vast")
        assert answer.code == 1
        assert "can't be reached" in answer.out
        assert "try again" in answer.out

    def test_is_for_programs_too(self, ada: Terminal) -> None:
        steps = ada.run("provider", "test", "vast", "--json").json["items"]
        assert [(step["name"], step["state"]) for step in steps][:2] == [("key", "ok"), ("offers", "failed")]

    def test_asks_for_the_key_that_is_missing(self, ada: Terminal) -> None:
        answer = ada.run("provider", "test", "lambda")
        assert answer.code == 1
        assert "dumont provider-keys set lambda" in answer.out

    def test_keeps_the_answers_where_it_is_told(self, ada: Terminal, tmp_path: Path) -> None:
        ada.run("provider", "test", "vast", "--record", str(tmp_path / "kept"))
        assert (tmp_path / "kept").is_dir()

    def test_is_for_operators(self, bob: Terminal) -> None:
        assert bob.run("provider", "test", "vast").code == 4


class TestAge:
    @pytest.mark.parametrize(
        ("seconds", "shown"),
        [(None, "-"), (3.4, "3 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (200_000, "2 d")],
    )
    def test_is_short(self, seconds: float | None, shown: str) -> None:
        assert age(seconds) == shown
