"""What one seed is made of: how long and how large its life is, and how much goes wrong in it."""

from dataclasses import dataclass, field

from tests.simulation import agents as agents_of
from tests.simulation.clouds import Odds

FATES = ("stopped", "ended", "noticed", "cut off")


@dataclass(frozen=True, kw_only=True)
class Plan:
    hours: float = 1.0
    instances: int = 3
    pace: float = 1.0
    clouds: tuple[str, ...] = ("vast", "runpod", "lambda")
    machines: int = 12
    """Of each cloud."""
    odds: Odds = field(default_factory=Odds)
    agents: agents_of.Odds = field(default_factory=agents_of.Odds)
    deaths: float = 0.06
    """Of a turn."""
    cuts: float = 0.02
    meetings: float = 0.15
    """Of a turn: another process acts in its midst."""
    hangs_seconds: float = 20.0
    """At most, of a call while others act."""
    eager: float = 1.0
    """So many times as much is asked for by its users, and so many machines are taken away."""
    racers: int = 4
    """At most, in a round of a race."""
    crowd: int = 1
    """So many of its users act at once."""
    interruptions: bool = True
    fates: tuple[str, ...] = FATES
    strikes: float = 1.0
    """So many times as often, machines are taken away or cut off."""
    spot: float = 0.4
    """Of the launches: at spot prices, which move."""
    loses: float = 0.04
    """Of the snapshots, so many are not in the store, whatever their agents say."""
    away: float = 0.05
    """Of the calls of the store, so many are not answered."""
    called: float = 0.0
    """Of the seeds: duties wait to be called, and are not asked whether anything is due."""
    quiet_seconds: float = 6 * 3600.0
    """By then it is at rest, if nobody wants anything."""
    standbys: bool = True
    blacklisted: bool = False
    """Every machine, from the beginning."""
    deadlines: float = 0.0
    """Of the launches: work that is to be done by a moment."""
    punctual: bool = False
    """Nothing goes wrong but that spot machines are taken away: no deadline may be missed."""
    prepaid: bool = False
    """A cloud more, which ends what is not paid any longer."""
    undo_hours: float = 0.25
    """At a pace of 1: so long a snapshot that a rule has taken can be had back."""
    rules: bool = False
    """Its users put rules of keeping, and snapshots are pruned by them."""
    ruled: bool = False
    """Each instance from its launch: to keep the last one alone."""
