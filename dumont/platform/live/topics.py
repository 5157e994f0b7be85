"""Which topics there are, and who may watch them: each context says it for its own, as `TopicRule`s.

A pattern is a word, or a word and a thing: `market`, `instance:{id}`. What no pattern fits is refused.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.errors import Failure
from dumont.platform.db.engine import Db
from dumont.platform.work import Caller

Check = Callable[[Caller, str, AsyncSession], Awaitable[bool]]
"""Whether the caller may watch the thing with this id; the id is empty for a pattern without one."""
ME, ACCOUNT_READ = "me", "account:read"
THING = ":{id}"


@dataclass(frozen=True, slots=True)
class TopicRule:
    pattern: str
    check: Check


class Topics:
    def __init__(self, rules: Sequence[TopicRule], db: Db) -> None:
        self._checks = {rule.pattern: rule.check for rule in rules}
        self._db = db
        if len(self._checks) != len(rules):
            raise ValueError("two topic rules have the same pattern")

    async def authorise(self, caller: Caller, topic: str) -> bool:
        """`me` is for all who may read their own account, which a key may lack the scope for.

        A check that fails with a kind of error (not found, say) says no.
        """
        if topic == ME:
            return caller.user_id is not None and caller.may(ACCOUNT_READ)
        word, colon, thing = topic.partition(":")
        check = self._checks.get(word + THING if colon else word)
        if check is None or (colon and not thing):
            return False
        async with self._db.begin() as tx:
            try:
                return await check(caller, thing, tx)
            except Failure:
                return False


def needs(permission: str) -> Check:
    """For topics that a permission opens, whichever thing it is."""

    async def check(caller: Caller, _thing: str, _tx: AsyncSession) -> bool:
        return caller.may(permission)

    return check


def inside(caller: Caller, topic: str) -> str:
    """The hub's own name of a topic: `me` is another one for everybody."""
    return f"user:{caller.user_id}" if topic == ME else topic


def of_session(caller: Caller) -> tuple[str, ...]:
    """Topics whose events tell that this caller's session or account may have ended; never shown to anyone."""
    session = (f"session:{caller.session_id}",) if caller.session_id else ()
    return (*session, f"account:{caller.user_id}") if caller.user_id else session
