"""How often a password or an address may be tried: by one machine, against one account, by everybody together."""

import hashlib

from dumont.accounts.metrics import SIGN_INS
from dumont.accounts.rules.networks import network_of
from dumont.basics.errors import TooMany
from dumont.platform.http.buckets import Bucket, Buckets, give_back_within, take_within
from dumont.platform.work import Work


class TooManyAttempts(TooMany):
    code = "too_many_attempts"
    hint = "Wait a little. If you forgot your password, ask for a new one."


async def before_login(work: Work, buckets: Buckets, email: str) -> None:
    """Tight for one machine and one account. What strangers elsewhere fail at an account hardly counts for its owner.

    The last bucket keeps a flood from filling the line before the hasher. It is so large that thousands of machines
    are needed to empty it, each at its own limit: else it would be a switch to lock everybody out.
    """
    wanted = (Bucket(f"login:ip:{_network(work)}", 30, 10), *_of_account(work, email), Bucket("login:all", 5000, 0.002))
    with SIGN_INS.labels("too_many").count_exceptions(TooManyAttempts):
        await _take(work, buckets, *wanted)


async def after_login(work: Work, email: str) -> None:
    """Only wrong guesses count against an account."""
    await give_back_within(work.tx, _of_account(work, email))


async def before_password_check(work: Work) -> None:
    """For a person who is signed in: whoever borrowed the session must not find out the password."""
    bucket = Bucket(f"password:user:{work.caller.me}", 10, 60)
    await take_within(work.tx, [bucket], work.now, refusal=TooManyAttempts)


async def before_signup(work: Work, buckets: Buckets) -> None:
    await _take(work, buckets, Bucket(f"signup:ip:{_network(work)}", 20, 60), Bucket("signup:all", 200, 0.1))


async def before_asking_for_link(work: Work, buckets: Buckets, email: str) -> None:
    """Nobody is to be flooded with letters."""
    mine, theirs = f"link:ip:{_network(work)}", f"link:account:{_short(email)}"
    await _take(work, buckets, Bucket(mine, 20, 60), Bucket(theirs, 3, 600))


async def before_reset(work: Work, buckets: Buckets) -> None:
    await _take(work, buckets, Bucket(f"reset:ip:{_network(work)}", 20, 60))


async def _take(work: Work, buckets: Buckets, *wanted: Bucket) -> None:
    await buckets.take(wanted, work.now, refusal=TooManyAttempts)


def _of_account(work: Work, email: str) -> tuple[Bucket, Bucket]:
    account = f"login:account:{_short(email)}"
    return Bucket(f"{account}:ip:{_network(work)}", 10, 60), Bucket(account, 200, 20)


def _network(work: Work) -> str:
    return network_of(work.caller.ip)


def _short(email: str) -> str:
    """Addresses that somebody merely tried are not ours to keep."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]
