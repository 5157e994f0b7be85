"""Starts the embedded PostgreSQL, or joins the one that runs, and stops it when the last user leaves."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded import logfile
from dumont.platform.db.embedded.account import Account, choose_account
from dumont.platform.db.embedded.binaries import Binaries
from dumont.platform.db.embedded.cluster import read_password
from dumont.platform.db.embedded.connection import url_of
from dumont.platform.db.embedded.folders import FALLBACK, DataFolder, told_plainly
from dumont.platform.db.embedded.launch import Launch
from dumont.platform.db.embedded.locks import FileLock, is_free
from dumont.platform.db.embedded.postmaster import Postmaster, read_postmaster

START_SECONDS = 120.0
STOP_SECONDS = 60.0
STOP_AT_ONCE_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.01, 0.1


class StillStarting(Unavailable):
    code = "database_start_slow"
    hint = "If it is recovering after a crash it goes on doing so: try again in a while."


class EmbeddedPostgres:
    """One user of the server of a data folder. Any number of them, in any number of processes, share it.

    A user that is killed has left: the kernel frees its lock. The server it leaves behind is found by the next
    `start`. Calling `start` again on a user that has started looks after the server and brings it back if it died.
    """

    start_seconds = START_SECONDS

    def __init__(
        self,
        data_dir: Path,
        *,
        bin_dir: Path | None = None,
        runtime_dir: Path = FALLBACK,
        options: Mapping[str, str] | None = None,
        uid: int | None = None,
    ) -> None:
        """`uid` is the account it runs under where we are root; None means to choose one."""
        self._data = DataFolder(data_dir.expanduser().resolve())
        self._launch = Launch(self._data, bin_dir, runtime_dir, dict(options or {}))
        self._uid = uid
        self._users: FileLock | None = None

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Of the database `dumont`. Holds the password: not for logs."""
        found = read_postmaster(self._data.cluster)
        if found is None:
            raise Unavailable("The embedded database is not running.", code="database_not_running")
        return url_of(found.socket_dir, found.port, read_password(self._data))

    def binaries(self) -> Binaries:
        """Of the version of the data: pg_dump and psql stand beside the server."""
        return self._launch.binaries()

    def start(self) -> str:
        """Blocks until the server takes connections; returns the URL."""
        deadline = time.monotonic() + self.start_seconds
        with told_plainly(self._data.root):
            account = choose_account(self._data.cluster, self._uid)
            self._data.make(account)
        had_joined = self._users is not None
        try:
            with told_plainly(self._data.root), self._joined(deadline) as users:
                self._bring_up(account, users, deadline)
                return self.url
        except BaseException as error:
            if not had_joined:
                self._leave(stop=not isinstance(error, StillStarting))
            raise

    def stop(self) -> None:
        """Leaves; the last to leave stops the server. Does nothing for one that has not started."""
        self._leave(stop=True)

    def trim_log(self) -> None:
        """Every start does it; a server that runs for months wants it now and then."""
        logfile.trim(self._data.log)

    @contextmanager
    def _joined(self, deadline: float) -> Iterator[FileLock]:
        """First among the users, so that nobody stops the server under us; then one at a time."""
        if self._users is None:
            self._users = self._join(deadline)
        start = FileLock(self._data.start_lock)
        try:
            if not start.wait_exclusive(deadline):
                raise self._too_slow("another process is still starting it")
            yield self._users
        finally:
            start.close()

    def _join(self, deadline: float) -> FileLock:
        users = FileLock(self._data.users_lock)
        if users.wait_shared(deadline):
            return users
        users.close()
        raise self._too_slow("another process is still stopping it")

    def _leave(self, *, stop: bool) -> None:
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            if stop and users.try_exclusive():
                self._shut_down()
        finally:
            users.close()

    def _bring_up(self, account: Account, users: FileLock, deadline: float) -> None:
        """Looks again and again: at nothing (launch it), at a server (join it), at one that comes or goes (wait)."""
        logfile.trim(self._data.log)
        begun_at = logfile.size(self._data.log)
        launched: subprocess.Popen[bytes] | None = None
        pause, pause_max = LOOK_AGAIN_SECONDS
        while not self._is_up(users, deadline):
            if launched is None:
                launched = self._launch_unless_alive(account, deadline)
            elif launched.poll() is not None:
                raise self._failed(begun_at)
            if time.monotonic() > deadline:
                raise self._too_slow(logfile.last_lines(self._data.log, begun_at))
            time.sleep(pause)
            pause = min(pause * 1.2, pause_max)

    def _is_up(self, users: FileLock, deadline: float) -> bool:
        found = read_postmaster(self._data.cluster)
        if found is None:
            return False
        if found.has_lost_its_socket() and self._is_ours_alive():
            if not self._is_last(users, deadline):
                raise _out_of_sight(found)
            found.signal(signal.SIGINT)
        return found.takes_connections()

    def _is_last(self, users: FileLock, deadline: float) -> bool:
        """Asking costs us our share for a moment: whoever stops the server in that moment, we look again."""
        last = users.try_exclusive()
        if not users.wait_shared(deadline):
            raise self._too_slow("another process is still stopping it")
        return last

    def _launch_unless_alive(self, account: Account, deadline: float) -> "subprocess.Popen[bytes] | None":
        lock = FileLock(self._data.server_lock)
        try:
            if lock.try_exclusive():
                return self._launch.run(account, lock, seconds=max(1, deadline - time.monotonic()))
            return None
        finally:
            lock.close()

    def _shut_down(self) -> None:
        """Fast: sessions end, all is written. At once, if that takes too long: the next start recovers."""
        found = self._to_stop(time.monotonic() + STOP_SECONDS)
        if found is None:
            return
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_AT_ONCE_SECONDS)):
            found.signal(number)
            if self._is_gone(time.monotonic() + seconds):
                _remove_if_empty(found.socket_dir)
                return
        raise Unavailable(
            f"The embedded database does not stop (process {found.pid}).",
            code="database_not_stopped",
            hint=f"Its log is {self._data.log}.",
        )

    def _to_stop(self, deadline: float) -> Postmaster | None:
        """One that we launched a moment ago has not yet written who it is."""
        while self._is_ours_alive():
            found = read_postmaster(self._data.cluster)
            if found is not None or time.monotonic() > deadline:
                return found
            time.sleep(LOOK_AGAIN_SECONDS[0])
        return None

    def _is_gone(self, deadline: float) -> bool:
        while self._is_ours_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_AGAIN_SECONDS[0])
        return True

    def _is_ours_alive(self) -> bool:
        """Any process of it: also sessions that have outlived their server by a moment."""
        return not is_free(self._data.server_lock)

    def _failed(self, begun_at: int) -> Unavailable:
        return Unavailable(
            f"The embedded database did not start:\n{logfile.last_lines(self._data.log, begun_at)}",
            code="database_start_failed",
            hint=f"Its whole log is {self._data.log}.",
        )

    def _too_slow(self, reason: str) -> StillStarting:
        return StillStarting(f"The embedded database was not ready in {self.start_seconds:.0f} s: {reason}")


def _out_of_sight(found: Postmaster) -> Unavailable:
    return Unavailable(
        f"The embedded database runs and is in use, but its socket in {found.socket_dir} can't be seen from here.",
        code="database_socket_lost",
        hint="Somebody removed it, or the others run with a /tmp of their own: stop them, then start again.",
    )


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
