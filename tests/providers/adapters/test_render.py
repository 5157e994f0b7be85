"""Render: off, with the reason, and with the signature that its interface would want."""

import pytest

from dumont.providers import errors
from dumont.providers.adapters.render import DISABLED, signature
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.opening import Clouds
from dumont.providers.port import Capabilities
from dumont.providers.registry import kinds
from tests.fakes.clock import FakeClock


class TestRender:
    def test_can_do_nothing_and_says_why_for_each_thing(self) -> None:
        can = kinds()["render"].can
        flags = set(Capabilities.__dataclass_fields__) - {"why_not"}
        assert not any(getattr(can, flag) for flag in flags)
        assert set(can.why_not) == flags
        assert kinds()["render"].disabled == DISABLED

    def test_is_not_opened_even_with_a_key(self) -> None:
        clouds = Clouds(LocalLimiter(FakeClock()), LocalFreezes(FakeClock()))
        with pytest.raises(errors.Unsupported, match="neither the model of a GPU nor a price"):
            clouds.open("render", {"public_key": "pk_a", "secret": "s"})


class TestSignature:
    def test_covers_the_request_and_the_digest_of_its_body(self) -> None:
        by_openssl = "747636163976b34d0bf521a8d936fc6f6f074ebd1a8d4b87186ab1731dc6018c"
        signed = signature("secret", "pk_a", 1700000000000, "00ff", "GET", "/v1/job-runs", "limit=1&page=2")
        assert signed == by_openssl

    def test_changes_with_the_body(self) -> None:
        request = ("secret", "pk_a", 1, "00ff", "POST", "/v1/jobs", "")
        assert signature(*request, body=b"{}") != signature(*request)
