"""`dumont signup`: opens an account and signs in with it."""

from typing import Annotated

import typer

from dumont.basics.errors import Conflict, NotSignedIn
from dumont.cli import prompts
from dumont.cli.login import PASSWORD, sign_in
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs
from dumont.client.accounts import Accounts
from dumont.client.tokens import FixedToken

app = Verbs()


@app.verb(
    "signup",
    "dumont signup  # asks for all it needs",
    "dumont signup --email ada@example.com --name 'Ada Lovelace' --password-stdin < password.txt",
)
def signup(
    session: Session,
    email: Annotated[str | None, typer.Option(help="Your address.")] = None,
    name: Annotated[str | None, typer.Option(help="Your name.")] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from there.")] = False,
) -> None:
    """Open an account and sign in. The first account of a server becomes its administrator."""
    email = prompts.text(email, "Email", "--email")
    name = prompts.text(name, "Name", "--name")
    otherwise = "Pipe it in, with --password-stdin."
    password = prompts.secret(PASSWORD, from_input=password_stdin, otherwise=otherwise, twice=True)
    with session.api_as(FixedToken()) as api:
        Accounts(api).sign_up(email=email, name=name, password=password)
    try:
        sign_in(session, email, password)
    except NotSignedIn:
        # The server answers a sign-up alike whether or not the address is taken, and tells its owner by mail.
        raise Conflict(
            f"No new account could be opened for {email}.",
            code="address_taken",
            hint="If it is yours and has an account: `dumont login`.",
        ) from None
