"""`dumont logout`: ends the session on the server, and forgets it here in any case."""

from typing import Annotated

import typer

from dumont.basics.errors import NotSignedIn, Unavailable
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs
from dumont.client.accounts import Accounts
from dumont.client.credentials import StoredTokens

app = Verbs()


@app.verb("logout", "dumont logout", "dumont logout --everywhere  # all your sessions, on all machines")
def logout(
    session: Session,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="End all your sessions.")] = False,
) -> None:
    """Sign out, and forget the credentials of this server."""
    entry = session.entry
    if entry.bearer is None:
        session.done(f"Nobody is signed in to {session.server}.")
        return
    if entry.api_key is None or everywhere:
        _end(session, everywhere=everywhere)
    session.file.forget(session.server)
    session.done(f"Signed out of {session.server}.")


def _end(session: Session, *, everywhere: bool) -> None:
    try:
        with session.api_as(StoredTokens(session.file, session.server)) as api:
            accounts = Accounts(api)
            accounts.log_out_everywhere() if everywhere else accounts.log_out()
    except NotSignedIn:
        return
    except Unavailable as failure:
        if everywhere:
            raise
        session.screen.say(f"{failure.message} The session ends there by itself; it is forgotten here.")
