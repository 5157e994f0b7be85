"""Reads the address of a webhook, as somebody has typed it."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from dumont.basics.errors import Invalid
from dumont.basics.outbound import may_call

LONGEST = 2000


def checked(url: str, *, private: bool) -> str:
    """The host. What a name leads to is looked at when it is called."""
    parts = _split(url)
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Invalid.field("url", "must begin with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise Invalid.field("url", "must have a host, and no name or password before it")
    if not private and _literal(parts.hostname) and not may_call(parts.hostname, private=private):
        raise Invalid.field("url", "leads into a private network")
    return parts.hostname


def _literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reads it, and raises where it is none
    except ValueError:
        raise Invalid.field("url", "is no address") from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid.field("url", "is no address")
    return parts
