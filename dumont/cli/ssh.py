"""`dumont ssh NAME`: writes where the instance is now into an SSH config of its own, and logs in."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Invalid
from dumont.cli.instances import Name
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import Connection

app = Verbs()
INCLUDE = "Include dumont.d/*.conf"


@app.verb(
    "ssh",
    "dumont ssh trainer",
    "dumont ssh trainer nvidia-smi",
    "dumont ssh trainer --config && ssh trainer && scp data.tar trainer:",
)
def ssh(
    session: Session,
    name: Name,
    command: Annotated[list[str] | None, typer.Argument(help="Run this, instead of a shell.")] = None,
    *,
    config: Annotated[bool, typer.Option("--config", help="Only write the SSH config; then `ssh NAME` works.")] = False,
) -> None:
    """Log in by name. The host key is the same on every machine, so a wake asks no questions."""
    connection = session.fleet.connection(session.fleet.named(name)["id"])
    if session.screen.as_json:
        session.screen.json(connection)
        return
    written = write(connection, Path.home() / ".ssh")
    if config:
        session.done(f"Wrote {written}: `ssh {connection['name']}` works now.")
        return
    program = shutil.which("ssh")
    if program is None:
        raise Invalid("There is no `ssh` on this machine.", hint=f"Install OpenSSH, or use: {connection['command']}")
    sys.stdout.flush()
    os.execv(program, [program, "-F", str(written), connection["name"], *(command or [])])  # noqa: S606 - found above


def write(connection: "Connection", folder: Path) -> Path:
    """One file an instance, replaced whole; the user's own config is told of the folder once, on its first line."""
    own = folder / "dumont.d"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = own / f"{connection['name']}.known_hosts"
    _replace(known, connection["known_hosts"].rstrip() + "\n")
    path = own / f"{connection['name']}.conf"
    _replace(path, f"{connection['ssh_config'].rstrip()}\n  UserKnownHostsFile {known}\n")
    _include(folder / "config")
    return path


def _include(config: Path) -> None:
    text = config.read_text() if config.exists() else ""
    if INCLUDE not in text.splitlines():
        _replace(config, f"{INCLUDE}\n\n{text}" if text else f"{INCLUDE}\n")


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, and through a link of the user's to where it leads."""
    target = path.resolve()
    new = target.with_name(f".{target.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(target)
