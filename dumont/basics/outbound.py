"""Which addresses of users may be called: of this installation's own network none, unless its operator allows it."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

PUBLIC = ip_network("2000::/3")
"""All of IPv6 that the internet routes; what else there is maps, translates or compares to IPv4, or stays at home."""
THROUGH = (ip_network("2002::/16"), ip_network("2001::/32"))
"""Within it, but tunnelled into IPv4 on its way, wherever that leads."""


def may_call(address: str, *, private: bool) -> bool:
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_multicast or found.is_unspecified:
        return False
    return private or (found.is_global and not _leads_elsewhere(found))


def numbers(asked: Iterable[tuple[Any, ...]]) -> list[str]:
    """Each once, of what `getaddrinfo` answers."""
    return list(dict.fromkeys(str(each[4][0]) for each in asked))


def chosen(addresses: Sequence[str], *, private: bool) -> str | None:
    """None if any of them may not be called: a name that leads to both is a trick."""
    return addresses[0] if addresses and all(may_call(each, private=private) for each in addresses) else None


def _leads_elsewhere(address: IPv4Address | IPv6Address) -> bool:
    return address.version == 6 and (address not in PUBLIC or any(address in network for network in THROUGH))
