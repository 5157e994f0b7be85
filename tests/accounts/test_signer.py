"""Access tokens: ours, of this kind, and in time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from dumont.accounts.signer import AccessClaims, Signer, TokenExpired
from dumont.basics.errors import Invalid, NotSignedIn

KEY, NOW = "k" * 64, datetime(2026, 1, 5, tzinfo=UTC)
CLAIMS = AccessClaims(UUID(int=1), UUID(int=2), 3)
SIGNER = Signer(KEY)


def forged(*, key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    body = jwt.decode(SIGNER.sign(CLAIMS, NOW, 900), options={"verify_signature": False})
    body.update(changes)
    return jwt.encode({name: value for name, value in body.items() if value is not None}, key, algorithm)


class TestSigner:
    def test_reads_what_it_signed(self) -> None:
        assert SIGNER.read(SIGNER.sign(CLAIMS, NOW, 900), NOW) == CLAIMS

    def test_is_as_good_as_its_clock(self) -> None:
        token = SIGNER.sign(CLAIMS, NOW, 900)
        assert SIGNER.read(token, NOW + timedelta(seconds=899)) == CLAIMS
        with pytest.raises(TokenExpired):
            SIGNER.read(token, NOW + timedelta(seconds=900))

    def test_never_signs_the_same_token_twice_in_one_second(self) -> None:
        moments = [NOW + timedelta(milliseconds=milli) for milli in range(3)]
        assert len({SIGNER.sign(CLAIMS, moment, 900) for moment in moments}) == 3

    @pytest.mark.parametrize(
        "token",
        [
            forged(key="x" * 32),
            forged(key="", algorithm="none"),
            forged(algorithm="HS512"),
            forged(aud="elsewhere"),
            forged(iss="elsewhere"),
            forged(typ="refresh"),
            forged(sid=None),
            forged(sub="someone"),
            forged(sub=7),
            forged(sv="x"),
            forged(exp="never"),
            forged(exp=None),
            "",
            "a.b.c",
        ],
    )
    def test_refuses_all_others(self, token: str) -> None:
        with pytest.raises(NotSignedIn) as refusal:
            SIGNER.read(token, NOW)
        assert refusal.value.code == "not_signed_in"

    def test_finds_the_same_refresh_token_after_another_and_nobody_does_without_the_key(self) -> None:
        assert SIGNER.successor("a") == Signer(KEY).successor("a")
        others = {Signer("x" * 64).successor("a"), SIGNER.successor("b"), SIGNER.successor(SIGNER.successor("a"))}
        assert len(others | {SIGNER.successor("a")}) == 4
        assert {len(token) for token in others} == {43}

    def test_wants_a_long_key(self) -> None:
        with pytest.raises(Invalid):
            Signer("k" * 31)
