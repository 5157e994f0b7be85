"""`dumont version`: of this command line and of the server it speaks to."""

import dumont
from dumont.basics.errors import Failure
from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs()


@app.verb("version", "dumont version", "dumont version --json")
def version(session: Session) -> None:
    """Print the version of this command line, and of the server if one answers."""
    found = {"client": dumont.__version__, "server": _server_version(session), "address": session.server}
    columns = [
        Column("dumont", lambda it: it["client"]),
        Column("server", lambda it: f"{it['server'] or 'no answer'} ({it['address']})"),
    ]
    session.screen.one(found, columns, identity="client")


def _server_version(session: Session) -> str | None:
    try:
        found: str = session.api.get("/system")["version"]
    except Failure:
        return None
    return found
