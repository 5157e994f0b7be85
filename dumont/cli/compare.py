"""`dumont compare`: a few offers side by side, with the winner of each row."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.cli.market import gpu, money
from dumont.cli.screen import Column, text
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import CompareRow, Comparison

app = Verbs()
Ids = Annotated[list[str], typer.Argument(help="Ids of 2 to 6 offers; `-` reads them from standard input.")]


@app.verb(
    "compare",
    "dumont compare 0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60 0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b61",
    "dumont compare $(dumont search '4090 x1' --limit 3 -q) --disk 100",
    "dumont search H100 --limit 4 -q | dumont compare - -q     # the winner's id",
)
def compare(
    session: Session,
    ids: Ids,
    disk: Annotated[float | None, typer.Option(help="GB of disk wanted.", min=0)] = None,
    hours: Annotated[float | None, typer.Option(help="How long.", min=0.01)] = None,
    snapshot: Annotated[float | None, typer.Option(help="GB of the snapshot that is brought in.", min=0)] = None,
) -> None:
    """Compare offers; a star marks the best of each row."""
    given = sys.stdin.read().split() if ids == ["-"] else ids
    found = session.market.compare(given, disk_gb=disk, hours=hours, snapshot_gb=snapshot)
    if session.screen.as_json:
        session.screen.json(found)
    elif session.screen.quiet:
        winner = found["winner"]
        session.screen.lines([] if winner is None else [found["offers"][winner]["id"]])
    else:
        _show(session, found)


def _show(session: Session, found: "Comparison") -> None:
    columns = [Column("", _title)]
    for place, offer in enumerate(found["offers"]):
        title = f"{offer['provider']}:{offer['machine_id']} {gpu(offer)}"
        columns.append(Column(title, partial(_value, place=place), right=True))
    session.screen.items({"items": found["rows"]}, columns, identity="field")
    if found["winner"] is not None:
        session.done(f"Best in all: {found['offers'][found['winner']]['id']}")


def _title(row: "CompareRow") -> str:
    return f"{row['title']}, {row['unit']}" if row["unit"] else row["title"]


def _value(row: "CompareRow", *, place: int) -> str:
    value = row["values"][place]
    shown = money(value) if row["unit"].startswith("$") and isinstance(value, str) else text(_rounded(value))
    return f"* {shown}" if place in row["winners"] else shown


def _rounded(value: str | float | bool | None) -> str | float | bool | None:
    return f"{value:g}" if isinstance(value, float) else value
