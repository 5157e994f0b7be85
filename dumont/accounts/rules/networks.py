"""Which part of an address tells one machine, or one household, from another."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(ip: str) -> str:
    """An IPv4 address as it is; of IPv6 the /64, for anyone who has one address has all of it."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return ip
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))
