"""The data: made once and whole, or not at all."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded.account import Account
from dumont.platform.db.embedded.binaries import Binaries
from dumont.platform.db.embedded.folders import DataFolder
from dumont.platform.db.embedded.locks import FileLock

DATABASE = "dumont"
ROLE = "dumont"


def major_of(data: DataFolder) -> int | None:
    """None where nothing has been made yet."""
    try:
        return int((data.cluster / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def check_major(data: DataFolder, binaries: Binaries) -> None:
    major = major_of(data)
    if major is not None and major != binaries.major:
        raise Unavailable(
            f"The data in {data.cluster} was made by PostgreSQL {major}; the programs found are {binaries.version}, "
            "which can't read it.",
            code="database_major_differs",
            hint=f"Set DUMONT_POSTGRES_BIN to the programs of PostgreSQL {major}. To move on: with those, "
            f"`dumont db export`; move the folder away; without them, `dumont db import`.",
        )


def read_password(data: DataFolder) -> str:
    try:
        return data.password.read_text().strip()
    except FileNotFoundError:
        raise Unavailable(
            f"{data.password} is gone: without it nobody can sign in to the embedded database.",
            code="database_password_lost",
            hint=f"Put it back from a backup; or write a new one there and set it for the role {ROLE} "
            "with `postgres --single`.",
        ) from None


class Making:
    """`lock` goes to every program, so that one that outlives us is waited for and not run over."""

    def __init__(self, data: DataFolder, binaries: Binaries, account: Account, lock: FileLock) -> None:
        self._data = data
        self._binaries = binaries
        self._account = account
        self._lock = lock

    def make(self, *, durable: bool, seconds: float) -> None:
        """The rename at the end is what makes it exist; a try that was killed before is thrown away."""
        unfinished = self._data.cluster.with_name("cluster.init")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._account.own(unfinished)
        self._write_password()
        place = ["-D", str(unfinished)]
        self._run("initdb", *place, *self._how(), seconds=seconds)
        self._run("postgres", "--single", *place, "template1", given=f"CREATE DATABASE {DATABASE}\n", seconds=seconds)
        if durable:
            self._run("initdb", *place, "--sync-only", seconds=seconds)
        unfinished.rename(self._data.cluster)

    def _how(self) -> tuple[str, ...]:
        return (
            "--no-sync",
            "--locale=C",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            f"--username={ROLE}",
            f"--pwfile={self._data.password}",
        )

    def _write_password(self) -> None:
        """Kept if there is one: nothing else knows it yet."""
        if self._data.password.exists():
            return
        part = self._data.password.with_suffix(".part")
        part.unlink(missing_ok=True)
        with open(part, "x", opener=_closed_to_others) as file:
            file.write(secrets.token_urlsafe(32) + "\n")
        self._account.own(part)
        part.rename(self._data.password)

    def _run(self, program: str, *arguments: str, given: str = "", seconds: float) -> None:
        try:
            subprocess.run(  # noqa: S603 - our own programs with our own arguments
                [self._binaries.program(program), *arguments],
                input=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=seconds,
                check=True,
                pass_fds=[self._lock.fileno()],
                **self._account.spawn_options(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = str(getattr(error, "stdout", None) or error).strip()
            raise Unavailable(
                f"The embedded database could not be made in {self._data.root}: {said[-600:]}",
                code="database_init_failed",
                hint="Is there room on the disk, and may the account write there?",
            ) from error


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def forget_server(data: DataFolder, socket_dir: Path) -> None:
    """Removes what a dead server has left. PostgreSQL would stop at them if their pid is in use again by another."""
    (data.cluster / "postmaster.pid").unlink(missing_ok=True)
    for left in socket_dir.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)
