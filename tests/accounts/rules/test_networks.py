"""Addresses of one machine are one."""

import pytest

from dumont.accounts.rules.networks import network_of


class TestNetworkOf:
    @pytest.mark.parametrize(
        ("ip", "network"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", ""),
            ("somewhere", "somewhere"),
        ],
    )
    def test_tells_machines_apart_and_not_their_addresses(self, ip: str, network: str) -> None:
        assert network_of(ip) == network
