"""`dumont standby`: second machines that hold a copy of an instance's work, and rehearsals of their use."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dumont.cli.instances import GIVEN_UP, Name, NoWait, follow, tell
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import StandbyDetail

app = Verbs("Second machines, that take over when the first is lost.")


def _of(name: str) -> Any:
    return lambda found: (found["standby"] or {}).get(name)


COLUMNS = [
    Column("instance", lambda found: found["name"]),
    Column("instance is", lambda found: found["state"]),
    Column("standby", lambda found: found["standby"]["state"] if found["standby"] else "none"),
    Column("kind", _of("kind")),
    Column("provider", _of("provider")),
    Column("type", _of("machine_type")),
    Column("copied", lambda found: moment(_of("synced_at")(found))),
    Column("trouble", lambda found: (_of("error")(found) or {}).get("message")),
]


@app.verb("ls", "dumont standby ls", "dumont standby ls --json")
def list_standbys(session: Session) -> None:
    """List instances that have a second machine, and how fresh its copy is."""
    session.screen.items(session.fleet.standbys(), COLUMNS, identity="instance_id")


@app.verb("on", "dumont standby on trainer", "dumont standby on trainer --kind gpu", "dumont standby on trainer -s 30")
def turn_on(
    session: Session,
    name: Name,
    kind: Annotated[
        Literal["cpu", "gpu"] | None,
        typer.Option(help="`gpu` is a warm pool: a machine like the first; else what it is, or is usual."),
    ] = None,
    *,
    provider: Annotated[str | None, typer.Option(help="Where it is rented; the usual cloud otherwise.")] = None,
    machine_type: Annotated[str | None, typer.Option("--type", help="Such as e2-medium.")] = None,
    sync: Annotated[int | None, typer.Option("--sync-seconds", "-s", help="Between two copies.", min=5)] = None,
) -> None:
    """Give an instance a second machine."""
    said = {"kind": kind, "provider": provider, "machine_type": machine_type, "sync_seconds": sync}
    _put(session, name, {"enabled": True} | {field: value for field, value in said.items() if value is not None})


@app.verb("off", "dumont standby off trainer")
def turn_off(session: Session, name: Name) -> None:
    """Give the second machine of an instance up."""
    _put(session, name, {"enabled": False})


@app.verb("test", "dumont standby test trainer", "dumont standby test trainer --json")
def rehearse(session: Session, name: Name, no_wait: NoWait = False) -> None:
    """Rehearse a failover: whether it could take over now, and what would be lost. Nothing moves."""
    instance = session.fleet.named(name)
    operation = session.fleet.rehearse(instance["id"])
    ended = operation if no_wait else follow(session, instance["name"], operation)
    tell(session, instance["name"], ended)
    if ended["state"] in GIVEN_UP:
        raise typer.Exit(1)


def _put(session: Session, name: str, wish: dict[str, Any]) -> None:
    put: StandbyDetail = session.fleet.put_standby(session.fleet.named(name)["id"], wish)
    session.screen.one(put, COLUMNS, identity="instance_id")
