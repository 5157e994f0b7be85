"""The written form of API keys and tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules.tokens import ApiKeyText, digest, new_api_key, new_token, read_api_key


class TestApiKeyText:
    def test_reads_what_it_wrote(self) -> None:
        key = new_api_key()
        assert read_api_key(key.written()) == key

    def test_keeps_its_secret_out_of_its_repr(self) -> None:
        key = new_api_key()
        assert key.secret not in repr(key)

    @given(st.text())
    def test_reads_nothing_else(self, text: str) -> None:
        found = read_api_key(text)
        assert found is None or found.written() == text

    @pytest.mark.parametrize("change", ["{}\n", " {}", "{}A", "x{}", "DMT{}"])
    def test_takes_no_edges_for_its_own(self, change: str) -> None:
        assert read_api_key(change.format(ApiKeyText("0" * 12, "A" * 43).written())) is None


class TestToken:
    def test_holds_256_bits_of_its_own(self) -> None:
        made = {new_token() for _ in range(100)}
        assert len(made) == 100
        assert {len(token) for token in made} == {43}

    def test_is_hashed_to_32_bytes(self) -> None:
        assert len(digest(new_token())) == 32
