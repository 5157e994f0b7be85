"""What the values of settings must be like; each of these raises `ValueError` with words that never repeat a secret."""

from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_network
from urllib.parse import urlsplit

from dumont.basics.errors import Invalid


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
