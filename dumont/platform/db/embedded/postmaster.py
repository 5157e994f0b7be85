"""PostgreSQL's first process, as its pid file and the system tell of it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dumont.platform.db.embedded.connection import socket_file, takes_connections

# postmaster.pid: pid, data directory, start time, port, socket folder, listen address, shared memory, state
LINES = 8


@dataclass(frozen=True, slots=True)
class Postmaster:
    pid: int
    port: int
    socket_dir: Path
    state: str
    cluster: Path

    def takes_connections(self) -> bool:
        """Not asked while it says that it starts: it would write each refusal into its log."""
        return self.state == "ready" and takes_connections(socket_file(self.socket_dir, self.port))

    def has_lost_its_socket(self) -> bool:
        """Whoever cleans runtime folders may remove the socket under a server that goes on running."""
        return self.state == "ready" and not socket_file(self.socket_dir, self.port).exists()

    def lives(self) -> bool:
        """Whether the pid is that of the server of this data; it may be a corpse's, or long another's."""
        return f" -D {self.cluster} " in f"{_command_line(self.pid)} "

    def signal(self, number: int) -> None:
        """Only a process that is surely ours."""
        if self.lives():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def read_postmaster(cluster: Path) -> Postmaster | None:
    """None where there is none, or where it has not yet written down all about itself."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < LINES or not lines[0].strip().isdigit():
        return None
    return Postmaster(int(lines[0]), int(lines[3]), Path(lines[4]), lines[7].strip(), cluster)


def _command_line(pid: int) -> str:
    processes = Path("/proc")
    if (processes / "self").exists():
        try:
            return (processes / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    asked = ["/bin/ps", "-p", str(pid), "-o", "command="]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed program
