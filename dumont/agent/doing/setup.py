"""Makes the machine answer as its instance did before: the same host key, and the people who may come in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dumont.agent.doing.by_restic import NAME as RESTIC
from dumont.agent.doing.by_restic import ByRestic
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.agent.sampling import processes

SYSTEM, HOMES = Path("/etc/ssh"), Path("/home")
BEGIN, END = "# begin of what dumont keeps", "# end of what dumont keeps"
KEY_NAMES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}
PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n.*-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)
LISTENER = re.compile(r"(sshd: )?/\S*/sshd( |$)")
OTHER_CONFIG = re.compile(r" -f (?!/etc/ssh/)")
"""Of a server that looks for its key elsewhere."""
SERVER_PROGRAMS = ("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd")
SECONDS = 10


class Setup:
    def __init__(
        self,
        given: Given,
        system: Path = SYSTEM,
        homes: Path = HOMES,
        tell: Callable[[int], bool] | None = None,
    ) -> None:
        self._given = given
        self._system = system
        self._homes = homes
        self._tell = tell or _told

    def run(self, turn: Turn) -> dict[str, Any]:
        key, public = (str(turn.args.get(name) or "") for name in ("host_key", "host_key_pub"))
        lines = [str(line).strip() for line in turn.args.get("authorized_keys") or () if str(line).strip()]
        opened = [str(path) for path in self._authorized() if _let_in(path, lines)]
        told = self._take_key(key, public) if key else 0
        made = {"host_key": bool(key), "authorized_keys": len(lines), "files": opened, "servers_told": told}
        return {**made, RESTIC: self._restic()} if turn.args.get(RESTIC) else made

    def _restic(self) -> str:
        """Before anybody works here: what can't be saved is not to be begun."""
        from dumont.snapstore.errors import SnapError

        try:
            return ByRestic(self._given).make_ready()
        except SnapError as error:
            raise Failed(error.code, f"{error.message} {error.hint}".strip()) from error

    def _take_key(self, key: str, public: str) -> int:
        """A server that would not start with it keeps the old one."""
        place = self._key_place(public)
        if not PRIVATE.fullmatch(key if key.endswith("\n") else key + "\n"):
            raise Failed("bad_host_key", "The host key is not one that OpenSSH can read.")
        before = {path: _content(path) for path in (place, _public(place))}
        try:
            _put(place, key if key.endswith("\n") else key + "\n", 0o600)
            _put(_public(place), public.strip() + "\n", 0o644)
        except OSError as error:
            why = f"The host key can't be put in {place.parent}: {error.strerror}. The agent must run as root."
            raise Failed("not_allowed", why) from error
        refusal = self._refusal()
        if refusal:
            for path, content in before.items():
                _restore(path, content)
            raise Failed("bad_host_key", f"The SSH server does not take this host key: {refusal}")
        return sum(self._tell(pid) for pid in self._servers())

    def _key_place(self, public: str) -> Path:
        if self._given.ssh_folder is not None:
            return self._given.ssh_folder / "host_key"
        kind = public.split(" ", 1)[0]
        name = "ecdsa" if kind.startswith("ecdsa-") else KEY_NAMES.get(kind)
        if name is None:
            raise Failed("bad_host_key", "The host key is of a kind that is not known here.")
        return self._system / f"ssh_host_{name}_key"

    def _config(self) -> Path | None:
        return self._given.ssh_folder / "sshd_config" if self._given.ssh_folder else None

    def _refusal(self) -> str:
        """What the server itself says to its files; nothing where they are good, or where there is no server."""
        program = next((path for path in SERVER_PROGRAMS if os.access(path, os.X_OK)), None)
        if program is None:
            return ""
        config = self._config()
        command = [program, "-t", *(["-f", str(config)] if config else [])]
        if os.getuid() == 0:
            with suppress(OSError):
                Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        tried = subprocess.run(  # noqa: S603 - the system's own program
            command, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
        return tried.stderr.strip()[-500:] if tried.returncode else ""

    def _servers(self) -> Iterator[int]:
        """Those that listen. One that serves somebody is left in peace."""
        config = self._config()
        table = processes.table(self._given.supervisor)
        for pid in table:
            said = " ".join(processes.words(pid))
            if _listens(said) and (str(config) in said if config else OTHER_CONFIG.search(said) is None):
                yield pid

    def _authorized(self) -> list[Path]:
        """Of this machine's users whom the cloud may have let in; the agent's own comes first."""
        if self._given.ssh_folder is not None:
            return [self._given.ssh_folder / "authorized_keys"]
        own = Path(self._given.env.get("HOME") or "~").expanduser()
        others = self._homes.glob("*/.ssh/authorized_keys") if os.getuid() == 0 else ()
        return list(dict.fromkeys([own / ".ssh" / "authorized_keys", *sorted(others)]))


def _listens(said: str) -> bool:
    """As it was started, or as it names itself; whoever has just come in is served by one with `-R`."""
    return LISTENER.match(said) is not None and " -R" not in said


def _told(pid: int) -> bool:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGHUP)
        return True
    return False


def _let_in(path: Path, keys: Sequence[str]) -> bool:
    """Ours are in a part of the file of their own: what others wrote stays, and who was taken off the list is out."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        ours = "\n".join([BEGIN, *keys, END]) + "\n"
        kept = re.sub(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}\n?", "", before, flags=re.DOTALL)
        owner = path.stat() if path.exists() else path.parent.stat()
        _put(path, kept + ("" if not kept or kept.endswith("\n") else "\n") + ours, 0o600)
        if os.getuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise Failed("not_allowed", f"{path} can't be written: {error.strerror}.") from error
    return True


def _public(place: Path) -> Path:
    return place.with_name(place.name + ".pub")


def _put(path: Path, text: str, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def _content(path: Path) -> Mapping[str, Any] | None:
    try:
        return {"text": path.read_text(encoding="utf-8"), "mode": path.stat().st_mode & 0o777}
    except OSError:
        return None


def _restore(path: Path, content: Mapping[str, Any] | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        _put(path, content["text"], content["mode"])
