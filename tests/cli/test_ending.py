"""How commands end: exit codes, sentences, and never a traceback that nobody asked for."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dumont.basics import errors
from dumont.cli.ending import guarded
from dumont.cli.failing import exit_code, told
from tests.cli.terminal import Terminal

CODES = {
    errors.Failure: 1,
    errors.Invalid: 2,
    errors.NotSignedIn: 3,
    errors.NotAllowed: 4,
    errors.NotFound: 5,
    errors.Conflict: 6,
    errors.Unavailable: 7,
    errors.OutOfFunds: 9,
}


class Ends:
    """A command that does nothing but end in its own way."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def main(self, arguments: list[str], prog_name: str) -> NoReturn:
        raise self._error


def ends(error: BaseException, *words: str) -> int:
    def command() -> Any:
        return Ends(error)

    return guarded(command, list(words))


class TestExitCodes:
    @pytest.mark.parametrize(("kind", "code"), CODES.items())
    def test_tell_the_kinds_apart(self, kind: type[errors.Failure], code: int) -> None:
        assert exit_code(kind("x")) == code
        assert exit_code(errors.TooMany("x", retry_seconds=3)) == 8

    def test_are_those_of_the_guide(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "guides" / "cli.md").read_text()
        for code in {*CODES.values(), 8, 130}:
            assert f"| {code} |" in text

    def test_say_usage_for_words_that_do_not_exist(self, nobody: Terminal) -> None:
        for words in (("jbos",), ("jobs", "lst"), ("jobs", "ls", "--nope"), ("jobs", "ls", "-n", "none")):
            answer = nobody.run(*words)
            assert answer.code == 2
            assert "Traceback" not in answer.err

    def test_suggest_the_word_that_was_meant(self, nobody: Terminal) -> None:
        assert "'jobs'" in nobody.run("jbos").err

    def test_say_that_no_server_answers_and_what_to_do(self, nobody: Terminal) -> None:
        answer = nobody.run("whoami", "--server", "http://127.0.0.1:9", DUMONT_TOKEN="x")
        assert answer.code == 7
        assert "dumont up" in answer.err.splitlines()[1]

    def test_say_that_an_address_is_none(self, nobody: Terminal) -> None:
        assert nobody.run("whoami", "--server", "ftp://x").code == 2


class TestErrorsForPrograms:
    def test_are_one_line_of_json_on_standard_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        fault = errors.FieldFault("name", "is taken")
        error = errors.Invalid("Some of the input is wrong.", faults=[fault], hint="Choose another.")
        assert ends(error, "launch", "--json") == 2
        out, err = capsys.readouterr()
        said = {"detail": error.message, "code": "invalid", "hint": "Choose another.", "errors": [vars_of(fault)]}
        assert (out, json.loads(err)) == ("", said)
        assert err.count("\n") == 1

    def test_are_so_of_mistakes_of_ours(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ends(ValueError("x"), "ls", "--json") == 1
        assert json.loads(capsys.readouterr().err)["code"] == "our_mistake"

    def test_are_for_people_where_json_is_the_word_of_what_runs_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        ends(errors.NotFound("There is none."), "ssh", "trainer", "--", "tool", "--json")
        assert capsys.readouterr().err == "dumont: There is none.\n"


def vars_of(fault: errors.FieldFault) -> dict[str, str]:
    return {"field": fault.field, "message": fault.message}


class TestSentences:
    def test_name_the_fields_that_are_wrong(self) -> None:
        fault = errors.FieldFault("scopes.0", "is not a scope")
        lines = told(errors.Invalid("Some of the input is wrong.", faults=[fault], hint="See the list."))
        assert lines == ["Some of the input is wrong.", "  scopes.0: is not a scope", "See the list."]

    def test_hide_a_mistake_of_ours_until_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ends(RuntimeError("boom")) == 1
        shown = capsys.readouterr().err
        assert "RuntimeError: boom" in shown
        assert "Traceback" not in shown
        with pytest.raises(RuntimeError):
            ends(RuntimeError("boom"), "--debug")

    @pytest.mark.parametrize("words", ["ssh box mytool --debug", "ssh box -- x --debug", "launch -- train --debug"])
    def test_are_no_traceback_where_the_command_that_is_to_run_has_a_debug_of_its_own(self, words: str) -> None:
        assert ends(errors.NotFound("There is no box."), *words.split()) == 5

    def test_are_a_traceback_where_ours_was_meant(self) -> None:
        for words in ("ssh --server URL box --debug", "--debug ssh box mytool", "launch --debug -- train"):
            with pytest.raises(errors.NotFound):
                ends(errors.NotFound("There is no box."), *words.split())

    def test_are_on_standard_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        ends(errors.NotFound("There is no such job.", hint="Look again."))
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err == "dumont: There is no such job.\nLook again.\n"

    def test_do_not_show_credentials_that_are_damaged(self, bob: Terminal) -> None:
        bob.credentials.write_text('{"secret-token-1234": ')
        answer = bob.run("whoami")
        assert answer.code == 2
        assert "secret-token-1234" not in answer.err


class TestSignals:
    def test_end_clean_when_nobody_reads_on(self, ada: Terminal) -> None:
        reader = "import sys; sys.stdin.read(1)"
        pipe = f'{sys.executable} -m dumont completion bash | {sys.executable} -c "{reader}"'
        done = subprocess.run(["bash", "-c", pipe], env=_env(ada), capture_output=True, text=True, check=False)
        assert done.stderr == ""

    def test_end_clean_on_a_closed_pipe(self, ada: Terminal) -> None:
        read, write = os.pipe()
        os.close(read)
        words = [sys.executable, "-m", "dumont", "users", "ls", "--json"]
        done = subprocess.run(words, env=_env(ada), stdout=write, stderr=subprocess.PIPE, text=True, check=False)
        os.close(write)
        assert done.stderr == ""
        assert done.returncode == 1

    def test_end_with_130_on_an_interrupt(self, ada: Terminal, tmp_path: object) -> None:
        """While it waits for a server that takes the call and never answers."""
        import socket

        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            words = [sys.executable, "-m", "dumont", "whoami", "--server", address]
            env = {**_env(ada), "DUMONT_TOKEN": "x"}
            process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            silent.settimeout(60)
            line, _ = silent.accept()
            line.recv(1)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
            line.close()
        assert process.returncode == 130
        assert "Traceback" not in said


def _env(who: Terminal) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith("DUMONT_")}
    return {**base, **who.env}
