"""What of the addresses that users give may be called from here."""

import pytest

from dumont.basics.outbound import chosen, may_call

WITHIN = (
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "192.168.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "224.0.0.1",
)


class TestAnAddress:
    @pytest.mark.parametrize("address", WITHIN)
    def test_within_is_refused(self, address: str) -> None:
        assert not may_call(address, private=False)

    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
    def test_outside_is_called(self, address: str) -> None:
        assert may_call(address, private=False)


class TestAName:
    def test_that_leads_within_as_well_is_not_called(self) -> None:
        assert chosen(["93.184.215.14", "10.0.0.1"], private=False) is None
        assert chosen(["10.0.0.1"], private=True) == "10.0.0.1"
        assert chosen([], private=True) is None
