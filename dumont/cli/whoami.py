"""`dumont whoami`: the account that the next command will act for."""

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs()
COLUMNS = [
    Column("email", lambda me: me["email"]),
    Column("name", lambda me: me["name"]),
    Column("role", lambda me: me["role"]),
    Column("may", lambda me: me["permissions"]),
    Column("id", lambda me: me["id"]),
    Column("since", lambda me: moment(me["created_at"])),
]


@app.verb("whoami", "dumont whoami", "dumont whoami --json | jq -r .role")
def whoami(session: Session) -> None:
    """Print who is signed in, where, and what they may do."""
    me = session.accounts.me()
    session.screen.one(me, [Column("server", lambda _: session.server), *COLUMNS])
