"""What the agent was told when it was started: its fleet, its token, and the folders that it may use."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dumont.agent import progress, protocol

MACHINE, SUPERVISOR = "DUMONT_MACHINE", "DUMONT_SUPERVISOR"
"""Set where the machine is no whole computer but processes on one: its folder, and who ends it."""
USUAL_WORKSPACE = Path("/workspace")
WHOLE = "DUMONT_WHOLE_MACHINE"
"""Set by the system's own service: this is a computer of its own, which the agent may switch off."""
CLOUDS = "DUMONT_AGENT_CLOUDS"
"""Other addresses of clouds than their own, such as `gcp=http://127.0.0.1:8080,vast=...`: of a simulated one."""
OURS = (protocol.TOKEN, protocol.STATE, protocol.SSH_FOLDER)
"""No business of what people run."""


class NotTold(Exception):
    """A sentence for whoever started it."""


@dataclass(frozen=True)
class Given:
    server: str
    token: str = field(repr=False)
    workspace: Path
    state: Path
    ssh_folder: Path | None = None
    """Where a machine that is no whole computer has its SSH server's files."""
    supervisor: int | None = None
    """The process whose end is the machine's, at a machine that is processes."""
    machine_key: str | None = field(default=None, repr=False)
    """The narrow key that a cloud put on the machine: for this machine alone."""
    machine_id: str | None = None
    cloud: str | None = None
    """Whose narrow key that is."""
    whole: bool = False
    """Whether it may be switched off."""
    clouds: Mapping[str, str] = field(default_factory=dict)
    """Addresses that are not the clouds' own."""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For what people run here."""


def read(env: Mapping[str, str]) -> Given:
    """Raises `NotTold`."""
    server, token = env.get(protocol.SERVER, "").rstrip("/"), env.get(protocol.TOKEN, "")
    if not server.startswith(("https://", "http://")):
        raise NotTold(f"{protocol.SERVER} must be the address of the fleet, such as https://dumont.example.com.")
    if not token.startswith(protocol.TOKEN_PREFIX) or not token.isascii() or not token.isprintable():
        raise NotTold(f"{protocol.TOKEN} must be the token of this machine, which begins with {protocol.TOKEN_PREFIX}.")
    cloud, machine_id, key = _narrow_key(env)
    supervisor, ssh_folder = env.get(SUPERVISOR, ""), env.get(protocol.SSH_FOLDER, "")
    return Given(
        server=server,
        token=token,
        workspace=_workspace(env),
        state=_state(env),
        ssh_folder=Path(ssh_folder) if ssh_folder else None,
        supervisor=int(supervisor) if env.get(MACHINE) and supervisor.isdigit() else None,
        machine_key=key,
        machine_id=machine_id,
        cloud=cloud,
        whole=env.get(WHOLE) == "yes",
        clouds=dict(part.split("=", 1) for part in env.get(CLOUDS, "").split(",") if "=" in part),
        env={
            **{name: value for name, value in env.items() if name not in OURS},
            protocol.PROGRESS_FILE: str(progress.path_in(_workspace(env))),
        },
    )


def claim(state: Path) -> None:
    """Raises `NotTold` where the folder is not ours alone: commands and grants will lie in it."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = state.lstat()
    except OSError as error:
        raise NotTold(
            f"The folder {state} can't be used: {error.strerror}. Name another by {protocol.STATE}."
        ) from None
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or stat.S_IMODE(seen.st_mode) & 0o022:
        raise NotTold(f"Others can write into {state}. Name another folder by {protocol.STATE}.")


def cache(env: Mapping[str, str]) -> Path:
    """Outside of the workspace, as everything of the agent's."""
    return _state(env) / "cache"


def _narrow_key(env: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Vast and RunPod put one into the environment of each container."""
    if env.get("CONTAINER_API_KEY") and env.get("CONTAINER_ID"):
        return "vast", env["CONTAINER_ID"], env["CONTAINER_API_KEY"]
    if env.get("RUNPOD_API_KEY") and env.get("RUNPOD_POD_ID"):
        return "runpod", env["RUNPOD_POD_ID"], env["RUNPOD_API_KEY"]
    return None, None, None


def _workspace(env: Mapping[str, str]) -> Path:
    said = env.get(protocol.WORKSPACE, "")
    if said:
        return Path(said)
    home = _home(env)
    return USUAL_WORKSPACE if USUAL_WORKSPACE.is_dir() and not env.get(MACHINE) else home


def _state(env: Mapping[str, str]) -> Path:
    said = env.get(protocol.STATE, "")
    if said:
        return Path(said)
    # Not at home: that may be the workspace, which goes from machine to machine.
    return Path("/var/lib/dumont-agent") if os.getuid() == 0 else Path(f"/var/tmp/dumont-agent-{os.getuid()}")  # noqa: S108 - `claim` looks whose it is


def _home(env: Mapping[str, str]) -> Path:
    return Path(env.get("HOME") or "~").expanduser()
