"""`dumont history`: what machines did before, and which of them to keep away from."""

from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dumont.basics.machine_key import MachineKey
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs

if TYPE_CHECKING:
    from dumont.client.models import MachineDetail, ProviderSummary

app = Verbs("What machines did before.")
blacklist = Verbs("Machines to keep away from.")
app.add_typer(blacklist, name="blacklist")

Machine = Annotated[str, typer.Argument(help="Provider and machine, like vast:12345.", metavar="MACHINE")]
Provider = Annotated[str | None, typer.Option(help="Of this cloud alone.")]
Status = Literal["excellent", "good", "fair", "poor", "blacklisted", "unknown"]
Sort = Literal["recent", "success_rate", "attempts", "failures", "failures_in_row", "boot", "score"]
Kind = Literal["automatic", "temporary", "manual"]


def percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}%"


def seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f} s"


def of_provider(each: "ProviderSummary") -> str:
    return f"{each['provider']}={percent(each['success_rate']) or '-'}"


def until(entry: dict[str, str | None]) -> str:
    return moment(entry["expires_at"]) if entry["expires_at"] else "no end"


COLUMNS = [
    Column("machine", itemgetter("key")),
    Column("status", itemgetter("status")),
    Column("success", lambda machine: percent(machine["success_rate"]), right=True),
    Column("attempts", itemgetter("total_attempts"), right=True),
    Column("in row", itemgetter("consecutive_failures"), right=True),
    Column("boot", lambda machine: seconds(machine["boot_seconds_mean"]), right=True),
    Column("boot 95%", lambda machine: seconds(machine["boot_seconds_p95"]), right=True),
    Column("last attempt", lambda machine: moment(machine["last_attempt_at"])),
]
MORE = [
    Column("last success", lambda machine: moment(machine["last_success_at"])),
    Column("last failure", lambda machine: moment(machine["last_failure_at"])),
    Column("failed for", lambda machine: [f"{name}={count}" for name, count in machine["failure_reasons"].items()]),
    Column("blacklisted", lambda machine: machine["blacklist"] and machine["blacklist"]["reason"]),
    Column("until", lambda machine: machine["blacklist"] and until(machine["blacklist"])),
    Column("offers", lambda machine: len(machine["offers"]) if machine["offers_known"] else "not known"),
]
ATTEMPTS = [
    Column("at", lambda attempt: moment(attempt["at"])),
    Column("type", itemgetter("type")),
    Column("result", lambda attempt: attempt["reason"] or "succeeded"),
    Column("took", lambda attempt: seconds(attempt["seconds"]), right=True),
    Column("said", itemgetter("message")),
]
ENTRIES = [
    Column("machine", itemgetter("key")),
    Column("type", itemgetter("blacklist_type")),
    Column("for", lambda entry: "everyone" if entry["for_everyone"] else "you"),
    Column("since", lambda entry: moment(entry["created_at"])),
    Column("until", until),
    Column("reason", itemgetter("reason")),
    Column("ended", lambda entry: entry["ended_at"] and f"{moment(entry['ended_at'])} {entry['ended_why']}"),
]
SUMMARY = [
    Column("machines", itemgetter("machines")),
    Column("attempts", itemgetter("attempts")),
    Column("success", lambda summary: percent(summary["success_rate"])),
    Column("status", lambda summary: [f"{name}={count}" for name, count in summary["by_status"].items() if count]),
    Column("providers", lambda summary: list(map(of_provider, summary["providers"]))),
    Column("failed for", lambda summary: [f"{each['reason']}={each['count']}" for each in summary["failure_reasons"]]),
]
CHECK = [
    Column("blacklisted", itemgetter("is_blacklisted")),
    Column("type", lambda check: check["entry"] and check["entry"]["blacklist_type"]),
    Column("reason", lambda check: check["entry"] and check["entry"]["reason"]),
    Column("until", lambda check: check["entry"] and until(check["entry"])),
]


