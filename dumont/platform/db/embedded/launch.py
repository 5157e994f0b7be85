"""Launches PostgreSQL on a data folder on which nothing of it lives."""

import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded import logfile
from dumont.platform.db.embedded.account import Account
from dumont.platform.db.embedded.binaries import Binaries, find_binaries, reachable
from dumont.platform.db.embedded.cluster import Making, check_major, forget_server, major_of
from dumont.platform.db.embedded.config import render
from dumont.platform.db.embedded.folders import DataFolder, socket_dir
from dumont.platform.db.embedded.locks import FileLock
from dumont.platform.db.embedded.postmaster import Postmaster, read_postmaster


@dataclass(frozen=True, slots=True)
class Launch:
    data: DataFolder
    bin_dir: Path | None
    runtime_dir: Path
    options: Mapping[str, str]

    def binaries(self) -> Binaries:
        return find_binaries(self.bin_dir, major=major_of(self.data))

    def run(self, account: Account, lock: FileLock, *, seconds: float) -> "subprocess.Popen[bytes]":
        """The data is made first if there is none. The caller holds `lock`, which PostgreSQL takes over."""
        found = read_postmaster(self.data.cluster)
        if found is not None and found.lives():
            raise _started_elsewhere(found)
        binaries = self.binaries()
        check_major(self.data, binaries)
        binaries = reachable(binaries, account, self.data.root)
        if major_of(self.data) is None:
            Making(self.data, binaries, account, lock).make(durable=self._is_durable(), seconds=seconds)
        folder = socket_dir(self.data, self.runtime_dir, account)
        forget_server(self.data, folder)
        self.data.config.write_text(render(major=binaries.major, socket_dir=folder, options=self.options))
        self.data.config.chmod(0o644)
        return self._spawn(binaries, account, lock)

    def _is_durable(self) -> bool:
        return self.options.get("fsync", "on").lower() not in {"off", "false", "no", "0"}

    def _spawn(self, binaries: Binaries, account: Account, lock: FileLock) -> "subprocess.Popen[bytes]":
        """The lock goes to it and to all its children, and is free again when the last of them is gone."""
        with logfile.open_log(self.data.log) as output:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    binaries.program("postgres"),
                    "-D",
                    str(self.data.cluster),
                    "-c",
                    f"config_file={self.data.config}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                **account.spawn_options(),
            )
        # Whoever stops it, and whenever: its parent has to bury it, or it stays a zombie.
        threading.Thread(target=process.wait, name="embedded-postgres", daemon=True).start()
        return process


def _started_elsewhere(found: Postmaster) -> Unavailable:
    return Unavailable(
        f"A PostgreSQL that somebody else started (process {found.pid}) runs on {found.cluster}.",
        code="database_started_elsewhere",
        hint=f"Stop it: `pg_ctl -D {found.cluster} stop`.",
    )
