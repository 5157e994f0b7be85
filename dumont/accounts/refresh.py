"""Renews an access token and replaces the refresh token; an old one that comes back ends the session."""

from datetime import timedelta

from dumont.accounts import audit
from dumont.accounts.events import SessionEnded
from dumont.accounts.guard import SessionRevoked
from dumont.accounts.login import SignedIn
from dumont.accounts.rules import tokens
from dumont.accounts.rules.sessions import Verdict, judge_spent
from dumont.accounts.signer import AccessClaims, Signer
from dumont.accounts.store import sessions
from dumont.accounts.store.sessions import Seen
from dumont.basics.errors import NotSignedIn
from dumont.platform.work import Work


class TokenReplayed(SessionRevoked):
    keeps_work = True


async def refresh(work: Work, signer: Signer, refresh_token: str) -> SignedIn:
    """Callers at the same moment, and one whose answer was lost, get the same next refresh token."""
    fresh = signer.successor(refresh_token)
    rotated = await sessions.rotate(
        work.tx,
        tokens.digest(refresh_token),
        tokens.digest(fresh),
        now=work.now,
        expires_at=work.now + timedelta(days=work.settings.refresh_token_days),
        ip=work.caller.ip,
    )
    if rotated is not None:
        return SignedIn(AccessClaims(rotated.user_id, rotated.id, rotated.version), fresh)
    seen = await sessions.seen(work.tx, tokens.digest(refresh_token), tokens.digest(fresh), work.now)
    if seen is None:
        raise NotSignedIn("This refresh token is not one of ours.")
    return await _spent(work, seen, fresh)


async def _spent(work: Work, seen: Seen, following: str) -> SignedIn:
    match judge_spent(seen.spent_at, alive=seen.alive, now=work.now):
        case Verdict.GO_ON:
            again = following if seen.following_is_live else None
            return SignedIn(AccessClaims(seen.user_id, seen.id, seen.version), again)
        case Verdict.STOLEN:
            await sessions.end(work.tx, seen.id, seen.user_id, work.now)
            summary = "Ended the session: a refresh token was used twice"
            await audit.record(work, "session.revoked", ("session", seen.id), summary, actor_id=seen.user_id)
            await work.publish(SessionEnded(session_id=seen.id, user_id=seen.user_id))
            raise TokenReplayed("This refresh token was used before, so its session was ended.")
        case Verdict.ENDED:
            raise SessionRevoked("This session is over.")
