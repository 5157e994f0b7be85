"""Who is called: a duty takes its turn when a word was heard, as in production; some words are lost.

What nobody was called for is found by `fleet.remind`, whose own question is asked here, and nothing else is.
"""

from random import Random
from typing import Any

from sqlalchemy import event

from dumont.fleet.store import accounts, instances, reminding, rentals
from dumont.platform.db import Tx, raw
from dumont.platform.waking import CHANNEL

LOST = 0.2
WOKEN_BY = {"act": {rentals.DUE}, "watch": {accounts.DUE, rentals.DUE}, "think": {instances.DUE}}
_ASK = reminding._CALL.replace(f"pg_notify('{CHANNEL}', word)", "word")


class Calls:
    def __init__(self, random: Random) -> None:
        self.random, self.heard, self.lost, self.reminded = random, set[str](), 0, 0

    async def wake(self, tx: Tx, what: str) -> None:
        """In place of `waking.wake`: with the commit, or not at all."""
        event.listen(tx.sync_session, "after_commit", lambda _session: self._say(what), once=True)

    async def remind(self, tx: Tx, before: Any, *, often: float) -> None:
        """In place of `reminding.call`: none of these is lost, for it is said again a second later."""
        words = {row["word"] for row in await (await raw(tx)).fetch(_ASK, before, often)}
        self.reminded += len(words - self.heard)
        self.heard |= words

    def take(self) -> set[str]:
        heard, self.heard = self.heard, set()
        return heard

    def _say(self, what: str) -> None:
        if self.random.random() < LOST:
            self.lost += 1
        else:
            self.heard.add(what)
