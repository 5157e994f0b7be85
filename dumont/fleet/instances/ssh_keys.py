"""Looks at public keys before anything is rented: one that no SSH server would take is refused here, with its place."""

import base64
import binascii
import hashlib
from collections.abc import Iterable

from dumont.basics.errors import FieldFault, Invalid

HINT = "Paste a public key, as in ~/.ssh/id_ed25519.pub: its kind, its text in base64, and a comment if you like."
KINDS = frozenset(
    {
        *("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
        *("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
    }
)


def checked(keys: Iterable[str]) -> list[str]:
    """Without doubles, in their order."""
    found = list(dict.fromkeys(" ".join(key.split()) for key in keys))
    faults = [FieldFault(f"ssh_keys.{place}", why) for place, key in enumerate(found) if (why := _why_not(key))]
    if faults:
        raise Invalid("Some of the SSH keys can't be used.", code="bad_ssh_key", hint=HINT, faults=faults)
    return found


def fingerprint(key: str) -> str:
    """As `ssh-keygen -l` has it."""
    blob = base64.b64decode(key.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _why_not(key: str) -> str | None:
    if "PRIVATE KEY" in key:
        return "is a private key; keep it to yourself, and give the public one"
    kind, _, rest = key.partition(" ")
    if kind not in KINDS:
        return "is no public key in the form of authorized_keys"
    try:
        blob = base64.b64decode(rest.partition(" ")[0], validate=True)
    except (binascii.Error, ValueError):
        return "is not base64 after its kind"
    length = int.from_bytes(blob[:4])
    if blob[4 : 4 + length] != kind.encode() or len(blob) < 4 + length + 32:
        return f"is cut off, or no {kind} key"
    return None
