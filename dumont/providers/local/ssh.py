"""A machine's own SSH server: its key, who may come in, and where they arrive."""

import pwd
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import defpath, getuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server",
                "/usr/lib/ssh/sftp-server")  # fmt: skip
PRIVILEGE_FOLDER = Path("/run/sshd")
CONFIG = """\
ListenAddress 127.0.0.1
HostKey "{folder}/ssh/host_key"
AuthorizedKeysFile "{escaped}/ssh/authorized_keys"
ForceCommand {enter}
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers {user}
PrintMotd no
"""
"""Only from this computer. The folder lies where its owner chose, so its parents are not held against it."""
ENTER = """\
#!/bin/sh
{exports}
cd "$HOME" || exit 1
if [ -z "$SSH_ORIGINAL_COMMAND" ]; then exec "$SHELL" -l; fi
exec "$SHELL" -c "$SSH_ORIGINAL_COMMAND"
"""
"""A login would begin in the home of this computer's user; it is let in to the machine's own disk instead."""


def server() -> str | None:
    """The program, where it is installed."""
    return shutil.which("sshd", path=f"{SYSTEM_PATH}:{defpath}")


def user() -> str:
    return pwd.getpwuid(getuid()).pw_name


def prepare(folder: Path, keys: Sequence[str], env: Mapping[str, str], *, lives_in: Path) -> None:
    """All files of the server in `folder`, which will later be moved to `lives_in`."""
    own = folder / "ssh"
    own.mkdir(mode=0o700)
    key = Ed25519PrivateKey.generate()
    _write(own / "host_key", key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), 0o600)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    _write(own / "host_key.pub", public + b"\n", 0o644)
    _write(own / "authorized_keys", "".join(f"{key.strip()}\n" for key in keys).encode(), 0o600)
    sftp = next((path for path in SFTP_SERVERS if Path(path).exists()), None)
    enter, escaped = shlex.quote(f"{lives_in}/enter"), str(lives_in).replace("%", "%%")
    config = CONFIG.format(folder=lives_in, escaped=escaped, enter=enter, user=user())
    _write(own / "sshd_config", (config + (f"Subsystem sftp {sftp}\n" if sftp else "")).encode(), 0o600)
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in env.items())
    _write(folder / "enter", ENTER.format(exports=exports).encode(), 0o700)
    if getuid() == 0:
        with suppress(OSError):  # then the server says itself what it lacks
            PRIVILEGE_FOLDER.mkdir(mode=0o755, exist_ok=True)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.touch(mode=mode)
    path.write_bytes(content)
