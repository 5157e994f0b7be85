"""What goes to standard output, in which form, and what does not."""

import os
import pty
import subprocess
import sys

import pytest

from tests.build.accounts import PASSWORD
from tests.cli.conftest import ADA
from tests.cli.terminal import Terminal

ESCAPE = "\x1b["


class TestForms:
    def test_leaves_standard_output_to_the_answer(self, bob: Terminal) -> None:
        made = bob.does("keys", "create", "piped", "-s", "teams:read", "-q")
        assert made.out.startswith("dmt_")
        assert made.out.count("\n") == 1
        assert made.err == ""

    def test_takes_options_before_the_noun_too(self, bob: Terminal) -> None:
        assert bob.does("--json", "whoami").json == bob.does("whoami", "--json").json

    def test_aligns_columns_and_cuts_nothing_off_in_a_pipe(self, bob: Terminal) -> None:
        name = "a name as long as a name may be " * 3
        bob.does("teams", "create", name.strip())
        lines = bob.does("teams", "ls").lines
        assert lines[0].startswith("ID ")
        assert any(name.strip() in line for line in lines)
        assert len({line.index("owner") for line in lines if "owner" in line}) == 1

    def test_does_not_let_a_name_drive_the_terminal(self) -> None:
        from dumont.cli.screen import text

        assert text("ab\x1b[2Jc\r\nd\u202ee") == "ab[2Jc de"


class TestCurl:
    def test_prints_the_call_with_the_token_by_its_name(self, bob: Terminal) -> None:
        token = bob.credentials.read_text()
        answer = bob.does("teams", "create", "It's one", "--curl")
        assert answer.out.startswith("curl -sS -X POST http://")
        assert '"Authorization: Bearer $DUMONT_TOKEN"' in answer.out
        assert not any(part in answer.out for part in token.split('"') if len(part) > 40)

    def test_does_not_make_it(self, bob: Terminal) -> None:
        bob.does("teams", "create", "Never", "--curl")
        assert "Never" not in bob.does("teams", "ls").out

    def test_makes_a_command_that_works(self, bob: Terminal) -> None:
        key = bob.does("keys", "create", "curl", "-s", "teams:read", "-s", "teams:write", "-q").out.strip()
        command = bob.does("teams", "create", "Ünï'code", "--curl").out
        made = subprocess.run(
            ["sh", "-c", command], env={**os.environ, "DUMONT_TOKEN": key}, capture_output=True, text=True, check=True
        )
        assert '"name":"Ünï\'code"' in made.stdout.replace(": ", ":")

    def test_hides_passwords_and_keys(self, bob: Terminal) -> None:
        login = bob.does("login", "--email", ADA, "--password-stdin", "--curl", given=PASSWORD)
        stored = bob.does("provider-keys", "set", "vast", "--stdin", "--curl", given="sesame-open-4711")
        assert PASSWORD not in login.out
        assert "sesame" not in stored.out
        assert "<password>" in login.out
        assert "<api_key>" in stored.out


class TestAtATerminal:
    def test_draws_a_table_with_colours(self, ada: Terminal) -> None:
        assert ESCAPE in self.at_terminal(ada, "users", "ls")

    @pytest.mark.parametrize("name", ["NO_COLOR"])
    def test_respects_the_wish_for_no_colours(self, ada: Terminal, name: str) -> None:
        shown = self.at_terminal(ada, "users", "ls", **{name: "1"})
        assert "admin" in shown
        assert "\x1b[3" not in shown

    def test_asks_for_the_password_and_does_not_show_it(self, people: object, nobody: Terminal) -> None:
        shown = self.at_terminal(nobody, "login", "--email", ADA, typed=PASSWORD + "\n")
        assert "Password" in shown
        assert "Signed in" in shown
        assert PASSWORD not in shown

    def test_asks_before_it_destroys(self, bob: Terminal) -> None:
        team = bob.does("teams", "create", "Asked", "-q").out.strip()
        shown = self.at_terminal(bob, "teams", "rm", team, typed="n\n")
        assert "Go on?" in shown
        assert team in bob.does("teams", "ls", "-q").lines

    def test_follows_a_job_with_a_bar(self, ada: Terminal) -> None:
        job = ada.does("schedules", "run", "accounts.prune", "-q").out.strip()
        assert "succeeded" in self.at_terminal(ada, "jobs", "watch", job)

    def at_terminal(self, who: Terminal, *words: str, typed: str = "", **env: str) -> str:
        """Everything the user sees; the process has a pseudo terminal of its own."""
        pid, handle = pty.fork()
        if pid == 0:
            os.execve(sys.executable, [sys.executable, "-m", "dumont", *words], _clean(who, env))
        seen = b""
        try:
            while chunk := os.read(handle, 4096):
                seen += chunk
                if typed and (b"Password: " in seen or b"[y/N]" in seen):
                    os.write(handle, typed.encode())
                    typed = ""
        except OSError:  # the other end has gone
            pass
        os.waitpid(pid, 0)
        os.close(handle)
        return seen.decode()


def _clean(who: Terminal, env: dict[str, str]) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("DUMONT_", "NO_COLOR"))}
    return {**base, "TERM": "xterm-256color", "COLUMNS": "160", **who.env, **env}
