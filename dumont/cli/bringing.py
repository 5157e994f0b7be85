"""Brings what a task file names from this computer to the machine: packed on the way, over `ssh`."""

import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dumont.basics.errors import Failure, Invalid
from dumont.cli import tasks
from dumont.cli.session import Session
from dumont.cli.ssh import config_words, written_here
from dumont.cli.tasks import Upload

if TYPE_CHECKING:
    from dumont.client.models import Instance


class NotBrought(Failure):
    code = "not_brought"


def bring(
    session: Session, instance: "Instance", *, uploads: Sequence[Upload], token: str, key: Path | None, kept: bool
) -> None:
    """And say so there, which lets the task begin. `key` is the public one that was given at the launch.

    Where it fails, the instance ends: its task would wait for ever, and its machine cost. `kept` is one whose work was
    there before.
    """
    if not uploads:
        return
    name = instance["name"]
    try:
        _bring(session, instance["id"], uploads=uploads, token=token, key=key)
    except KeyboardInterrupt:
        session.screen.say(f"{name} goes on to cost, and its task waits for files: `dumont rm {name}` ends it.")
        raise
    except (Failure, OSError) as error:
        said = error.message if isinstance(error, Failure) else _of_this_computer(error)
        raise _ended(session, instance, said, kept=kept) from error


def _of_this_computer(error: OSError) -> str:
    return f"{error.filename or 'A file'} can't be brought: {error.strerror or error}."


def _ended(session: Session, instance: "Instance", said: str, *, kept: bool) -> NotBrought:
    name = instance["name"]
    try:
        proof = session.fleet.destroy(instance["id"], keep_snapshot=kept)
    except Failure as error:
        left = f"It could not be ended ({error.message}), and goes on to cost: end it with `dumont rm {name}`."
        return NotBrought(f"{said} {left}")
    left = "`dumont rentals` lists its machine until it is confirmed gone." if proof["still_costs"] else ""
    return NotBrought(f"{said} {name} is destroyed, as its task can't begin.", hint=left or None)


def _bring(session: Session, instance_id: str, *, uploads: Sequence[Upload], token: str, key: Path | None) -> None:
    program = shutil.which("ssh")
    if program is None:
        raise Invalid("There is no `ssh` on this machine.", hint="Install OpenSSH.")
    connection = session.fleet.connection(instance_id)
    written = written_here(session, connection)
    own = ["-i", str(key.expanduser().with_suffix(""))] if key and key.suffix == ".pub" else []
    there = [program, *config_words(written), *own, "-o", "BatchMode=yes", written.stem]
    work = f'cd "$(cat {tasks.place(token)})"'
    for upload in uploads:
        session.done(f"{connection['name']}: brings {upload.source}")
        _send([*there, f"{work} && {_unpacks(upload)}"], upload)
    _run([*there, f"{work} && touch {tasks.marker(token)}"])


def _unpacks(upload: Upload) -> str:
    target = upload.target if upload.source.is_dir() else str(PurePosixPath(upload.target).parent)
    home, rest = target.startswith("~/") or target == "~", target.removeprefix("~").lstrip("/")
    shown = f'"$HOME"/{shlex.quote(rest)}' if home else shlex.quote(target)
    return f"mkdir -p {shown} && tar -xzf - -C {shown}"


def _send(command: Sequence[str], upload: Upload) -> None:
    name = "." if upload.source.is_dir() else PurePosixPath(upload.target).name
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as there:  # noqa: S603 - found by `which`
        try:
            with tarfile.open(fileobj=there.stdin, mode="w|gz") as packed:
                packed.add(upload.source, arcname=name)
        except BrokenPipeError:
            pass  # it has said why
        finally:
            if there.stdin:
                there.stdin.close()
        said = there.stderr.read() if there.stderr else b""
    _check(there.returncode, said)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - as above
    _check(done.returncode, done.stderr)


def _check(code: int, said: bytes) -> None:
    if code:
        why = said.decode(errors="replace").strip().splitlines()
        raise NotBrought(f"The machine took no files: {why[-1] if why else f'ssh ended with {code}'}.")
