"""Addresses that lead somewhere."""

import pytest

from dumont.platform.addresses import address_of
from dumont.platform.settings import Settings


class TestAddressOf:
    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.0.0.1", "http://127.0.0.1:8000"),
            ("0.0.0.0", "http://127.0.0.1:8000"),
            ("::", "http://[::1]:8000"),
            ("::1", "http://[::1]:8000"),
            ("dumont.lan", "http://dumont.lan:8000"),
        ],
    )
    def test_leads_to_this_machine_where_nothing_is_said(self, settings: Settings, host: str, address: str) -> None:
        assert address_of(settings.model_copy(update={"host": host, "port": 8000})) == address

    def test_is_the_public_one_where_there_is_one(self, settings: Settings) -> None:
        public = settings.model_copy(update={"host": "0.0.0.0", "public_url": "https://dumont.test"})
        assert address_of(public, 4321) == "https://dumont.test"

    def test_has_the_port_that_was_got(self, settings: Settings) -> None:
        assert address_of(settings.model_copy(update={"host": "127.0.0.1", "port": 0}), 4321) == "http://127.0.0.1:4321"
