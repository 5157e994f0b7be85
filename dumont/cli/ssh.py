"""`dumont ssh NAME`: writes where the instance is now into an SSH config of its own, and logs in."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Invalid, NotAllowed, NotFound
from dumont.cli.instances import Name
from dumont.cli.running import RunsThere
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import Connection

app = Verbs()
INCLUDE = "Include dumont.d/*.conf"
ALIAS, LETTERS = "dumont-", 8
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@app.verb(
    "ssh",
    "dumont ssh trainer",
    "dumont ssh trainer nvidia-smi -L",
    "dumont ssh trainer -L 8888:localhost:8888",
    "dumont ssh trainer --config && ssh trainer && scp data.tar trainer:",
    read_as=RunsThere,
)
def ssh(
    session: Session,
    name: Name,
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this, instead of a shell; or options, as `ssh` takes them.")
    ] = None,
    *,
    config: Annotated[bool, typer.Option("--config", help="Only write the SSH config; then `ssh NAME` works.")] = False,
) -> None:
    """Log in by name. The host key is the same on every machine, so a wake asks no questions."""
    connection = session.fleet.connection(session.fleet.named(name)["id"])
    if session.screen.as_json:
        session.screen.json(connection)
        return
    written = written_here(session, connection)
    if config:
        session.done(f"Wrote {written}: `ssh {written.stem}` works now.")
        return
    program = shutil.which("ssh")
    if program is None:
        raise Invalid("There is no `ssh` on this machine.", hint=f"Install OpenSSH, or use: {connection['command']}")
    if lack := lacking(connection):  # said before: from here on `ssh` has the word, and ends with its own 255
        session.screen.say(lack)
    sys.stdout.flush()
    os.execv(program, [program, *config_words(written), written.stem, *(command or [])])  # noqa: S606 - found above


def lacking(connection: "Connection") -> str | None:
    """Why it may let nobody in."""
    if connection["has_ssh_keys"]:
        return None
    identity = connection["host_key_alias"].removeprefix(ALIAS)
    way = f"Give it one: PATCH /api/v1/instances/{identity} with ssh_keys; or launch with --ssh-key."
    return f"{connection['name']} was given no SSH key, so it may let nobody in. {way}"


def written_here(session: Session, connection: "Connection") -> Path:
    """Its stem is what `ssh` knows the instance by."""
    return write(connection, Path.home() / ".ssh", lambda other: _lives(session, other))


def write(connection: "Connection", folder: Path, lives: Callable[[str], bool]) -> Path:
    """One file an instance, replaced whole and called as `ssh` is to know it; the user's own config is told of the
    folder once, on its first line."""
    if not FILE_NAME.fullmatch(connection["name"]):
        raise Invalid(f"{connection['name']!r} can't be the name of a file.")
    own = folder / "dumont.d"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own.mkdir(mode=0o700, exist_ok=True)
    name = _called(connection, own, lives)
    known = own / f"{name}.known_hosts"
    _replace(known, f"{connection['known_hosts'].rstrip()}\n".encode())
    path = own / f"{name}.conf"
    said = connection["ssh_config"].rstrip().replace(f"Host {connection['name']}\n", f"Host {name}\n", 1)
    _replace(path, f'{said}\n  UserKnownHostsFile "{known}"\n'.encode())
    _include(folder / "config")
    return path


def config_words(written: Path) -> list[str]:
    """`ssh` finds the user's own config, and ours in it, unless HOME has been moved: it asks the system for that."""
    import pwd

    there = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".ssh"
    return [] if there == written.parent.parent else ["-F", str(written)]


def _called(connection: "Connection", own: Path, lives: Callable[[str], bool]) -> str:
    """By its name, unless that is another's here, as one of a team's may be: `ssh NAME` still goes to that one."""
    name, alias = connection["name"], connection["host_key_alias"]
    there = own / f"{name}.known_hosts"
    other = (there.read_text(errors="replace").split() or [alias])[0] if there.exists() else alias
    if other == alias or not lives(other.removeprefix(ALIAS)):
        return name
    return f"{name}-{alias[-LETTERS:]}"


def _lives(session: Session, instance_id: str) -> bool:
    """One that nobody here knows, or that is destroyed, gives its name to the next."""
    try:
        return session.fleet.named(instance_id)["state"] != "destroyed"
    except (NotFound, NotAllowed):
        return False


def _include(config: Path) -> None:
    """As bytes: whatever it is written in, what was there stays as it was."""
    kept = config.read_bytes() if config.exists() else b""
    if INCLUDE.encode() not in kept.splitlines():
        _replace(config, INCLUDE.encode() + b"\n" + (b"\n" + kept if kept else b""))


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and through a link of the user's to where it leads."""
    target = path.resolve()
    new = target.with_name(f".{target.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(target)
