"""A user at a terminal that is none: runs the command line in this process, with a configuration folder of its own."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dumont.__main__ import command
from dumont.cli.ending import guarded

NOT_OURS = ("DUMONT_", "DATABASE_", "XDG_", "NO_COLOR")


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Terminal:
    def __init__(self, server: str, config: Path) -> None:
        self.config = config
        self.env = {"DUMONT_SERVER": server, "XDG_CONFIG_HOME": str(config), "XDG_STATE_HOME": str(config / "states")}

    @property
    def credentials(self) -> Path:
        return self.config / "dumont" / "credentials.json"

    def run(self, *words: str, given: str = "", **env: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        with _environment({**self.env, **env}), _stdin(given), redirect_stdout(out), redirect_stderr(err):
            code = guarded(command, list(words))
        return Answer(code, out.getvalue(), err.getvalue())

    def does(self, *words: str, given: str = "", **env: str) -> Answer:
        """What must succeed."""
        answer = self.run(*words, given=given, **env)
        assert answer.code == 0, answer
        return answer


@contextmanager
def _environment(given: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(NOT_OURS):
            del os.environ[name]
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _stdin(given: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(given)
    try:
        yield
    finally:
        sys.stdin = before
