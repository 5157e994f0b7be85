"""Counts what has gone wrong in a life, by kind: what never comes is nothing that anybody could rely on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulation.clouds import Counted

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

OF_CLOUDS = ("refused", "effect_and_error", "list_away", "list_short", "list_empty")
OF_BOOTS = ("boot_never", "boot_slow", "sold_twice", "vanish", "double_answer")
OF_FATE = ("stopped", "ended", "noticed", "cut off", "moved")
OF_AGENTS = ("slow", "fails", "dies", "mute", "saves alone")
OF_PROCESSES = ("death", "cut", "restart", "meeting", "hang", "lost word")
OF_STORE = ("store away", "lost manifest")
OF_WISHES = ("course", "purchase", "pruned")
"""No trouble, but what is seldom: work with a deadline, hours that were bought, snapshots that a rule took."""
KINDS = OF_CLOUDS + OF_BOOTS + OF_FATE + OF_AGENTS + OF_PROCESSES + OF_STORE + OF_WISHES


def happened(sim: Simulation) -> Counter[str]:
    found: Counter[str] = Counter()
    for cloud in sim.clouds.values():
        found.update(cloud.lies)
        found.update(cloud.world.faults.counts if isinstance(cloud.world.faults, Counted) else {})
    for counted in (sim.fate.struck, sim.agents.did, sim.store.did):
        found.update(counted)
    found.update(_of_processes(sim))
    return Counter({kind: found[kind] for kind in KINDS})


def _of_processes(sim: Simulation) -> Mapping[str, int]:
    return {
        "death": sim.deaths,
        "cut": sim.cuts,
        "restart": sim.restarts,
        "meeting": sim.meetings,
        "hang": sim.hangs,
        "lost word": sim.calls.lost,
        "course": sim.users.did.get("course", 0),
        "purchase": sum(
            len(each.extra.get("bought", ())) for c in sim.clouds.values() for each in c.world.rentals.values()
        ),
    }


def told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts.get(kind, 0)} {kind}" for kind in KINDS)


def missing(counts: Mapping[str, int], least: int) -> list[str]:
    return [kind for kind in KINDS if counts.get(kind, 0) < least]
