"""`dumont rate`: stars for a machine that you rented."""

from operator import itemgetter
from typing import Annotated

import typer

from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs()
Machine = Annotated[str, typer.Argument(help="Provider and machine, like vast:12345.", metavar="MACHINE")]
Stars = Annotated[int, typer.Argument(help="1 to 5.", min=1, max=5)]
COLUMNS = [
    Column("machine", itemgetter("key")),
    Column("yours", itemgetter("rating"), right=True),
    Column("average", itemgetter("average_rating"), right=True),
    Column("ratings", itemgetter("ratings"), right=True),
]


@app.verb("rate", "dumont rate vast:12345 4", 'dumont rate vast:12345 2 --comment "Slow to boot."')
def rate(
    session: Session,
    machine: Machine,
    stars: Stars,
    comment: Annotated[str | None, typer.Option(help="A few words with it.")] = None,
) -> None:
    """Rate a machine that worked for you; rating it again replaces the rating before."""
    session.screen.one(session.machines.rate(machine, stars, comment=comment), COLUMNS, identity="key")
