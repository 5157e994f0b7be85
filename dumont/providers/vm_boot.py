"""What a virtual machine runs when it boots, for the clouds that rent machines rather than containers.

The order's keys open root's door, so that no key pair has to be kept at the cloud; its environment stands in
`/etc/dumont/env`, and its start script runs at every boot. A container image is not started here: its name stands in
the environment as `DUMONT_IMAGE`, for whoever speaks to the machine next.
"""

import gzip
import json
import shlex
from base64 import b64encode

from dumont.providers.errors import Invalid
from dumont.providers.port import Order

CLOUD_CONFIG_BYTES_MAX = 16384
AT_EVERY_BOOT = "/var/lib/cloud/scripts/per-boot/dumont.sh"


def boot_script(order: Order) -> str:
    """For clouds that run one script as root at every boot."""
    lines = (
        "#!/bin/bash",
        "umask 077",
        "mkdir -p /root/.ssh /etc/dumont /etc/ssh/sshd_config.d",
        *(_into(f"{key.strip()}\n", "/root/.ssh/authorized_keys", only_once=key) for key in order.ssh_keys),
        "echo 'PermitRootLogin prohibit-password' > /etc/ssh/sshd_config.d/00-dumont.conf",
        "systemctl reload ssh 2>/dev/null || systemctl reload sshd 2>/dev/null",
        _into(_environment(order), "/etc/dumont/env"),
        _start(order),
    )
    return "\n".join(lines)


def cloud_config(order: Order, *, bytes_max: int = CLOUD_CONFIG_BYTES_MAX) -> bytes:
    """For clouds that hand user data to cloud-init; packed where it would be too long."""
    wanted = {
        "disable_root": False,
        "ssh_pwauth": False,
        "ssh_authorized_keys": [key.strip() for key in order.ssh_keys],
        "write_files": [
            _file("/etc/dumont/env", _environment(order), "0600"),
            _file(AT_EVERY_BOOT, f"#!/bin/bash\n{_start(order)}\n", "0700"),
        ],
    }
    plain = b"#cloud-config\n" + json.dumps(wanted).encode()  # JSON is YAML
    if len(plain) <= bytes_max:
        return plain
    packed = gzip.compress(plain, mtime=0)  # the same order must give the same bytes, or a repeated request differs
    if len(packed) > bytes_max:
        raise Invalid("The start script and the environment are too long for this cloud.")
    return packed


def _environment(order: Order) -> str:
    known = {"DUMONT_LABEL": order.label, "DUMONT_IMAGE": order.image, **order.env}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in known.items())


def _start(order: Order) -> str:
    return f"set -a; . /etc/dumont/env; set +a\n{order.onstart}"


def _into(text: str, path: str, *, only_once: str = "") -> str:
    """As base64, so that nothing in the text is read by the shell."""
    write = f"echo {b64encode(text.encode()).decode()} | base64 -d"
    if only_once:
        return f"grep -qsF {shlex.quote(only_once.strip())} {path} || {write} >> {path}"
    return f"{write} > {path}"


def _file(path: str, text: str, permissions: str) -> dict[str, str]:
    content = b64encode(text.encode()).decode()
    return {"path": path, "permissions": permissions, "encoding": "b64", "content": content}
