"""The words between an agent and its fleet: `POST /api/v1/agent/status`, with the token of one rental.

An agent says how the machine is and what became of its commands; the answer holds the commands that are open. A command
has an id, and is begun once: the agent remembers on disk which it has begun, and says again what came of one that is
handed to it twice. Its acknowledgement is repeated until an answer no longer lists the command.
"""

from __future__ import annotations

from typing import Any, TypedDict

TOKEN_PREFIX = "dag_"  # noqa: S105 - what tokens begin with
SERVER, TOKEN = "DUMONT_SERVER", "DUMONT_AGENT_TOKEN"
"""Names in the environment."""
WORKSPACE, SSH_FOLDER = "DUMONT_WORKSPACE", "DUMONT_SSH_FOLDER"
"""The folder that is kept, and where a machine that is not a whole computer has its SSH server's files."""
PROGRESS_FILE = "DUMONT_PROGRESS_FILE"
"""For scripts: where the work may say how far it is."""
STATE = "DUMONT_AGENT_STATE"
"""A folder outside of the workspace for what the agent must remember."""
BUFFERED_MAX = 360
"""Samples kept while the fleet is away: the newest."""
STILL_SECONDS = 300.0
"""So long at most whoever could write is held still, whatever becomes of the move."""


class Gpu(TypedDict):
    index: int
    name: str
    utilisation: float | None
    """Percent; None where the driver does not tell."""
    memory_used_mb: float | None
    memory_total_mb: float | None
    temperature_c: float | None
    power_w: float | None
    processes: int | None


class Unsaved(TypedDict, total=False):
    unsaved_mb: float | None
    """Of files that have changed since the workspace was last saved, or put back."""


class Own(TypedDict, total=False):
    progress: float | None
    """By the work itself, in a file of the workspace: 0 to 1. Left out where it says nothing."""


class Sample(Unsaved, Own):
    """One look at the machine. None is "not known", which counts as busy."""

    at: str
    """ISO 8601, in UTC, by the machine's clock."""
    gpus: list[Gpu]
    cpu_percent: float | None
    """Of all cores that the machine may use; at the `local` provider of the machine's own processes."""
    ram_used_mb: float | None
    ram_total_mb: float | None
    disk_used_gb: float | None
    disk_total_gb: float | None
    net_in_mbps: float | None
    net_out_mbps: float | None
    sessions: int | None
    """Logins over SSH that are open, or were since the sample before."""
    notebooks: int | None
    """Kernels of notebooks that are busy, or open with somebody in front."""
    processes: list[str]
    """Those of the watched names that run."""


class Facts(TypedDict, total=False):
    """Told at the first call, and when they change."""

    hostname: str
    system: str
    python: str
    driver: str | None
    cuda_max: str | None
    gpus: list[str]
    """Names, as the driver tells them."""
    cpu_cores: int
    ram_gb: float
    disk_write_mbps: float | None
    net_down_mbps: float | None
    """Measured by fetching the agent's own file."""
    workspace: str
    dropped: str | None
    """The drop that its last snapshot lies in, which was taken while the fleet was away."""


class Notice(TypedDict):
    """The cloud has said that it takes the machine away."""

    id: str
    source: str
    """`aws`, `gcp`, `vast`."""
    at: str
    ends_at: str | None


class Acknowledgement(TypedDict):
    id: str
    state: str
    """`running`, `done` or `failed`."""
    percent: float | None
    result: dict[str, Any]
    error_code: str | None
    error_message: str | None


class Status(TypedDict):
    version: str
    boot: str
    """Drawn at each start of the agent."""
    seq: int
    """Grows with each call of one boot."""
    samples: list[Sample]
    """The oldest first; the last one is now."""
    facts: Facts | None
    notices: list[Notice]
    acks: list[Acknowledgement]


class Command(TypedDict):
    """`args` by kind:

    setup     host_key, host_key_pub (OpenSSH texts), authorized_keys (lines): the SSH server takes them at once, and
              whoever was held still by a command before it goes on; restic (true): that program is made ready, too, or
              the set-up fails
    snapshot  server, grant, path, label, learn_hot, still (whoever could write is held still from then on, unless it
              fails)
    restore   server, grant, target, delta (whether the target may hold an older state of it), folder (where what it is
              put back from lies on this very computer; may be left out)
              both: restic (address, password, keys, ...): by that program, in a repository of the user's own
    standing  drop, reads, slots, parent, label, tags, path: kept for a snapshot while nobody can be asked
    check     doors: whether the workspace can be read, and somebody could log in; result: files, bytes, unreadable, ssh
    hook      script, env, timeout_seconds (it is ended then; without it, never): run by `sh` in the workspace; result:
              code, output (its end)
    run       the same; it may go on for days: one that goes on is told of when it is listed, and with facts
    logs      source (agent, onstart, run), command (whose output, but for agent), lines, or offset and wait_seconds;
              result: text, offset (where it ends), more (before it), anew (the file was begun anew); not remembered
    shutdown  nothing: ends the agent, and the machine where it can
    """

    id: str
    kind: str
    args: dict[str, Any]


class Answer(TypedDict):
    commands: list[Command]
    every_seconds: float
    watch: list[str]
    """Names of processes that count as busy."""
    deadman_seconds: float
    deadman: dict[str, Any] | None
    """What to do alone when the fleet stays away: `{"snapshot": {...as args}, "stop": {...}}`."""
