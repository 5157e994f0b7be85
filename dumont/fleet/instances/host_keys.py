"""Makes the key by which an instance's SSH server is known, whichever machine it runs on."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def make() -> tuple[str, str]:
    """The private key and the public one, as OpenSSH writes them."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def place(instance_id: object) -> str:
    """Where the vault keeps it."""
    return f"fleet_instances:{instance_id}:host_key"
