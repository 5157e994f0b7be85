"""Access tokens: signed, short-lived, good only together with a session that is still open."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt

from dumont.basics.errors import Invalid, NotSignedIn

TOKENS_KEPT = 4096
ISSUER, AUDIENCE, KIND = "dumont", "dumont-api", "access"
REQUIRED = ["iss", "aud", "sub", "sid", "sv", "typ", "iat", "exp"]


class TokenExpired(NotSignedIn):
    code = "token_expired"
    hint = "Refresh it at /auth/refresh."


@dataclass(frozen=True, slots=True)
class AccessClaims:
    user_id: UUID
    session_id: UUID
    session_version: int


class Signer:
    def __init__(self, key: str) -> None:
        if len(key) < 32:
            raise Invalid("The key that signs access tokens must have at least 32 characters.")
        self._key = key
        # The signature of a token is the same at each of its requests; only its age has to be looked at again.
        self._verified = lru_cache(TOKENS_KEPT)(self._verify)

    def sign(self, claims: AccessClaims, now: datetime, life_seconds: int) -> str:
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "typ": KIND,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "sv": claims.session_version,
            # To the microsecond: two of one second would be the same, and a refused one renewed in vain.
            "iat": now.timestamp(),
            "exp": now + timedelta(seconds=life_seconds),
        }
        return jwt.encode(body, self._key, algorithm="HS256")

    def successor(self, refresh_token: str) -> str:
        """The refresh token after this one: the same whenever asked, and to be found with the key alone.

        So an answer that was lost can be given again, though the database keeps nothing but hashes.
        """
        proof = hmac.digest(self._key.encode(), f"refresh token after {refresh_token}".encode(), "sha256")
        return urlsafe_b64encode(proof).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> AccessClaims:
        claims, expires = self._verified(token)
        if now.timestamp() >= expires:
            raise TokenExpired("The access token has expired.")
        return claims

    def _verify(self, token: str) -> tuple[AccessClaims, float]:
        try:
            # The library would ask the wall clock; the moment of this request decides instead.
            body = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": REQUIRED, "verify_exp": False, "verify_iat": False},
            )
            claims = AccessClaims(UUID(body["sub"]), UUID(body["sid"]), int(body["sv"]))
            expires = float(body["exp"])
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise NotSignedIn("This access token is not one of ours.") from None
        if body["typ"] != KIND:
            raise NotSignedIn("This token is not an access token.")
        return claims, expires
