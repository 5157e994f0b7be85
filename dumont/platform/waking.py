"""Tells all workers, at the commit, that something has become due: who looks for it need not ask again and again.

    await waking.wake(tx, "fleet.rentals")     # in the transaction that makes one due
    Duty("fleet.act", act, woken_by=("fleet.rentals",))

A word that is lost costs the pause that the duty had asked for, and nothing else. PostgreSQL lets only one transaction
with a word in it commit at a time, so it is for what happens seldom, and not for heartbeats.
"""

from sqlalchemy import text

from dumont.platform.db import Tx

CHANNEL = "dumont_due"
_NOTIFY = text("SELECT pg_notify(:channel, :what)")


async def wake(tx: Tx, what: str) -> None:
    """The same word twice in one transaction is one."""
    await tx.execute(_NOTIFY, {"channel": CHANNEL, "what": what})
