"""How a verb is made of a function: it gets a `Session`, the options that all verbs have, and examples in its help."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from dumont.cli import environment
from dumont.cli.session import Options, Session, Shown

Verb = Callable[..., None]

Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the API has it; of several, one a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print ids alone, for pipes.")]
Curl = Annotated[bool, typer.Option("--curl", help="Print the HTTP call instead of making it.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Server = Annotated[str | None, typer.Option("--server", help="Address of the server.", metavar="URL")]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="How many to show.", min=1)]
All = Annotated[bool, typer.Option("--all", "-a", help="Show all, however many.")]

SHARED = {"json": Json, "quiet": Quiet, "curl": Curl, "server": Server, "debug": Debug}
HELP = {"help_option_names": ["--help", "-h"]}


class Verbs(typer.Typer):
    """The verbs of one noun, or of a word that is a verb itself."""

    def __init__(self, help: str = "") -> None:  # noqa: A002 - typer's own word
        super().__init__(
            help=help,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings=HELP,
        )
        if help:
            self.callback()(_noun)

    def verb(
        self, name: str, *examples: str, read_as: type[TyperCommand] | None = None, hidden: bool = False
    ) -> Callable[[Verb], Verb]:
        """Without the help of a noun, the verb stands alone. A hidden one is another name of one that is shown."""

        def register(function: Verb) -> Verb:
            epilog = "\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples)
            made = self.command(name, cls=read_as, epilog=epilog, context_settings=HELP, hidden=hidden)
            made(_with_session(function))
            return function

        return register


def root_options(
    ctx: typer.Context,
    *,
    json: Json = False,
    quiet: Quiet = False,
    curl: Curl = False,
    server: Server = None,
    debug: Debug = False,  # noqa: ARG001 - read where errors end up, which may be before this
) -> None:
    """Rent GPUs of every cloud, see what they cost, and trust the machines."""
    ctx.obj = Options(json, quiet, curl, server)


def _noun() -> None:
    """Typer takes an app with one verb for the verb itself unless it has a callback."""


def _with_session(function: Verb) -> Verb:
    @functools.wraps(function)
    def call(ctx: typer.Context, **given: Any) -> None:
        session = Session(_merged(ctx, {name: given.pop(name) for name in SHARED}), environment.read())
        try:
            function(session, **given)
        except Shown:
            return
        finally:
            session.close()

    own = list(inspect.signature(function).parameters.values())[1:]
    shared = [_option(name, annotation) for name, annotation in SHARED.items()]
    parameters = [_option("ctx", typer.Context, inspect.Parameter.empty), *own, *shared]
    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    call.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in keyword}
    return call


def _option(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    default = False if default is None and annotation is not Server else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _merged(ctx: typer.Context, given: dict[str, Any]) -> Options:
    """Options before the noun and behind the verb mean the same."""
    root = ctx.find_object(Options) or Options()
    return Options(
        json=given["json"] or root.json,
        quiet=given["quiet"] or root.quiet,
        curl=given["curl"] or root.curl,
        server=given["server"] or root.server,
    )
