"""`dumont keys`: API keys, with which programs act for their owner."""

from typing import Annotated

import typer

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

app = Verbs("API keys, for programs that act for you.")
COLUMNS = [
    Column("id", lambda key: key["id"]),
    Column("name", lambda key: key["name"]),
    Column("prefix", lambda key: key["prefix"]),
    Column("scopes", lambda key: key["scopes"]),
    Column("created", lambda key: moment(key["created_at"])),
    Column("last used", lambda key: moment(key["last_used_at"])),
    Column("expires", lambda key: moment(key["expires_at"])),
]
Expires = Annotated[str | None, typer.Option(help="When it ends, like 2027-01-31T00:00:00Z.", metavar="TIME")]
Scopes = Annotated[list[str], typer.Option("--scope", "-s", help="What it may do; repeat for more.", metavar="SCOPE")]


@app.verb("ls", "dumont keys ls", "dumont keys ls --json")
def list_keys(session: Session, limit: Limit = 50, all: All = False) -> None:  # noqa: A002 - the option's name
    """List your API keys; the keys themselves are shown once, when they are made."""
    session.screen.pages(session.accounts.api_keys(limit=None if all else limit), COLUMNS)


@app.verb(
    "create",
    "dumont keys create ci --scope jobs:read",
    "dumont keys create backup -s jobs:read -s jobs:manage --expires 2027-01-31T00:00:00Z",
    "export DUMONT_TOKEN=$(dumont keys create ci -s jobs:read -q)",
)
def create(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scopes: Scopes,
    expires: Expires = None,
) -> None:
    """Make an API key and print it, this once. Its scopes are among your own permissions: `dumont whoami`."""
    key = session.accounts.create_api_key(name=name, scopes=scopes, expires_at=expires)
    session.screen.one(key, [Column("key", lambda it: it["key"]), *COLUMNS[:4]], identity="key")
    session.done("Keep it now: it is not shown again.")


@app.verb("rm", "dumont keys rm 0197b8f2-7c11-7d2e-9a55-0242ac120002", "dumont keys ls -q | dumont keys rm --yes -")
def remove(
    session: Session,
    keys: Annotated[list[str], typer.Argument(help="Ids; `-` reads them from standard input.", metavar="ID...")],
    yes: Yes = False,
) -> None:
    """Delete API keys. Programs that use them are refused from then on."""
    session.confirm("Programs that use these keys will be refused.", yes=yes)
    session.each(keys, lambda key: _remove(session, key))


def _remove(session: Session, key: str) -> None:
    session.accounts.delete_api_key(key)
    session.done(f"Deleted {key}.")
