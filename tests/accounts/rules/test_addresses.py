"""One written form for each address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules import addresses


class TestRead:
    @pytest.mark.parametrize(
        ("given_", "written"),
        [
            ("Ada@Example.COM", "ada@example.com"),
            (" ada@example.com\n", "ada@example.com"),
            ("a+b.c@sub.example.co", "a+b.c@sub.example.co"),
            ("root@localhost", "root@localhost"),
        ],
    )
    def test_writes_it_in_one_way(self, given_: str, written: str) -> None:
        assert addresses.read(given_) == written

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@-x",
            "a b@c.de",
            "a@b@c",
            "a@b..c",
            "ädä@example.com",
            "a@b.c\r\nBcc: d@e",
        ],
    )
    def test_refuses_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="e-mail address"):
            addresses.read(text)

    @given(st.emails())
    def test_takes_what_looks_like_one_twice_alike(self, email: str) -> None:
        try:
            once = addresses.read(email)
        except ValueError:
            return
        assert addresses.read(once) == once == once.lower()
