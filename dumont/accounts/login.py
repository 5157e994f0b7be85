"""Signs a person in: throttled, at the same cost whether or not the account exists, with a session of its own."""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from dumont.accounts import audit, throttle
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.metrics import SIGN_INS
from dumont.accounts.rules import tokens
from dumont.accounts.signer import AccessClaims
from dumont.accounts.store import sessions, users
from dumont.accounts.tables import LoginSession, User
from dumont.basics import ids
from dumont.basics.errors import NotSignedIn
from dumont.platform.http.buckets import Buckets
from dumont.platform.work import Work

log = structlog.get_logger("accounts")


class WrongCredentials(NotSignedIn):
    code = "wrong_credentials"
    hint = "Check both. If you forgot the password, ask for a new one at /forgot-password in the web application."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a signed-in client gets: the claims of an access token, and what to renew it with."""

    claims: AccessClaims
    refresh_token: str | None = field(repr=False)


async def sign_in(
    work: Work, hasher: PasswordHasher, buckets: Buckets, *, email: str, password: str, user_agent: str
) -> SignedIn:
    await throttle.before_login(work, buckets, email)
    user = await users.by_email(work.tx, email)
    right = await hasher.matches(password, user.password_hash if user else None)
    if user is None or not right or user.disabled_at is not None:
        SIGN_INS.labels("refused").inc()
        log.warning("sign_in_refused", ip=work.caller.ip, user_id=str(user.id) if user else None)
        raise WrongCredentials("The address or the password is wrong.")
    if renewed := await hasher.renewed(password, user.password_hash):
        await users.renew_hash(work.tx, user, renewed)
    signed_in = await _open_session(work, user, user_agent)
    await users.saw_login(work.tx, user.id, work.now)
    await throttle.after_login(work, email)
    session = ("session", signed_in.claims.session_id)
    SIGN_INS.labels("ok").inc()
    await audit.record(work, "session.opened", session, "Signed in", actor_id=user.id)
    return signed_in


async def _open_session(work: Work, user: User, user_agent: str) -> SignedIn:
    """With the version read before the password was checked: if it was changed meanwhile, the session is born dead."""
    session = LoginSession(
        id=ids.new(work.now, work.random),
        user_id=user.id,
        version=user.session_version,
        created_at=work.now,
        last_used_at=work.now,
        expires_at=work.now + timedelta(days=work.settings.refresh_token_days),
        ip=work.caller.ip,
        user_agent=user_agent,
    )
    token = tokens.new_token()
    await sessions.add(work.tx, session, tokens.digest(token))
    return SignedIn(AccessClaims(user.id, session.id, session.version), token)
