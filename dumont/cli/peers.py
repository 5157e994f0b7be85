"""Verbs under the names that other tools give them, for fingers that know those."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumont.cli.fleet_money import INSTANCES, RENTALS, summed
from dumont.cli.following import follow
from dumont.cli.instance_verbs import States, list_instances, remove_some
from dumont.cli.instances import COLUMNS, Names, NoWait, ask
from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

if TYPE_CHECKING:
    from dumont.client.models import JobRow

status, ps, stop, start, down = Verbs(), Verbs(), Verbs(), Verbs(), Verbs()
cost_report, check = Verbs(), Verbs()
CHECKED = [
    Column("name", lambda each: each["name"]),
    Column("state", lambda each: "ok" if each["good"] else "failed"),
    Column("found", lambda each: each["found"]),
    Column("to do", lambda each: each["to_do"]),
]

ps.verb("ps", "dumont ps", "dumont ps --state running -q")(list_instances)
down.verb("down", "dumont down trainer -y", "dumont ps -q | dumont down - -y")(remove_some)


@status.verb("status", "dumont status", "dumont status trainer", "dumont status --json")
def list_or_show(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(help="These alone.", metavar="NAME...")] = None,
    state: States = None,
    *,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """As `dumont ls`: list instances, newest first; or those that are named."""
    if not names:
        list_instances(session, state, limit=limit, all=all)
        return
    found = [session.fleet.named(name) for name in names]
    session.screen.items({"items": found, "next_cursor": None}, COLUMNS)


@stop.verb("stop", "dumont stop trainer", "dumont ps -q | dumont stop -")
def hibernate_some(
    session: Session,
    names: Names,
    no_wait: NoWait = False,
    yes: Yes = False,  # noqa: ARG001 - nothing is asked, for nothing is lost
) -> None:
    """As `dumont hibernate`: the disk is kept as a snapshot, the machine is given up. `dumont pause` keeps it."""
    ask(session, names, "hibernate", wait=not no_wait)


@start.verb("start", "dumont start trainer", "dumont start trainer --no-wait")
def wake_some(
    session: Session,
    names: Names,
    no_wait: NoWait = False,
    yes: Yes = False,  # noqa: ARG001 - nothing is asked: a budget or --max-price limits what it costs
) -> None:
    """As `dumont wake`: a machine is raced for, and everything is put back under the same name and host key."""
    ask(session, names, "wake", wait=not no_wait)


@cost_report.verb("cost-report", "dumont cost-report", "dumont cost-report --from 2026-11-01T00:00Z --json")
def report_costs(
    session: Session,
    since: Annotated[str | None, typer.Option("--from", help="A moment; 30 days ago otherwise.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Now, otherwise.")] = None,
) -> None:
    """As `dumont rentals` and `dumont savings`: what costs money now, and what each instance has cost and saved."""
    running = next(iter(session.fleet.rentals(limit=200)))
    found = session.fleet.savings(**{"from": since, "to": until})
    if session.screen.as_json:
        session.screen.json({"rentals": running, "savings": found})
        return
    if running["items"] and not session.screen.quiet:
        session.screen.items(running, RENTALS)
    session.screen.items({"items": found["instances"]}, INSTANCES, identity="instance_id")
    session.done(summed(found))


@check.verb("check", "dumont check", "dumont check vast runpod")
def try_clouds(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(help="Clouds; those with a key, otherwise.")] = None,
) -> None:
    """As `dumont provider test` for each cloud that has a key. Ends with 1 if one of them does not work."""
    wanted = names or [each["name"] for each in session.market.providers()["items"] if _usable(each)]
    begun = [(name, session.market.test_provider(name)["job_id"]) for name in wanted]
    found = [_verdict(name, follow(session, job)) for name, job in begun]
    session.screen.items({"items": found}, CHECKED, identity="name")
    if not all(each["good"] for each in found):
        raise typer.Exit(1)


def _usable(provider: Any) -> bool:
    return bool(provider["configured"] and not provider["disabled"])


def _verdict(name: str, job: "JobRow") -> dict[str, Any]:
    """With the first step that failed, or the last of all."""
    result = job["result"]
    if result is None:
        told = f"See `dumont jobs show {job['id']}`."
        return {"name": name, "good": False, "found": "The test did not end.", "to_do": told, "steps": []}
    steps = result["steps"]
    step = next((each for each in steps if each["state"] == "failed"), steps[-1])
    shown = {"found": step["found"], "to_do": step["to_do"], "steps": steps}
    return {"name": name, "good": result["good"], **shown}
