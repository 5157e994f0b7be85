"""`dumont snapshots`: the engine's own command line, alone against a repository or under a server's grant."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from dumont.cli import environment
from dumont.cli.session import Options, Session

app = typer.Typer()
AS_IS: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
EXAMPLES = """\b
Examples:
  dumont snapshots create /workspace -r s3://bucket/me --init
  dumont snapshots list -r s3://bucket/me
  dumont snapshots restore latest /workspace -r s3://bucket/me
  dumont snapshots create /workspace --server https://dumont.example.com
  dumont snapshots list --server https://dumont.example.com"""


@app.command(context_settings=AS_IS, add_help_option=False, epilog=EXAMPLES)
def snapshots(context: typer.Context) -> None:
    """Keep folders in an object store and put them back."""
    from dumont.snapstore.plain.command import Server, main

    given = context.obj if isinstance(context.obj, Options) else Options(False, False, False, None)
    server = Server(lambda said: _granted(said, given), lambda said, screen: _read(said, screen, given))
    sys.exit(main(_words(context.args, given), "dumont snapshots", server))


def _words(words: list[str], given: Options) -> list[str]:
    """With what stood before the noun; `ls` as every other noun has it."""
    words = ["list", *words[1:]] if words[:1] == ["ls"] else words
    shared = [*(["--json"] if given.json else []), *(["--quiet"] if given.quiet else [])]
    if given.server and words[:1] and words[0] in ("create", "restore", "list", "show", "diff", "stats"):
        shared += ["--server", given.server]
    return [*words[:1], *shared, *words[1:]] if words else words


def _granted(said: Namespace, given: Options) -> Mapping[str, str]:
    """Who is signed in at the server needs no grant from elsewhere: it is asked for one."""
    from dumont.cli import snapshot_book
    from dumont.snapstore.plain.lent import GRANT

    with _book(said, given) as book:
        if said.verb == "create":
            grant = book.start(str(Path(said.path).resolve()), label=said.label, tags=tuple(said.tag))["grant"]
        else:
            target = str(Path(said.target).resolve())
            found = snapshot_book.meant(book, said, target)
            grant = book.restore(found, target, tuple(said.include))["grant"]
    return {GRANT: grant["token"]}


def _read(said: Namespace, screen: Any, given: Options) -> int:
    from dumont.cli import snapshot_book

    with _book(said, given) as book:
        return snapshot_book.read(book, said, screen)


@contextmanager
def _book(said: Namespace, given: Options) -> Iterator[Any]:
    from dumont.client.snapshots import Snapshots

    session = Session(Options(given.json, given.quiet, given.curl, said.server), environment.read())
    try:
        yield Snapshots(session.api)
    finally:
        session.close()