@app.verb("list", "dumont history list", hidden=True)
@app.verb("ls", "dumont history ls", "dumont history ls --status poor --provider vast", "dumont history ls -q")
def list_machines(
    session: Session,
    *,
    provider: Provider = None,
    status: Annotated[Status | None, typer.Option(help="With this status alone.")] = None,
    sort: Annotated[Sort, typer.Option(help="What decides the order.")] = "recent",
    ascending: Annotated[bool, typer.Option("--ascending", help="The least first.")] = False,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List machines with a past."""
    pages = session.machines.history(
        limit=None if all else limit, provider=provider, status=status, sort=sort, descending=not ascending
    )
    session.screen.pages(pages, COLUMNS, identity="key")


@app.verb("show", "dumont history show vast:12345", "dumont history show vast:12345 --json")
def show(session: Session, machine: Machine) -> None:
    """Show one machine, and what was tried with it of late."""
    key = MachineKey.parse(machine)
    found: MachineDetail = session.machines.one(key)
    session.screen.one(found, [*COLUMNS, *MORE], identity="key")
    if session.screen.as_json or session.screen.quiet:
        return
    session.screen.lines([""])
    session.screen.pages(session.machines.attempts(key, limit=20), ATTEMPTS)


@app.verb("summary", "dumont history summary", "dumont history summary --json | jq .trend")
def summary(session: Session) -> None:
    """Sum up what all machines did."""
    session.screen.one(session.machines.summary(), SUMMARY, identity="machines")


@app.verb("check", "dumont history check vast:12345", "dumont history check vast:12345 -q && echo free")
def check(session: Session, machine: Machine) -> None:
    """Tell whether a machine is blacklisted for you; ends with 1 if it is."""
    found = session.machines.check(MachineKey.parse(machine))
    session.screen.one(found, CHECK, identity="is_blacklisted")
    if found["is_blacklisted"]:
        raise typer.Exit(1)


@blacklist.verb("list", "dumont history blacklist list", hidden=True)
@blacklist.verb("ls", "dumont history blacklist ls", "dumont history blacklist ls --over --type automatic")
def list_entries(
    session: Session,
    *,
    provider: Provider = None,
    type: Annotated[Kind | None, typer.Option(help="Of this kind alone.")] = None,  # noqa: A002 - the option's name
    over: Annotated[bool, typer.Option("--over", help="Those that are over, in place of those that count.")] = False,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List the machines to keep away from."""
    pages = session.machines.blacklist(limit=None if all else limit, provider=provider, type=type, active=not over)
    session.screen.pages(pages, ENTRIES, identity="key")


@blacklist.verb(
    "add",
    'dumont history blacklist add vast:12345 --reason "The disk is slow."',
    'dumont history blacklist add vast:12345 --reason "It vanished." --type temporary',
)
def add(
    session: Session,
    machine: Machine,
    reason: Annotated[str, typer.Option(help="Why.")],
    type: Annotated[  # noqa: A002 - the option's name
        Literal["manual", "temporary"], typer.Option(help="Without an end, or for a day and for everyone.")
    ] = "manual",
    everyone: Annotated[bool, typer.Option("--everyone", help="Not for you alone; operators may.")] = False,
) -> None:
    """Keep away from a machine."""
    entry = session.machines.block(MachineKey.parse(machine), reason=reason, kind=type, for_everyone=everyone)
    session.screen.one(entry, ENTRIES, identity="id")


@blacklist.verb("remove", 'dumont history blacklist remove vast:12345 --why "The owner changed the disk."')
def remove(
    session: Session,
    machine: Machine,
    why: Annotated[str, typer.Option(help="Kept with the entry.")] = "",
    everyone: Annotated[bool, typer.Option("--everyone", help="The entry for everyone, not your own.")] = False,
) -> None:
    """Let a machine in again."""
    key = MachineKey.parse(machine)
    session.machines.unblock(key, why=why, for_everyone=True if everyone else None)
    session.done(f"{key} is no longer on the blacklist.")
