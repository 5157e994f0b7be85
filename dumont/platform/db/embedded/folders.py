"""The folders that are ours: the data folder, and the one that holds the socket."""

import hashlib
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded.account import Account, closed_parent
from dumont.platform.db.embedded.config import PORT

SOCKET_BYTES_MAX = 100  # the kernel's own limit is 104 to 108
FALLBACK = Path("/tmp")  # noqa: S108 - the folder made in it is ours alone, or refused


@dataclass(frozen=True, slots=True)
class DataFolder:
    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def password(self) -> Path:
        return self.root / "password"

    @property
    def config(self) -> Path:
        return self.root / "server.conf"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def users_lock(self) -> Path:
        return self.root / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.root / "start.lock"

    @property
    def server_lock(self) -> Path:
        return self.root / "server.lock"

    def make(self, account: Account) -> None:
        """Parents that are there already are never changed; those that are missing are made open to pass through."""
        _make_parents(self.root)
        self.root.mkdir(mode=0o700, exist_ok=True)
        if account.is_other and not account.can_enter(self.root):
            self.root.chmod(stat.S_IMODE(self.root.stat().st_mode) | 0o011)
        closed = closed_parent(self.root, account)
        if closed is not None:
            raise Unavailable(
                f"The embedded database runs under uid {account.uid} and can't pass through {closed} to its data.",
                code="database_folder_closed",
                hint="Set DUMONT_HOME to a folder that others may pass through, such as /var/lib/dumont.",
            )


def socket_dir(data: DataFolder, runtime_dir: Path, account: Account) -> Path:
    """Beside the data, where nobody cleans up and every process of the machine sees the same; elsewhere if that is
    too long a name for a socket, or the file system takes none."""
    name = "dumont-pg-" + hashlib.sha256(os.fsencode(data.root)).hexdigest()[:12]
    for folder in (data.root / "socket", runtime_dir / name, FALLBACK / name):
        if _is_short(folder) and _can_hold(folder.parent, account) and _takes_sockets(_made_ours(folder, account)):
            return folder
    raise Unavailable(
        f"Neither {runtime_dir} nor {FALLBACK} can hold the socket of the embedded database.",
        code="database_socket_impossible",
        hint="Set XDG_RUNTIME_DIR to a folder of your own with a short name.",
    )


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """What the file system refuses, as one sentence and what to do."""
    try:
        yield
    except PermissionError as error:
        raise Unavailable(
            f"{error.filename or path} belongs to another account: the embedded database can't be used from this one.",
            code="database_folder_foreign",
            hint="Run as the account that made it, or choose another folder with DUMONT_HOME.",
        ) from error
    except OSError as error:
        raise Unavailable(
            f"The embedded database can't use {error.filename or path}: {error.strerror}.",
            code="database_folder_unusable",
            hint="Is there room on the disk? Otherwise choose another folder with DUMONT_HOME.",
        ) from error


def _make_parents(path: Path) -> None:
    missing = [parent for parent in path.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) < SOCKET_BYTES_MAX


def _can_hold(parent: Path, account: Account) -> bool:
    """Nobody but root and us may be able to swap a folder in it for another."""
    try:
        parent.mkdir(mode=0o711 if account.is_other else 0o700, exist_ok=True)
        status = _status(parent)
    except OSError:
        return False
    safe = status.st_uid in {0, os.geteuid(), account.uid} and (
        not status.st_mode & 0o022 or bool(status.st_mode & stat.S_ISVTX)
    )
    passable = closed_parent(parent / "x", account) is None
    return stat.S_ISDIR(status.st_mode) and safe and passable and os.access(parent, os.W_OK | os.X_OK)


def _status(folder: Path) -> os.stat_result:
    """Of the folder behind a link only where the link is root's own: macOS has such a one for /tmp."""
    status = folder.lstat()
    return folder.stat() if stat.S_ISLNK(status.st_mode) and status.st_uid == 0 else status


def _made_ours(folder: Path, account: Account) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid == os.geteuid():
        account.own(folder)
    status = folder.lstat()
    if status.st_uid == account.uid and stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700:
        return folder
    raise Unavailable(
        f"{folder} should hold the socket of the embedded database, but somebody else has made it.",
        code="database_socket_foreign",
        hint=f"Remove {folder}.",
    )


def _takes_sockets(folder: Path) -> bool:
    """Folders shared with another system (a container's host) may hold files and no sockets."""
    probe = folder / f".probe.{os.getpid()}"
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(probe))
        probe.unlink()
    except OSError:
        return False
    return True
