"""`dumont arbitrage`: one GPU at two prices, what the cheaper one saves, and offers below their usual price."""

from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Invalid
from dumont.cli.market import gpu, money, percent, say_behind, say_unknown
from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import ModelSavings, ProviderPrices, Savings

app = Verbs()
OPPORTUNITIES = [
    Column("gpu", lambda it: it["model"]),
    Column("cheapest", lambda it: it["cheapest"]["provider"]),
    Column("$/gpu h", lambda it: money(it["cheapest"]["price_gpu_hour"]), right=True),
    Column("median", lambda it: money(it["median"]), right=True),
    Column("dearest", lambda it: it["dearest"]["provider"]),
    Column("$/gpu h", lambda it: money(it["dearest"]["price_gpu_hour"]), right=True),
    Column("spread", lambda it: percent(it["spread_percent"]), right=True),
    Column("saves/month", lambda it: f"{float(it['saving_month']):.2f}", right=True),
    Column("effective", lambda it: percent(it["effective"] and it["effective"]["spread_percent"]), right=True),
    Column("offers", lambda it: it["offers"], right=True),
    Column("note", lambda it: it["note"]),
]
CLOUDS = [
    Column("cloud", lambda it: it["provider"]),
    Column("gpu", lambda it: it["model"]),
    Column("lowest", lambda it: money(it["lowest"]), right=True),
    Column("median", lambda it: money(it["median"]), right=True),
    Column("spot", lambda it: money(it["spot_lowest"]), right=True),
    Column("effective", lambda it: money(it["effective_lowest"]), right=True),
    Column("offers", lambda it: it["count"], right=True),
    Column("reliability", lambda it: percent(it["reliability"] and it["reliability"] * 100), right=True),
    Column("7 days", lambda it: percent(it["trend_7d_percent"]), right=True),
]
DEALS = [
    Column("gpu", lambda it: gpu(it["offer"])),
    Column("provider", lambda it: it["offer"]["provider"]),
    Column("$/gpu h", lambda it: money(it["price_gpu_hour"]), right=True),
    Column("usual", lambda it: money(it["median_7d"]), right=True),
    Column("below", lambda it: percent(it["discount_percent"]), right=True),
    Column("note", lambda it: it["note"]),
    Column("id", lambda it: it["offer"]["id"]),
]
COSTS = [
    Column("where", lambda it: it["where"]),
    Column("$/gpu h", lambda it: money(it["price_gpu_hour"]), right=True),
    Column("cost", lambda it: f"{float(it['cost']):.2f}", right=True),
    Column("saved", lambda it: "-" if it["saved"] is None else f"{float(it['saved']):.2f}", right=True),
]


@app.verb(
    "arbitrage",
    "dumont arbitrage                              # where one GPU has two prices",
    "dumont arbitrage --min-spread 50 --region EU",
    "dumont arbitrage 4090                         # cloud by cloud",
    "dumont arbitrage H100 --savings --hours-per-day 8 --days 22",
    "dumont arbitrage --deals -q | head -3 | xargs dumont compare",
)
def arbitrage(
    session: Session,
    model: Annotated[str | None, typer.Argument(help="A GPU: its name or an alias.")] = None,
    *,
    savings: Annotated[bool, typer.Option("--savings", help="What the cheapest saves; names a GPU.")] = False,
    deals: Annotated[bool, typer.Option("--deals", help="Offers below their usual price.")] = False,
    min_spread: Annotated[float, typer.Option(help="Percent that must lie between the prices.", min=0)] = 15,
    region: Annotated[str | None, typer.Option(help="Of this region only.")] = None,
    hours_per_day: Annotated[float, typer.Option(help="For --savings.", min=0.01, max=24)] = 24,
    days: Annotated[float, typer.Option(help="For --savings.", min=0.01)] = 30,
    limit: Annotated[int, typer.Option("--limit", "-n", help="For --deals.", min=1, max=100)] = 20,
) -> None:
    """Differences of price between clouds, each for an hour of one GPU."""
    if savings and deals:
        raise Invalid("--savings and --deals exclude each other.")
    if deals:
        _deals(session, model, limit)
    elif savings:
        _savings(session, model, hours_per_day=hours_per_day, days=days)
    elif model is None or region is not None:
        _opportunities(session, min_spread, model, region)
    else:
        _clouds(session, model)


def _opportunities(session: Session, min_spread: float, model: str | None, region: str | None) -> None:
    found = session.market.opportunities(min_spread=min_spread, model=model, region=region)
    shown = {**found, "items": [{**item, "id": item["cheapest"]["offer_id"]} for item in found["items"]]}
    if session.screen.as_json:
        session.screen.json(found)
    elif found["items"] or session.screen.quiet:
        session.screen.items(shown, OPPORTUNITIES)
    else:
        say_unknown(session, f"a spread of {min_spread:g}%", found["models_suggested"])


def _clouds(session: Session, model: str) -> None:
    found = session.market.providers_of(model)
    if session.screen.as_json or session.screen.quiet:
        session.screen.items(found, CLOUDS, identity="provider")
    elif found["items"]:
        session.screen.items({"items": [row for item in found["items"] for row in _by_gpu(item)]}, CLOUDS)
    else:
        say_unknown(session, model, found["models_suggested"])
    if not session.screen.as_json:
        say_behind(session, found["history"])


def _by_gpu(item: "ProviderPrices") -> list[dict[str, object]]:
    """A line for each GPU that the name means."""
    cloud = {"provider": item["provider"]}
    return [{**item}, *[{**other, **cloud} for other in item["others"]]]


def _deals(session: Session, model: str | None, limit: int) -> None:
    found = session.market.deals(model=model, limit=limit)
    if session.screen.quiet and not session.screen.as_json:
        session.screen.lines(deal["offer"]["id"] for deal in found["items"])
        return
    session.screen.items(found, DEALS)
    if not session.screen.as_json:
        say_behind(session, found["history"])


def _savings(session: Session, model: str | None, *, hours_per_day: float, days: float) -> None:
    if model is None:
        raise Invalid("--savings needs a GPU.", hint="As in `dumont arbitrage H100 --savings`.")
    found = session.market.savings(model, hours_per_day=hours_per_day, days=days)
    if session.screen.as_json:
        session.screen.json(found)
    elif found["cheapest"] is None:
        say_unknown(session, model, found["models_suggested"])
    elif session.screen.quiet:
        session.screen.lines([str(found["cheapest"]["offer_id"])])
    else:
        for one in (found, *found["others"]):
            session.screen.items({"items": _costs(one)}, COSTS, identity="where")
            session.done(f"For {found['hours']:g} hours of one {one['variant']}.")


def _costs(found: "Savings | ModelSavings") -> list[dict[str, object]]:
    cheapest, median, dearest = found["cheapest"], found["median"], found["dearest"]
    assert cheapest is not None  # noqa: S101 - the caller has looked
    rows: list[dict[str, object]] = [{"where": f"{cheapest['provider']}, the cheapest", **cheapest, "saved": None}]
    if median is not None:
        rows.append({"where": "the median", **median, "saved": found["saving_on_median"]})
    if dearest is not None:
        rows.append({"where": f"{dearest['provider']}, the dearest", **dearest, "saved": found["saving_on_dearest"]})
    clouds = found["clouds"]
    return rows + [
        {"where": f"{cloud['provider']}, {cloud['model']}", **cloud, "saved": cloud["saving"]} for cloud in clouds
    ]
