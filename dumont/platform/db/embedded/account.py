"""The account that PostgreSQL runs under: our own, or a harmless one when we are root, which it refuses to be."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dumont.basics.errors import Unavailable

HARMLESS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int
    is_other: bool  # we are root and become it

    def spawn_options(self) -> dict[str, Any]:
        """For `subprocess`: another session, so that Ctrl-C stays ours; no folder and no variable of ours."""
        options: dict[str, Any] = {
            "cwd": "/",
            "env": {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            "start_new_session": True,
        }
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def own(self, path: Path) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        return self._may(folder, stat.S_IXOTH)

    def can_run(self, program: Path) -> bool:
        return closed_parent(program, self) is None and self._may(program, stat.S_IXOTH | stat.S_IROTH)

    def _may(self, path: Path, others: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return status.st_mode & (others << 6) == others << 6
        if status.st_gid == self.gid:
            return status.st_mode & (others << 3) == others << 3
        return status.st_mode & others == others


def choose_account(cluster: Path, uid: int | None = None) -> Account:
    """As root: the one asked for, else whose data it is already, else the first harmless one there is."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    if uid is None:
        uid = _owner(cluster) or _harmless()
    if uid == 0:
        raise Unavailable("PostgreSQL refuses to run as root.", code="database_as_root", hint="Name another account.")
    return Account(uid, _group(uid), is_other=True)


def closed_parent(path: Path, account: Account) -> Path | None:
    """The first folder above that the account may not pass through."""
    if not account.is_other:
        return None
    return next((folder for folder in reversed(path.resolve().parents) if not account.can_enter(folder)), None)


def _owner(cluster: Path) -> int | None:
    try:
        return cluster.stat().st_uid
    except FileNotFoundError:
        return None


def _harmless() -> int:
    for name in HARMLESS:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise Unavailable(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody`.",
        code="database_as_root",
        hint="Run Dumont Cloud as an ordinary user, or add an account `postgres`.",
    )


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid
