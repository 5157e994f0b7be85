"""The verbs of instances: list, show, wake, hibernate, pause, resume, snapshot, fail over, keep awake, destroy."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Invalid
from dumont.cli.instances import COLUMNS, DETAILS, Name, Names, NoWait, WithoutUnread, ask, each, money, seconds_of
from dumont.cli.screen import Column, moment, text
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes

if TYPE_CHECKING:
    from dumont.client.models import Instance, InstanceDetail, Operation, Proof

ls, show, wake, hibernate = Verbs(), Verbs(), Verbs(), Verbs()
pause, resume, save, failover, half_life = Verbs(), Verbs(), Verbs(), Verbs(), Verbs()
autostop, awake, remove, events, why = Verbs(), Verbs(), Verbs(), Verbs(), Verbs()

STATES = (
    "launching", "running", "paused", "hibernating", "hibernated", "waking", "failing_over", "on_standby",
    "recovering", "interrupted", "destroying", "destroyed", "failed",
)  # fmt: skip
EVENTS = [
    Column("at", lambda event: moment(event["at"])),
    Column("what", lambda event: event["to_state"] or event["kind"]),
    Column("why", lambda event: event["why"]),
    Column("who", lambda event: event["who"]),
]
SIGNALS = [
    Column("signal", lambda each: each["signal"]),
    Column("value", lambda each: "not known" if each["value"] is None else f"{each['value']:g} {each['unit']}"),
    Column("busy above", lambda each: each["threshold"], right=True),
    Column("now", lambda each: _now(each["busy"], known=each["value"] is not None)),
    Column("for", lambda each: f"{each['seconds']:.0f} s" if each["seconds"] is not None else "-", right=True),
]


def _now(busy: bool, *, known: bool) -> str:
    if not busy:
        return "quiet"
    return "busy" if known else "counts as busy"


def _states(given: list[str] | None) -> list[str] | None:
    if wrong := next((word for word in given or () if word not in STATES), None):
        raise typer.BadParameter(f"{wrong!r} is none of {', '.join(STATES)}.")
    return given


States = Annotated[
    list[str] | None,
    typer.Option(
        metavar="STATE",
        callback=_states,
        autocompletion=lambda: list(STATES),
        help=f"Those in these states alone: {', '.join(STATES)}. Destroyed ones are left out else.",
    ),
]


@ls.verb("ls", "dumont ls", "dumont ls --state running --state paused", "dumont ls -q | dumont hibernate -")
def list_instances(
    session: Session,
    state: States = None,
    *,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List instances, newest first."""
    session.screen.pages(session.fleet.all(state=state, limit=None if all else limit), COLUMNS)


@show.verb("show", "dumont show trainer", "dumont show trainer --json")
def show_one(session: Session, name: Name) -> None:
    """Show one instance, with how to get in."""
    session.screen.one(session.fleet.detail(session.fleet.named(name)["id"]), DETAILS)


