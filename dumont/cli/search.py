"""`dumont search`: what can be rented now, asked for in a line of words."""

from typing import Annotated

import typer

from dumont.cli.market import OFFERS, show_offers
from dumont.cli.offers import Sort
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs

app = Verbs()


@app.verb(
    "search",
    "dumont search 'gpu=4090 vram>=24 reliability>0.95 price<0.5'",
    "dumont search 4090 x2 '<0.5' EU",
    "dumont search 'gpu_name=RTX_4090 num_gpus=1 dph<0.5' --sort -g_score",
    "dumont search H100:80GB:1..8 -q | head -3 | xargs dumont compare",
)
def search(
    session: Session,
    query: Annotated[list[str] | None, typer.Argument(help="In words, or as other tools write it.")] = None,
    sort: Annotated[Sort | None, typer.Option(help="`-` in front: the highest first.")] = None,
    disk: Annotated[float | None, typer.Option(help="GB of disk wanted; counts in the prices.", min=0)] = None,
    hours: Annotated[float | None, typer.Option(help="How long; for the effective price.", min=0.01)] = None,
    *,
    show_all: Annotated[bool, typer.Option("--unavailable", help="Show what can't be had now, too.")] = False,
    blacklisted: Annotated[bool, typer.Option("--blacklisted", help="Show blacklisted machines, too.")] = False,
    limit: Limit = 20,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """Search the offers of all clouds. Without words it lists the cheapest."""
    filters = {
        "q": " ".join(query) if query else None,
        "sort": sort,
        "disk_gb": disk,
        "hours": hours,
        "available_only": "false" if show_all else None,
        "include_blacklisted": "true" if blacklisted else None,
    }
    show_offers(session, filters, OFFERS, limit=None if all else limit)
