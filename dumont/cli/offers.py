"""`dumont offers`: what can be rented now, asked for with the options that users of other tools know."""

from typing import Annotated, Any, Literal

import typer

from dumont.basics.errors import Invalid
from dumont.cli.market import OFFERS, show_offers
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs

app = Verbs()
Sort = Literal[
    "price",
    "-price",
    "effective_price",
    "-effective_price",
    "g_score",
    "-g_score",
    "reliability",
    "-reliability",
    "vram",
    "-vram",
    "tflops_per_dollar",
    "-tflops_per_dollar",
]


@app.verb(
    "offers",
    "dumont offers --gpu H100:80GB:1..8 --max-price 3 --spot",
    "dumont offers --gpu RTX4090 --provider vast --provider runpod --sort effective_price",
    "dumont offers --gpu A100 --region EU --on-demand --json | jq -r '.items[0].id'",
    "dumont compare $(dumont offers --gpu 4090 --limit 3 -q)",
)
def list_offers(
    session: Session,
    gpu: Annotated[str | None, typer.Option(help="NAME[:MEMORY][:COUNT], each of them a range if need be.")] = None,
    max_price: Annotated[float | None, typer.Option(help="Dollars an hour for the whole machine.", min=0)] = None,
    *,
    spot: Annotated[bool, typer.Option("--spot", help="Only what has a spot price, at that price.")] = False,
    on_demand: Annotated[bool, typer.Option("--on-demand", help="Only what can be had on demand.")] = False,
    region: Annotated[list[str] | None, typer.Option(help="Region, country or EU; may be repeated.")] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Name of a cloud; may be repeated.")] = None,
    sort: Annotated[Sort | None, typer.Option(help="`-` in front: the highest first.")] = None,
    limit: Limit = 20,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List offers of all clouds, the cheapest first."""
    if spot and on_demand:
        raise Invalid("--spot and --on-demand exclude each other.", hint="Leave both out to see everything.")
    filters: dict[str, Any] = {"q": gpu, "max_price": max_price, "region": region, "provider": provider, "sort": sort}
    if spot or on_demand:
        filters["spot"] = "true" if spot else "false"
    show_offers(session, filters, OFFERS, limit=None if all else limit)
