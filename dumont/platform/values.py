"""What the values of settings must be like; each of these raises `ValueError` with words that never repeat a secret."""

import json
from collections.abc import Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from dumont.basics.errors import Invalid

Critical = Literal[
    "driver_mismatch",
    "boot_timeout",
    "ssh_failed",
    "gpu_not_ready",
    "frequent_interrupts",
    "hardware_error",
    "image_pull_failed",
    "out_of_disk",
    "network",
    "unknown",
]
"""What may be called a critical failure of a machine; an offer that was gone is none of its failures."""


def of_scheme(address: str, *schemes: str) -> str:
    scheme, found, rest = address.partition("://")
    if not found or not rest or scheme.partition("+")[0] not in schemes:
        raise ValueError(f"must be an address that begins with {schemes[0]}://")
    return address


def network(text: str) -> str:
    """An address or a network, as uvicorn reads it: `*` stands for every one."""
    try:
        if text != "*":
            ip_network(text)
    except ValueError:
        raise ValueError(f"must be addresses or networks like 10.0.0.0/8, not {text!r}") from None
    return text


def mailbox(text: str) -> Address:
    """Of one line: a second one would be a header of the sender's choice."""
    name, address = parseaddr(text if text.isprintable() else "")
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError):
        raise ValueError(f"must be like `Dumont Cloud <no-reply@example.com>`, not {text!r}") from None


def mail_server(url: str) -> str:
    parts = urlsplit(of_scheme(url, "smtp", "smtps"))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be like smtp://user:password@host:587 or smtps://...")
    try:
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        raise ValueError("must have a port from 1 to 65535, if any") from None
    return url


def provider_keys(given: object) -> str:
    """As JSON, whether it came as text from the environment or as a table from the file."""
    found = _object(given, 'must be JSON like {"vast": {"api_key": "..."}}')
    for fields in found.values():
        if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
            raise ValueError("must have an object of texts for each cloud")
    return json.dumps(found)


def provider_urls(given: object) -> Mapping[str, str]:
    found = _object(given, 'must be JSON like {"vast": "http://127.0.0.1:9000/vast"}')
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("must have an address for each cloud")
    return {name: of_scheme(value, *_schemes(name)).rstrip("/") for name, value in found.items()}


def _schemes(provider: str) -> tuple[str, ...]:
    """Machines on this computer live in a folder; whatever is asked over a network must never be one."""
    return ("file",) if provider == "local" else ("http", "https")


def rate(text: str) -> str:
    from limits import parse  # slow to load, and only these two settings need it

    try:
        parse(text)
    except ValueError:
        raise ValueError(f"must be like `300/minute`, not {text!r}") from None
    return text


def keys(text: str) -> str:
    from dumont.platform.secrets import read_keys  # slow to load, and mostly there is a key file

    try:
        if not read_keys(text):
            raise ValueError("must hold a key")
    except Invalid as failure:
        raise ValueError(failure.message.removeprefix("DUMONT_ENCRYPTION_KEYS ").removesuffix(".")) from None
    return text


def _object(given: object, what: str) -> dict[str, Any]:
    """What is wrong with the text is not repeated: it may hold secrets."""
    if isinstance(given, SecretStr):
        given = given.get_secret_value()
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise ValueError(what) from None
    if not isinstance(found, Mapping):
        raise ValueError(what)  # noqa: TRY004 - pydantic takes a ValueError for a fault of the value
    return dict(found)
