"""`dumont audit`: the log of who changed what."""

from typing import Annotated

import typer

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs

app = Verbs("The log of who changed what.")
Everyone = Annotated[bool, typer.Option("--everyone", "-e", help="Of all accounts, not just yours.")]
COLUMNS = [
    Column("at", lambda entry: moment(entry["at"])),
    Column("who", lambda entry: entry["actor_email"]),
    Column("action", lambda entry: entry["action"]),
    Column("what", lambda entry: entry["summary"]),
    Column("from", lambda entry: entry["ip"]),
]


@app.verb(
    "ls",
    "dumont audit ls",
    "dumont audit ls --action session.opened",
    "dumont audit ls --everyone --actor ada@example.com --since 2026-11-01T00:00:00Z",
)
def list_entries(
    session: Session,
    action: Annotated[str | None, typer.Option(help="Only this action.")] = None,
    everyone: Everyone = False,
    *,
    actor: Annotated[str | None, typer.Option(help="With --everyone: who did it, by address or id.")] = None,
    object_type: Annotated[str | None, typer.Option(help="With --everyone: kind of thing changed.")] = None,
    object_id: Annotated[str | None, typer.Option(help="With --everyone: the thing changed.")] = None,
    since: Annotated[str | None, typer.Option(help="With --everyone: from this time on.", metavar="TIME")] = None,
    until: Annotated[str | None, typer.Option(help="With --everyone: before this time.", metavar="TIME")] = None,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List what was done, newest first; your own doings unless --everyone."""
    shown = None if all else limit
    filters = {
        "actor": session.admin.find(actor) if actor else None,
        "object_type": object_type,
        "object_id": object_id,
        "since": since,
        "until": until,
    }
    if everyone or any(filters.values()):
        session.screen.pages(session.admin.log(action=action, limit=shown, **filters), COLUMNS)
    else:
        session.screen.pages(session.accounts.own_log(action=action, limit=shown), COLUMNS)
