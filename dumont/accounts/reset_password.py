"""Lets a person in who forgot the password: by a link that is good once and for an hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dumont.accounts import audit, throttle
from dumont.accounts.events import AccountChanged, ResetAsked
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.rules import tokens
from dumont.accounts.rules.passwords import demand_strong
from dumont.accounts.store import api_keys, users
from dumont.accounts.tables import PasswordReset, User
from dumont.basics.errors import Invalid
from dumont.platform.addresses import address_of
from dumont.platform.http.buckets import Buckets
from dumont.platform.work import Work

GOOD_FOR = timedelta(hours=1)


class ResetLinkOver(Invalid):
    code = "reset_link_over"
    hint = "Ask for a new link."


@dataclass(frozen=True, slots=True)
class ResetLink:
    url: str = field(repr=False)
    expires_at: datetime


async def ask(work: Work, buckets: Buckets, email: str) -> None:
    """Does the same for every address: a job finds out later whether there is anyone to write to."""
    await throttle.before_asking_for_link(work, buckets, email)
    await work.publish(ResetAsked(email=email))


async def make_link(work: Work, user: User) -> ResetLink:
    token, expires_at = tokens.new_token(), work.now + GOOD_FOR
    reset = PasswordReset(hash=tokens.digest(token), user_id=user.id, made_at=work.now, expires_at=expires_at)
    await users.add_reset(work.tx, reset)
    await audit.record(work, "password.reset_link_made", ("user", user.id), "Made a link to reset the password")
    # After the `#`, so that it reaches no server's log.
    return ResetLink(f"{address_of(work.settings)}/reset-password#token={token}", expires_at)


async def reset(work: Work, hasher: PasswordHasher, buckets: Buckets, *, token: str, new: str) -> None:
    """Takes the account back: whoever had got in loses the sessions, and also the API keys made on the way."""
    await throttle.before_reset(work, buckets)
    digest = tokens.digest(token)
    user = await users.owner_of_reset(work.tx, digest, work.now)
    if user is None:
        raise ResetLinkOver.field("token", "was used already, or is too old")
    demand_strong(new, [user.email, user.name], field="new_password")
    hashed = await hasher.hash(new)
    if not await users.spend_reset(work.tx, digest, user.id):
        raise ResetLinkOver.field("token", "was used already")
    await users.set_password(work.tx, user.id, hashed)
    details = {"api_keys_removed": await api_keys.remove_all(work.tx, user.id)}
    summary = "Set a new password by link"
    await audit.record(work, "password.reset", ("user", user.id), summary, details=details, actor_id=user.id)
    await work.publish(AccountChanged(user_id=user.id))
