"""`dumont rentals`, `savings` and `budget`: what machines cost now, what sleep has saved, what may be spent."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumont.basics.errors import Invalid
from dumont.cli.instances import OfTeam, money
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs

if TYPE_CHECKING:
    from dumont.client.models import RealSavings, Totals

rentals, savings, budget = Verbs(), Verbs(), Verbs()
RENTALS = [
    Column("instance", lambda each: each["instance_name"]),
    Column("machine", lambda each: f"{each['provider']}:{each['machine_id']}"),
    Column("gpu", lambda each: f"{each['gpu_count']}x {each['gpu_name']}" if each["gpu_name"] else "none"),
    Column("role", lambda each: each["role"]),
    Column("stage", lambda each: each["stage"]),
    Column("since", lambda each: moment(each["attempted_at"])),
    Column("$/h", lambda each: money(each["price_hour"]), right=True),
    Column("so far", lambda each: money(each["cost"]), right=True),
]
INSTANCES = [
    Column("instance", lambda each: each["name"]),
    Column("asleep", lambda each: f"{each['hours_asleep']:.1f} h", right=True),
    Column("given up", lambda each: money(each["given_up"]), right=True),
    Column("storage", lambda each: money(each["storage"]), right=True),
    Column("races", lambda each: money(each["race_overhead"]), right=True),
    Column("saved", lambda each: money(each["saved"]), right=True),
    Column("spent", lambda each: money(each["spent"]), right=True),
    Column("large cloud", lambda each: money(each["on_demand"]) if each["on_demand"] else None, right=True),
]
ROWS = [
    Column("slept", lambda each: moment(each["slept_at"])),
    Column("woke", lambda each: moment(each["ended_at"])),
    Column("why", lambda each: each["why"]),
    Column("sum", lambda each: each["formula"]),
]
BUDGET = [
    Column("an hour", lambda each: _used(each["price_hour"], each["max_price_hour"])),
    Column("today", lambda each: _used(each["spent_today"], each["per_day"])),
    Column("this month", lambda each: _used(each["spent_this_month"], each["per_month"])),
]


@rentals.verb("rentals", "dumont rentals", "dumont rentals --everyone --json")
def list_rentals(
    session: Session,
    everyone: Annotated[bool, typer.Option("--everyone", help="Everybody's, for operators.")] = False,
    *,
    limit: Limit = 100,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List every machine that costs money now, across all clouds."""
    pages = list(session.fleet.rentals(everyone=everyone, limit=None if all else limit))
    items = [each for page in pages for each in page["items"]]
    answer: Any = {**pages[-1], "items": items}
    session.screen.items(answer, RENTALS)
    if answer["next_cursor"]:
        session.done("There are more: --limit or --all.")
    session.done(_all_of_them(answer["totals"]))


@savings.verb("savings", "dumont savings", "dumont savings --from 2026-11-01T00:00Z --explain")
def show_savings(
    session: Session,
    since: Annotated[
        str | None, typer.Option("--from", help="A moment, such as 2026-11-01T00:00Z; else 30 days.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Now, otherwise.")] = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="With every row behind the sums.")] = False,
) -> None:
    """Show what sleeping has saved: machines given up, less storage and the races that woke instances."""
    found = session.fleet.savings(**{"from": since, "to": until, "explain": "true" if explain else None})
    session.screen.items({"items": found["instances"], **found}, INSTANCES, identity="instance_id")
    if explain and found["explained"] and not session.screen.as_json:
        session.screen.items({"items": found["explained"]}, ROWS, identity="hibernation_id")
    session.done(summed(found))


@budget.verb(
    "budget", "dumont budget", "dumont budget --day 25 --month 400", "dumont budget --hour none --team Research"
)
def show_budget(
    session: Session,
    hour: Annotated[str | None, typer.Option(help="Dollars, of all machines at once; `none` for no limit.")] = None,
    day: Annotated[str | None, typer.Option(help="Dollars a day.")] = None,
    month: Annotated[str | None, typer.Option(help="Dollars a month.")] = None,
    team: OfTeam = None,
) -> None:
    """Show what may be spent and what is; with options, change it. Used up, instances sleep, their data first."""
    team_id = None if team is None else session.accounts.team_id(team)
    said = {"max_price_hour": hour, "per_day": day, "per_month": month}
    changes = any(value is not None for value in said.values())
    found: Any = session.fleet.budget(team_id=team_id, aside=changes)
    if changes:
        kept = {name: found[name] if value is None else _limit(value) for name, value in said.items()}
        found = session.fleet.put_budget(kept | {"team_id": team_id})
    session.screen.one(found, BUDGET, identity="owner_id")


def _all_of_them(totals: "Totals") -> str:
    count = f"{totals['machines']} machine{'' if totals['machines'] == 1 else 's'}"
    return f"{count}, ${money(totals['price_hour'])} an hour, ${money(totals['cost'])} so far."


def _limit(text: str) -> str | None:
    if text == "none":
        return None
    if not text.replace(".", "", 1).isdigit():
        raise Invalid(f"{text!r} is no amount of dollars.", hint="Such as 25 or 0.80; `none` takes a limit away.")
    return text


def _used(used: str, limit: str | None) -> str:
    return f"${money(used)} of {'no limit' if limit is None else f'${money(limit)}'}"


def summed(found: "RealSavings") -> str:
    against = found["saved_on_demand"]
    more = "" if against is None else f", ${money(against)} against large clouds"
    hours = f"{found['hours_asleep']:.1f} hours asleep"
    return f"Saved ${money(found['saved'])} in {hours}{more}; spent ${money(found['spent'])}."
