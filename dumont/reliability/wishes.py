"""What one account wants of machines, kept in the memory of a process: his preferences and whom he keeps away from.

A search asks for it at each request, so it is read once and kept for a while. A change of it is heard of twice: when it
is published in this process, which is before its commit, so for some seconds nothing that is read is kept; and from the
live feed, which also tells of changes that were made elsewhere.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import orjson

from dumont.basics.clock import Clock
from dumont.basics.errors import Unavailable
from dumont.platform.db.glance import Glance
from dumont.platform.events import Event
from dumont.reliability.events import Blacklisted, Cleared, PreferencesChanged
from dumont.reliability.store.preferences import Preferences

KEPT = timedelta(seconds=30)
SETTLES = timedelta(seconds=5)
"""So long a transaction may still be on its way to its commit."""
ACCOUNTS_MAX = 10_000
KINDS = frozenset({Blacklisted.kind, Cleared.kind, PreferencesChanged.kind})


@dataclass(frozen=True, slots=True)
class Wishes:
    threshold: float | None = None
    """Machines whose score is known to be lower are left out; None leaves out none."""
    sort_by_reliability: bool = False
    kept_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of this account alone: `provider:machine_id`, and why."""


NONE = Wishes()
"""Of somebody without an account."""


@dataclass(slots=True)
class _Read:
    wishes: Wishes
    good_until: datetime


class WishesMemory:
    def __init__(self, glance: Glance, clock: Clock) -> None:
        self._glance = glance
        self._clock = clock
        self._read: OrderedDict[UUID, _Read] = OrderedDict()
        self._unsettled: dict[UUID, datetime] = {}

    async def of(self, user_id: UUID) -> Wishes:
        """While the database is away, as they were when it last answered; raises `Unavailable` if it never did."""
        known = self._read.get(user_id)
        if known is not None and self._clock.now() < known.good_until:
            return known.wishes
        try:
            found = await self._found(user_id)
        except Unavailable:
            if known is None:
                raise
            return known.wishes
        self._keep(user_id, found)
        return found

    def forget(self, user_id: UUID) -> None:
        now = self._clock.now()
        self._unsettled = {other: until for other, until in self._unsettled.items() if until > now}
        self._unsettled[user_id] = now + SETTLES
        if user_id in self._read:
            self._read[user_id].good_until = now

    def published(self, event: Event) -> None:
        """In this process, just now."""
        user_id = getattr(event, "user_id", None)
        if event.kind in KINDS and user_id is not None:
            self.forget(user_id)

    def heard(self, kind: str, payload: str) -> None:
        """From the live feed, after the commit."""
        if kind in KINDS and (user_id := orjson.loads(payload).get("user_id")):
            self.forget(UUID(user_id))

    async def _found(self, user_id: UUID) -> Wishes:
        row = await self._glance.row(_WISHES, user_id, self._clock.now())
        if row is None:
            return NONE
        threshold, excludes, sorts, kept_out = row
        wanted = Preferences() if threshold is None else Preferences(threshold, excludes, sorts)
        return Wishes(
            threshold=wanted.threshold if wanted.exclude_below_threshold else None,
            sort_by_reliability=wanted.sort_by_reliability,
            kept_out=MappingProxyType(orjson.loads(kept_out) if kept_out else {}),
        )

    def _keep(self, user_id: UUID, found: Wishes) -> None:
        now = self._clock.now()
        settled = self._unsettled.get(user_id, now) <= now
        self._read[user_id] = _Read(found, now + KEPT if settled else now)
        self._read.move_to_end(user_id)
        while len(self._read) > ACCOUNTS_MAX:
            self._read.popitem(last=False)


_WISHES = """
    SELECT p.threshold, p.exclude_below_threshold, p.sort_by_reliability, (
        SELECT jsonb_object_agg(provider || ':' || machine_id, reason)::text FROM reliability_blacklist
        WHERE user_id = $1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
    )
    FROM (SELECT $1::uuid AS user_id) AS asked LEFT JOIN reliability_preferences p ON p.user_id = asked.user_id
"""
