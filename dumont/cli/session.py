"""What a verb is given: the line to the server, and the screen."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from dumont.basics.errors import Failure, Invalid
from dumont.cli.environment import Environment
from dumont.cli.failing import exit_code, shown
from dumont.cli.screen import Screen
from dumont.client.credentials import CredentialFile, Entry, StoredTokens
from dumont.client.curl import Call, curl
from dumont.client.http import Api, address
from dumont.client.tokens import FixedToken, Tokens

if TYPE_CHECKING:
    from dumont.client.accounts import Accounts
    from dumont.client.admin import Admin
    from dumont.client.fleet import Fleet
    from dumont.client.jobs import Jobs
    from dumont.client.machines import Machines
    from dumont.client.market import Market

Result = TypeVar("Result")
DEFAULT_SERVER = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Options:
    """What every verb understands."""

    json: bool = False
    quiet: bool = False
    curl: bool = False
    server: str | None = None


class Shown(Exception):
    """Not an error: the call was shown instead of made."""


class Session:
    def __init__(self, options: Options, environment: Environment) -> None:
        self.options = options
        self.environment = environment
        self.screen = Screen(as_json=options.json, quiet=options.quiet, no_color=environment.no_color)
        self.file = CredentialFile(environment.credentials)

    @cached_property
    def server(self) -> str:
        given = self.options.server or self.environment.server
        return address(given or self.file.read().current or DEFAULT_SERVER)

    @property
    def entry(self) -> Entry:
        return self.file.read().servers.get(self.server, Entry())

    @cached_property
    def api(self) -> Api:
        token = self.environment.token
        return self.api_as(FixedToken(token) if token else StoredTokens(self.file, self.server))

    def api_as(self, tokens: Tokens) -> Api:
        return Api(self.server, tokens, before=self._show if self.options.curl else _go_on)

    @property
    def accounts(self) -> "Accounts":
        from dumont.client.accounts import Accounts

        return Accounts(self.api)

    @property
    def jobs(self) -> "Jobs":
        from dumont.client.jobs import Jobs

        return Jobs(self.api)

    @property
    def admin(self) -> "Admin":
        from dumont.client.admin import Admin

        return Admin(self.api)

    @property
    def market(self) -> "Market":
        from dumont.client.market import Market

        return Market(self.api)

    @property
    def fleet(self) -> "Fleet":
        from dumont.client.fleet import Fleet

        return Fleet(self.api)

    @property
    def machines(self) -> "Machines":
        from dumont.client.machines import Machines

        return Machines(self.api)

    def close(self) -> None:
        if "api" in self.__dict__:
            self.api.close()

    def done(self, line: str) -> None:
        """What has been done, for people."""
        if not self.screen.as_json and not self.screen.quiet:
            self.screen.say(line)

    def step(self, act: Callable[[], Result]) -> Result | None:
        """One call of several: with --curl each is shown, and None comes of it."""
        try:
            return act()
        except Shown:
            return None

    def each(self, given: list[str], act: Callable[[str], None]) -> None:
        """All of them, also where one fails; `-` stands for ids on standard input."""
        worst = 0
        self.screen.of_several = given == ["-"] or len(given) > 1
        for identity in _from_input(given):
            try:
                self.step(partial(act, identity))
            except Failure as failure:
                for line in shown(failure, as_json=self.screen.as_json, of=identity):
                    self.screen.say(line)
                worst = worst or exit_code(failure)
        if worst:
            raise SystemExit(worst)

    def confirm(self, consequence: str, *, yes: bool) -> None:
        if yes or self.options.curl:
            return
        if not sys.stdin.isatty():
            raise Invalid(f"{consequence} Nobody is here to confirm it.", hint="Add --yes to do it anyway.")
        import typer

        typer.confirm(f"{consequence} Go on?", abort=True, err=True)

    def _show(self, call: Call) -> None:
        print(curl(call))
        raise Shown


def _go_on(_call: Call) -> None:
    return


def _from_input(given: list[str]) -> Iterable[str]:
    """Each once: what is destroyed is not destroyed again, nor told of again."""
    lines = (line.strip() for line in sys.stdin) if given == ["-"] else given
    return dict.fromkeys(line for line in lines if line)
