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
    machines: int = 12
    """Of each cloud."""
    odds: Odds = field(default_factory=Odds)
    agents: agents_of.Odds = field(default_factory=agents_of.Odds)
    deaths: float = 0.06
    """Of a turn."""
    cuts: float = 0.02
    meetings: float = 0.15
    """Of a turn: another process acts in its midst."""
    eager: float = 1.0
    """So many times as much is asked for by its users, and so many machines are taken away."""
    interruptions: bool = True
    fates: tuple[str, ...] = FATES
    strikes: float = 1.0
    """So many times as often, machines are taken away or cut off."""
    spot: float = 0.4
    """Of the launches: at spot prices, which move."""
    loses: float = 0.04
    """Of the snapshots, so many are not in the store, whatever their agents say."""
    called: float = 0.0
    """Of the seeds: duties wait to be called, and are not asked whether anything is due."""
    quiet_seconds: float = 6 * 3600.0
    """By then it is at rest, if nobody wants anything."""
    standbys: bool = True
    blacklisted: bool = False
    """Every machine, from the beginning."""
