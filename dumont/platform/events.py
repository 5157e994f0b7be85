"""Events: what has happened, written to the outbox in the transaction that made it happen.

A live page and a listener learn of it only after the commit, because both read what was committed: the page through
the outbox row, the listener as a durable job enqueued beside it.
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """One thing that has happened. `kind` is `<context>.<what_happened>`; fields are what readers need."""

    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str]

    def topics(self) -> tuple[str, ...]:
        """The live topics whose readers are shown this event; none by default."""
        return ()
