"""What the verbs of instances share: names to instances, columns, an operation followed to its end, durations."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumont.basics.errors import Invalid
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session

if TYPE_CHECKING:
    from dumont.client.models import Instance, Operation

Name = Annotated[str, typer.Argument(help="Name or id of the instance.", metavar="NAME")]
Names = Annotated[
    list[str], typer.Argument(help="Names or ids; `-` reads them from standard input.", metavar="NAME...")
]
OfTeam = Annotated[str | None, typer.Option("--team", help="Name or id of a team of yours; else your own.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Don't follow it to its end.")]
WithoutUnread = Annotated[
    bool,
    typer.Option(
        "--without-unread", help="Lose the files that can't be read: those that were told of.", show_default=False
    ),
]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
WAYS = {"spot": "on spot", "on_demand": "on demand", "wait": "waits for spot"}
GIVEN_UP = ("failed", "cancelled")


def seconds_of(text: str, option: str) -> float:
    """`90s`, `30m`, `6h`, `2d`, `1h30m`."""
    parts = DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Invalid(f"{option} {text!r} is no duration.", hint="Such as 90s, 30m, 6h, 2d or 1h30m.")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def money(text: str) -> str:
    """Dollars with two to four decimals, as the API has more of them; nothing that costs is shown as nothing."""
    whole, _, fraction = text.partition(".")
    shown = f"{whole}.{fraction[:4].rstrip('0').ljust(2, '0')}"
    if shown.strip("-0."):
        return shown
    sign = ">" if whole.startswith("-") else "<"
    return f"{sign}{whole}.0001" if fraction.strip("0") else shown.lstrip("-")


def machine(instance: "Instance") -> str:
    found = instance["machine"]
    if not found:
        return "-"
    gpu = f"{found['gpu_count']}x {found['gpu_name']}" if found["gpu_name"] else "no GPU"
    return f"{gpu}, {found['provider']}{'' if found['held'] else ' (had)'}"


def doing(instance: "Instance") -> str:
    operation, following = instance["operation"], instance["next"]
    if operation:
        return f"{operation['kind']}: {operation['stage'] or 'queued'} {operation['percent']:.0f}%"
    return following["text"] if following else "-"


def work(instance: "Instance") -> str:
    """`7.5 of 20 h by 2026-12-01 08:00:00Z, on spot`."""
    course = instance["course"]
    if not course:
        return "-"
    way = course["outcome"] or WAYS.get(course["action"] or "", "to be decided")
    return f"{course['done_hours']:.1f} of {course['work_hours']:g} h by {moment(course['deadline'])}, {way}"


def run(instance: "Instance") -> str:
    """`running`, `done`, `failed (3)`."""
    found = instance["run"]
    if not found:
        return "-"
    return f"{found['state']} ({found['code']})" if found["code"] else found["state"]


def _run_whole(instance: "Instance") -> str:
    found = instance["run"]
    if not found:
        return "-"
    moments = (("since", found["began_at"]), ("until", found["ended_at"]))
    when = ", ".join(f"{word} {moment(at)}" for word, at in moments if at)
    return " ".join(part for part in (run(instance), when and f"{when}.", found["why"]) if part)


COLUMNS = [
    Column("name", lambda instance: instance["name"]),
    Column("state", lambda instance: instance["state"]),
    Column("machine", machine),
    Column("$/h", lambda instance: money(instance["price_hour"]), right=True),
    Column("so far", lambda instance: money(instance["cost"]), right=True),
    Column("run", run),
    Column("snapshot", lambda instance: moment(instance["snapshot"]["at"]) if instance["snapshot"] else "-"),
    Column("now and next", doing),
]
DETAILS = [
    Column("id", lambda instance: instance["id"]),
    *COLUMNS[:2],
    Column("why", lambda instance: instance["why"]),
    *[column for column in COLUMNS[2:] if column.title != "run"],
    Column("run", _run_whole),
    Column("work", work),
    Column("kept awake until", lambda instance: moment(instance["keep_awake_until"])),
    Column("ends", lambda instance: moment(instance["until_at"])),
    Column("ssh", lambda instance: (instance.get("connection") or {}).get("command") or "-"),
    Column("error", lambda instance: _error(instance["error"])),
]


def each(session: Session, names: list[str], act: Callable[["Instance"], None]) -> None:
    session.each(names, lambda name: act(session.fleet.named(name)))


def ask(session: Session, names: list[str], verb: str, *, wait: bool, **more: bool) -> None:
    """Every one is asked before the first is waited for; one that refuses keeps nobody from the others."""
    asked: list[tuple[str, Operation]] = []
    code: Any = 0
    try:
        each(
            session,
            names,
            lambda instance: asked.append((instance["name"], session.fleet.ask(instance["id"], verb, **more))),
        )
    except SystemExit as ended:
        code = ended.code
    for name, operation in asked:
        outcome = follow(session, name, operation) if wait else operation
        code = code or (1 if outcome["state"] in GIVEN_UP else 0)
        tell(session, name, outcome)
    if code:
        raise typer.Exit(code)


def tell(session: Session, name: str, operation: "Operation") -> None:
    if session.screen.as_json:
        session.screen.json(operation)
    elif session.screen.quiet:
        session.screen.lines([operation["instance_id"]])
    else:
        session.screen.lines([f"{name}  {operation['kind']}  {operation['state']}  {_spent(operation)}".rstrip()])
        if operation["error"]:
            session.screen.say(_error(operation["error"]))


def follow(session: Session, name: str, operation: "Operation") -> "Operation":
    """A bar at a terminal, a line for each stage elsewhere; Ctrl-C leaves it running."""
    with _bar(session, name) if sys.stderr.isatty() else _lines(session, name) as told:
        for found in session.fleet.follow(operation["id"]):
            if found["unread"] != operation["unread"]:
                session.screen.say(waits_for(name, found))
            operation = found
            told(operation)
    return operation


def waits_for(name: str, operation: "Operation") -> str:
    lack = operation["unread"]
    if lack is None or lack["agreed"]:
        return f"{name}: goes on without what can't be read."
    more = lack["files"] - len(lack["names"])
    listed = ", ".join(lack["names"]) + (f" and {more} more" if more > 0 else "")
    what = f"{lack['files']} file{'s' if lack['files'] > 1 else ''} can't be read, so the machine stays: {listed}."
    verb = "rm" if operation["kind"] == "destroy" else operation["kind"]
    return f"{name}: {what} `dumont {verb} {name} --without-unread` goes on, and they are lost with it."


@contextmanager
def _bar(session: Session, name: str) -> Iterator[Callable[["Operation"], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=session.environment.no_color or None)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[stage]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=100, stage="")
        yield lambda operation: bar.update(
            task,
            description=f"{name}: {operation['kind']}",
            completed=operation["percent"],
            stage=operation["stage"] or operation["state"],
        )


@contextmanager
def _lines(session: Session, name: str) -> Iterator[Callable[["Operation"], None]]:
    told = ""

    def tell_one(operation: "Operation") -> None:
        nonlocal told
        line = f"{name}: {operation['kind']} {operation['stage'] or operation['state']}"
        if line != told and operation["state"] in ("queued", "running"):
            session.done(line)
        told = line

    yield tell_one


def _spent(operation: "Operation") -> str:
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in operation["stages"].items() if seconds >= 0.05)
    return f"in {operation['seconds']:.1f} s{f' ({stages})' if stages else ''}" if operation["ended_at"] else ""


def _error(found: Any) -> str:
    return " ".join(part for part in (found["message"], found["hint"]) if part) if found else "-"
