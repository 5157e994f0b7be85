"""`dumont provider-keys`: keys of accounts at GPU clouds; they go in, and never come back out."""

import json
import sys
from typing import Annotated

import typer

from dumont.basics.errors import Invalid
from dumont.cli import prompts
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

app = Verbs("Keys of your accounts at GPU clouds.")
Provider = Annotated[str, typer.Argument(help="Name of the cloud, like vast.", metavar="PROVIDER")]
Fields = Annotated[list[str] | None, typer.Argument(help="Names of its fields.", metavar="[FIELD]...")]
COLUMNS = [
    Column("provider", lambda key: key["provider"]),
    Column("fields", lambda key: [f"{name}={ending}" for name, ending in key["fields"].items()]),
    Column("changed", lambda key: moment(key["updated_at"])),
]


@app.verb("ls", "dumont provider-keys ls")
def list_keys(session: Session, limit: Limit = 50, all: All = False) -> None:  # noqa: A002 - the option's name
    """List the clouds you gave a key of; only the last characters are shown."""
    session.screen.pages(session.accounts.provider_keys(limit=None if all else limit), COLUMNS, identity="provider")


@app.verb(
    "set",
    "dumont provider-keys set vast              # asks for api_key",
    "dumont provider-keys set aws access_key_id secret_access_key",
    "pass show vast | dumont provider-keys set vast --stdin",
    'echo \'{"api_key": "..."}\' | dumont provider-keys set vast --json-stdin',
)
def store(
    session: Session,
    provider: Provider,
    fields: Fields = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one value a line from standard input.")] = False,
    json_stdin: Annotated[bool, typer.Option("--json-stdin", help="Read an object of all fields from there.")] = False,
) -> None:
    """Store the key of a cloud, in place of the one before. Values are typed unseen, never given as arguments."""
    values = _object() if json_stdin else {name: _value(name, stdin=stdin) for name in fields or ["api_key"]}
    stored = session.accounts.store_provider_key(provider, values)
    session.screen.one(stored, COLUMNS, identity="provider")


@app.verb("rm", "dumont provider-keys rm vast --yes")
def remove(session: Session, provider: Provider, yes: Yes = False) -> None:
    """Forget the key of a cloud."""
    session.confirm(f"Machines at {provider} can't be reached without its key.", yes=yes)
    session.accounts.delete_provider_key(provider)
    session.done(f"Forgot the key of {provider}.")


def _value(name: str, *, stdin: bool) -> str:
    if "=" in name:
        raise Invalid(
            "Give names of fields, not their values: a command line is seen by others and kept in histories.",
            hint="The value is asked for, or read with --stdin.",
        )
    return prompts.secret(name, from_input=stdin, otherwise="Pipe the values in, one a line, with --stdin.")


def _object() -> dict[str, str]:
    try:
        found = json.load(sys.stdin)
    except ValueError:
        raise Invalid("Standard input is not JSON.") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Invalid('Standard input must be an object of texts, like {"api_key": "..."}.')
    return found
