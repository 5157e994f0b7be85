"""`dumont users`: everybody's accounts, for administrators."""

from typing import Annotated, Literal

import typer

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

app = Verbs("Everybody's accounts. For administrators.")
Who = Annotated[str, typer.Argument(help="Address or id of the account.", metavar="WHO")]
Role = Literal["user", "operator", "admin"]
COLUMNS = [
    Column("id", lambda user: user["id"]),
    Column("email", lambda user: user["email"]),
    Column("name", lambda user: user["name"]),
    Column("role", lambda user: user["role"]),
    Column("state", lambda user: "disabled" if user["disabled"] else "active"),
    Column("sessions", lambda user: user["sessions"], right=True),
    Column("last login", lambda user: moment(user["last_login_at"])),
    Column("created", lambda user: moment(user["created_at"])),
]


@app.verb("ls", "dumont users ls", "dumont users ls --role admin", "dumont users ls -s ada")
def list_users(
    session: Session,
    search: Annotated[str | None, typer.Option("--search", "-s", help="Part of an address or a name.")] = None,
    role: Annotated[Role | None, typer.Option(help="Those of this role.")] = None,
    state: Annotated[Literal["active", "disabled"] | None, typer.Option(help="Those in this state.")] = None,
    *,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List accounts."""
    pages = session.admin.users(q=search, role=role, state=state, limit=None if all else limit)
    session.screen.pages(pages, COLUMNS)


@app.verb("show", "dumont users show ada@example.com")
def show(session: Session, who: Who) -> None:
    """Show one account."""
    session.screen.one(session.admin.user(session.admin.find(who)), COLUMNS)


@app.verb("role", "dumont users role ada@example.com operator")
def set_role(session: Session, who: Who, role: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role."""
    session.screen.one(session.admin.change_user(session.admin.find(who), role=role), COLUMNS)


@app.verb("disable", "dumont users disable ada@example.com")
def disable(session: Session, who: Who, yes: Yes = False) -> None:
    """Shut an account out: its sessions end, its keys are refused, nothing of it is deleted."""
    session.confirm(f"The sessions of {who} end now, and its API keys are refused.", yes=yes)
    session.screen.one(session.admin.change_user(session.admin.find(who), disabled=True), COLUMNS)


@app.verb("enable", "dumont users enable ada@example.com")
def enable(session: Session, who: Who) -> None:
    """Let a disabled account in again."""
    session.screen.one(session.admin.change_user(session.admin.find(who), disabled=False), COLUMNS)


@app.verb("reset-link", "dumont users reset-link ada@example.com")
def reset_link(session: Session, who: Who) -> None:
    """Print a link with which its owner sets a new password; hand it over in private, it works once."""
    link = session.admin.reset_link(session.admin.find(who))
    if not session.screen.as_json and link["url"].startswith("/"):
        # A server that was not told its public address leaves that part to whoever knows it.
        link["url"] = session.server + link["url"]
    columns = [Column("link", lambda it: it["url"]), Column("until", lambda it: moment(it["expires_at"]))]
    session.screen.one(link, columns, identity="url")


@app.verb("sign-out", "dumont users sign-out ada@example.com")
def sign_out(session: Session, who: Who, yes: Yes = False) -> None:
    """End all sessions of an account."""
    session.confirm(f"{who} has to sign in again everywhere.", yes=yes)
    session.admin.sign_out(session.admin.find(who))
    session.done(f"{who} is signed out everywhere.")
