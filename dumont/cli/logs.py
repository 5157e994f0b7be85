"""`dumont logs`: what was written on an instance's machine, and what comes."""

import json
import sys
from typing import Annotated, Literal

import typer

from dumont.basics.errors import Invalid
from dumont.cli.instances import Name
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

logs = Verbs()
Source = Literal["run", "onstart", "agent", "cloud"]


@logs.verb("logs", "dumont logs trainer", "dumont logs trainer -f", "dumont logs trainer --source agent --tail 50")
def show_logs(
    session: Session,
    name: Name,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Goes on with what comes, until Ctrl-C.", show_default=False)
    ] = False,
    tail: Annotated[int, typer.Option("--tail", help="So many lines, the last ones.", min=1, max=2000)] = 200,
    source: Annotated[
        Source | None,
        typer.Option(help="If not said: what is run, once it has begun, else the start script, else the agent."),
    ] = None,
) -> None:
    """Show what was written on the machine; as JSON, one answer a line."""
    if follow and source == "cloud":
        raise Invalid("What a cloud keeps can't be followed.", hint="Leave out --follow, or follow --source agent.")
    instance = session.fleet.named(name)
    told = live = False
    for found in session.fleet.logs(instance["id"], source=source, tail=tail, follow=follow):
        live = live or found["live"]
        if session.screen.as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        else:
            if found["note"] and not told:
                session.done(found["note"])
                told = True
            if found["anew"]:
                session.done("Begun anew: another machine, or another run of the script.")
            sys.stdout.write(found["text"])
        sys.stdout.flush()
    if follow and live:
        state = session.fleet.detail(instance["id"], aside=True)["state"]
        now = "sleeps now" if state in ("hibernating", "hibernated") else f"is {state.replace('_', ' ')}"
        session.done(f"{instance['name']} {now}; its log ends here.")