@wake.verb("wake", "dumont wake trainer", "dumont wake trainer --no-wait")
def wake_some(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Wake instances: a machine is raced for, and everything is put back under the same name and host key."""
    ask(session, names, "wake", wait=not no_wait)


@hibernate.verb("hibernate", "dumont hibernate trainer", "dumont ls -q | dumont hibernate -")
def hibernate_some(
    session: Session,
    names: Names,
    no_wait: NoWait = False,
    *,
    without_unread: WithoutUnread = False,
    yes: Yes = False,  # noqa: ARG001 - nothing is asked, for nothing is lost
) -> None:
    """Save the work, while who writes is held still, prove that it is safe, and give the machine up."""
    ask(session, names, "hibernate", wait=not no_wait, without_unread=without_unread)


@pause.verb("pause", "dumont pause trainer")
def pause_some(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Stop machines and keep them, where their clouds can; the disk may go on to cost."""
    ask(session, names, "pause", wait=not no_wait)


@resume.verb("resume", "dumont resume trainer")
def resume_some(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Start paused machines again."""
    ask(session, names, "resume", wait=not no_wait)


@save.verb("save", "dumont save trainer")
def save_some(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Take a snapshot of running instances."""
    ask(session, names, "snapshot", wait=not no_wait)


@failover.verb("failover", "dumont failover trainer")
def fail_over(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Act as if the machine were lost: to the standby, or to another machine from the newest snapshot."""
    ask(session, names, "failover", wait=not no_wait)


@half_life.verb("half-life", "dumont half-life trainer", "dumont wake trainer")
def put_on_standby(session: Session, names: Names, no_wait: NoWait = False) -> None:
    """Keep files, editor and SSH on the standby for cents, and give the GPU up; `wake` brings it back."""
    ask(session, names, "half-life", wait=not no_wait)


@autostop.verb(
    "autostop", "dumont autostop trainer", "dumont autostop trainer -i 3", "dumont autostop trainer --cancel"
)
def autostop_one(
    session: Session,
    name: Name,
    minutes: Annotated[
        float | None, typer.Option("-i", "--idle-minutes", help="Idle for so long, it sleeps.", min=0.01)
    ] = None,
    *,
    on: Annotated[bool, typer.Option("--on", help="Sleeps by itself again, as it did.", show_default=False)] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Never sleeps by itself.", show_default=False)] = False,
) -> None:
    """Show when an instance hibernates by itself, or say it."""
    if cancel and (on or minutes is not None):
        raise Invalid("Say when it sleeps, or --cancel.", hint="dumont autostop --help has examples.")
    changes = on or cancel or minutes is not None
    instance = session.fleet.detail(session.fleet.named(name)["id"], aside=changes)
    if changes:
        said: dict[str, object] = {"enabled": not cancel}
        said |= {} if minutes is None else {"idle_seconds": minutes * 60}
        session.fleet.change(instance["id"], {"hibernation": said})
        instance = session.fleet.detail(instance["id"])
    rule = instance["hibernation"]
    told = f"sleeps after {rule['idle_seconds'] / 60:g} idle minutes" if rule["enabled"] else "never sleeps by itself"
    _changed(session, instance["id"], instance, f"{instance['name']} {told}.")


@awake.verb("keep-awake", "dumont keep-awake trainer 4h", "dumont keep-awake trainer 0s")
def keep_awake(
    session: Session, name: Name, time: Annotated[str, typer.Argument(help="30m, 4h, 2d; 0s lets it sleep.")] = "1h"
) -> None:
    """Put off hibernation by idleness."""
    seconds = seconds_of(time, "TIME")
    instance = session.fleet.named(name)
    operation = session.fleet.keep_awake(instance["id"], seconds)
    told = f"is kept awake until {moment(operation['details']['until'])}" if seconds else "may sleep again"
    _changed(session, instance["id"], operation, f"{instance['name']} {told}.")


def _changed(session: Session, identity: str, answer: "InstanceDetail | Operation", told: str) -> None:
    if session.screen.as_json:
        session.screen.json(answer)
    elif session.screen.quiet:
        session.screen.lines([identity])
    else:
        session.done(told)


@why.verb("why-awake", "dumont why-awake trainer")
def why_awake(session: Session, name: Name) -> None:
    """Why an instance does not sleep: each signal, its limit, and what happens next."""
    told = session.fleet.why_awake(session.fleet.named(name)["id"])
    session.done(told["summary"])
    session.screen.items({"items": told["signals"], **told}, SIGNALS, identity="signal")


@events.verb("events", "dumont events trainer", "dumont events trainer -n 5 --json", "dumont events trainer -w")
def list_events(
    session: Session,
    name: Name,
    *,
    limit: Limit = 30,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Goes on with those that come, until Ctrl-C.")] = False,
) -> None:
    """What has happened to an instance, newest first; watched, oldest first, and as JSON one a line."""
    instance = session.fleet.named(name)
    if not watch:
        session.screen.pages(session.fleet.events(instance["id"], limit=limit), EVENTS)
        return
    for event in session.fleet.watch(instance["id"], limit=limit):
        shown = "  ".join(f"{text(column.read(event))}" for column in EVENTS)
        line = json.dumps(event, ensure_ascii=False) if session.screen.as_json else shown
        session.screen.lines([event["id"] if session.screen.quiet else line])
        sys.stdout.flush()


@remove.verb("rm", "dumont rm trainer", "dumont rm trainer --purge --yes")
def remove_some(
    session: Session,
    names: Names,
    *,
    purge: Annotated[bool, typer.Option("--purge", help="Delete its snapshots, too: its work is lost.")] = False,
    without_unread: WithoutUnread = False,
    yes: Yes = False,
) -> None:
    """Destroy instances, and say what still costs money until it is confirmed gone."""
    kept = "Snapshots are deleted, too: the work is lost." if purge else "What has changed is saved, snapshots stay."
    meant = "what standard input names" if names == ["-"] else ", ".join(names)
    if names != ["-"] and not yes:
        for name in names:
            session.fleet.named(name)  # nobody is asked about what is not there
    session.confirm(f"Destroys {meant} and gives the machines up. {kept}", yes=yes)

    def destroy(instance: "Instance") -> None:
        _prove(session, session.fleet.destroy(instance["id"], keep_snapshot=not purge, without_unread=without_unread))

    each(session, names, destroy)


def _prove(session: Session, proof: "Proof") -> None:
    if session.screen.as_json:
        session.screen.json(proof)
        return
    if session.screen.quiet:
        session.screen.lines([proof["instance_id"]])
        return
    left = [
        f"{each['provider']} {each['machine_id']} (${money(each['price_hour'])}/h)" for each in proof["still_costs"]
    ]
    session.screen.lines([f"{proof['name']}  {proof['state']}  ${money(proof['cost'])} so far"])
    goes = f"Still costs: {', '.join(left)}. `dumont rentals` lists it until it is confirmed gone."
    session.done(goes if left else "Nothing of it costs any more.")
