"""Which passwords will do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules.known_passwords import WORDS
from dumont.accounts.rules.passwords import LENGTH_MAX, LENGTH_MIN, WeakPassword, demand_strong, guess_bits, judge

ADA = ("ada.lovelace@example.com", "Ada Lovelace")


class TestJudge:
    @pytest.mark.parametrize(
        "password",
        [
            "password",
            "Password123!",
            "P@ssw0rd2026",
            "qwertyuiop",
            "12345678",
            "87654321",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "Sunshine1999",
            "dumontcloud",
            "iloveyou!!!",
            "lovelace-2026",
            "ada.lovelace.is.me",
        ],
    )
    def test_refuses_what_guessers_try_first(self, password: str) -> None:
        assert not judge(password, ADA).acceptable

    @pytest.mark.parametrize(
        "password", ["kP3xw9Qz", "correct horse battery staple", "tr0ub4dor&3", "雨の日は図書館で本を"]
    )
    def test_takes_what_is_long_or_by_chance(self, password: str) -> None:
        assert judge(password, ADA).acceptable

    @given(st.text(max_size=300))
    def test_agrees_with_itself(self, password: str) -> None:
        found = judge(password, ADA)
        assert 0 <= found.score <= 4
        assert found.acceptable == (found.warning is None)
        assert not found.acceptable or (found.score >= 2 and LENGTH_MIN <= len(password) <= LENGTH_MAX)

    @given(st.sampled_from(sorted(WORDS)), st.integers(0, 999), st.sampled_from(["", "!", "."]))
    def test_refuses_a_known_word_with_a_short_tail(self, word: str, number: int, end: str) -> None:
        assert not judge(f"{word.capitalize()}{number}{end}").acceptable

    @given(st.text(alphabet="abcdefghijkmnpqrstuvwxyz", min_size=8, max_size=40))
    def test_never_calls_a_longer_one_weaker(self, password: str) -> None:
        assert guess_bits(password + "Ω") >= guess_bits(password)

    def test_does_not_count_a_name_that_is_too_short_to_be_one(self) -> None:
        assert judge("a grand bo piano 7", ["bo@x.de", "Bo"]).acceptable


class TestDemandStrong:
    def test_names_the_field_and_the_way_out(self) -> None:
        with pytest.raises(WeakPassword) as refusal:
            demand_strong("short", (), field="new_password")
        assert refusal.value.faults[0].field == "new_password"
        assert refusal.value.hint
        assert "short" not in refusal.value.message

    def test_is_silent_about_a_good_one(self) -> None:
        demand_strong("correct horse battery staple", ADA, field="password")
