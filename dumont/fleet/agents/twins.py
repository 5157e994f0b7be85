"""Two agents with one token: a machine was copied, and its copy calls as if it were the machine.

Each start of an agent draws a boot, and none comes back once another has followed; so two that come by turns are two
agents. While both are heard, commands are for the first alone: who had called more often when the other came. An agent
that was only started anew waits for them until its predecessor has been quiet for some beats.

Only rentals with more than one boot are remembered, each for as long as that lasts. What another process has heard is
told by the row of the last beat.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from dumont.fleet.store.batches import Heard

LATELY_BEATS = 2.5
RETURNS = 3
"""So often one has to come again behind the other: the last call of an agent may come in late."""
MOST = 10_000


class Word(NamedTuple):
    commands: bool
    """Whether it may be given any."""
    news: bool = False
    """There are two, of which nobody was told yet."""


class _Voice(NamedTuple):
    seq: int
    at: datetime


@dataclass(slots=True)
class _Known:
    first: str = ""
    boots: dict[str, _Voice] = field(default_factory=dict)
    returns: int = 0


class Twins:
    """Of one web process."""

    def __init__(self, beat_seconds: float) -> None:
        self._lately = timedelta(seconds=LATELY_BEATS * beat_seconds)
        self._known: OrderedDict[UUID, _Known] = OrderedDict()

    def hear(self, heard: Heard, boot: str, seq: int, now: datetime) -> Word:
        another = heard.before_boot is not None and heard.before_boot != boot
        if not another and heard.rental_id not in self._known:
            return Word(commands=True)
        known = self._known.setdefault(heard.rental_id, _Known())
        if another and heard.before_boot is not None and heard.before_at is not None:
            known.returns += boot in known.boots
            known.boots[heard.before_boot] = _Voice(heard.before_seq, heard.before_at)
        known.boots[boot] = _Voice(seq, now)
        lately = {name: voice for name, voice in known.boots.items() if now - voice.at < self._lately}
        if len(lately) == 1:
            del self._known[heard.rental_id]
            return Word(commands=True)
        known.boots = lately
        if known.first not in lately:
            known.first = max(lately, key=lambda name: lately[name].seq)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return Word(commands=boot == known.first, news=another and known.returns == RETURNS)
