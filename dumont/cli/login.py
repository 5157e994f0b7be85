"""`dumont login`: by address and password, or by an API key; what comes back is kept for the next command."""

from typing import Annotated

import typer

from dumont.basics.errors import NotAllowed
from dumont.cli import prompts
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs
from dumont.client.accounts import Accounts
from dumont.client.credentials import Entry
from dumont.client.tokens import FixedToken

app = Verbs()
PASSWORD = "Password"  # noqa: S105 - what is asked for, not one


@app.verb(
    "login",
    "dumont login                                  # asks for address and password",
    "dumont login --server https://dumont.example.com --email ada@example.com",
    "dumont login --api-key                        # asks for an API key",
    "pass show dumont | dumont login --with-token  # an API key on standard input",
)
def login(
    session: Session,
    email: Annotated[str | None, typer.Option(help="Your address.")] = None,
    api_key: Annotated[bool, typer.Option("--api-key", help="Ask for an API key instead.")] = False,
    with_token: Annotated[bool, typer.Option("--with-token", help="Read an API key from standard input.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from there.")] = False,
) -> None:
    """Sign in to a server and remember it for the next commands."""
    if api_key or with_token:
        key = prompts.secret("API key", from_input=with_token, otherwise="Pipe it in, with --with-token.")
        sign_in_with_key(session, key)
        return
    email = prompts.text(email, "Email", "--email")
    password = prompts.secret(PASSWORD, from_input=password_stdin, otherwise="Pipe it in, with --password-stdin.")
    sign_in(session, email, password)


def sign_in(session: Session, email: str, password: str) -> None:
    with session.api_as(FixedToken()) as api:
        grant = Accounts(api).log_in(email=email, password=password)
    entry = Entry(email, access_token=grant["access_token"], refresh_token=grant.get("refresh_token"))
    session.file.keep(session.server, entry)
    _tell(session, email)


def sign_in_with_key(session: Session, key: str) -> None:
    """Tried before it is kept. A key without the right to read the account is a good key all the same."""
    with session.api_as(FixedToken(key)) as api:
        try:
            email = Accounts(api).me()["email"]
        except NotAllowed:
            email = "the owner of the key"
    session.file.keep(session.server, Entry(email, api_key=key))
    _tell(session, email)


def _tell(session: Session, email: str) -> None:
    if session.screen.as_json:
        session.screen.json({"server": session.server, "email": email})
    session.done(f"Signed in to {session.server} as {email}.")
    if session.environment.token:
        session.done("DUMONT_TOKEN is set and goes before it.")
