"""`dumont snapshots`: the engine's own command line, alone against a repository or under a server's grant."""

import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from dumont.basics.errors import NotFound
from dumont.cli import environment
from dumont.cli.session import Options, Session

app = typer.Typer()
AS_IS: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
EXAMPLES = """\b
Examples:
  dumont snapshots create /workspace -r s3://bucket/me --init
  dumont snapshots list -r s3://bucket/me
  dumont snapshots restore latest /workspace -r s3://bucket/me
  dumont snapshots create /workspace --server https://dumont.example.com"""


@app.command(context_settings=AS_IS, add_help_option=False, epilog=EXAMPLES)
def snapshots(context: typer.Context) -> None:
    """Keep folders in an object store and put them back."""
    from dumont.snapstore.plain.command import main

    given = context.obj if isinstance(context.obj, Options) else Options(False, False, False, None)
    sys.exit(main(_words(context.args, given), "dumont snapshots", lambda said: _granted(said, given)))


def _words(words: list[str], given: Options) -> list[str]:
    """With what stood before the noun."""
    shared = [*(["--json"] if given.json else []), *(["--quiet"] if given.quiet else [])]
    if given.server and words[:1] in (["create"], ["restore"]):
        shared += ["--server", given.server]
    return [*words[:1], *shared, *words[1:]] if words else words


def _granted(said: Namespace, given: Options) -> Mapping[str, str]:
    """Who is signed in at the server needs no grant from elsewhere: it is asked for one."""
    from dumont.client.snapshots import Snapshots
    from dumont.snapstore.plain.lent import GRANT

    session = Session(Options(given.json, given.quiet, given.curl, said.server), environment.read())
    try:
        book = Snapshots(session.api)
        if said.verb == "create":
            grant = book.start(str(Path(said.path).resolve()), label=said.label, tags=tuple(said.tag))["grant"]
        else:
            found = _named(book, said.snapshot)
            grant = book.restore(found, str(Path(said.target).resolve()), tuple(said.include))["grant"]
    finally:
        session.close()
    return {GRANT: grant["token"]}


def _named(book: Any, word: str) -> str:
    """The id of a row: by its id, by the beginning of its manifest's name, or the newest."""
    for found in (one for page in book.all(state="complete") for one in page["items"]):
        if word == "latest" or found["id"] == word or (found["manifest"] or "").startswith(word):
            return str(found["id"])
    raise NotFound(f"The server has no complete snapshot {word}.", hint="Look at the page Snapshots of the server.")
