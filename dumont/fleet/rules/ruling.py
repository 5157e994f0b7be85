"""Which limits hold for an agent: worked out of what its instance sets and of the settings, once for each wish."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from dumont.fleet.rules.idle import IdleRule, Usual
from dumont.fleet.rules.wanted import HibernationWish

KEPT = 10_000
Ruling = Callable[[str, bool], "Ruled"]


@dataclass(frozen=True, slots=True)
class Ruled:
    name: str
    """Another for other limits."""
    limits: tuple[float, ...]
    idle_seconds: float
    watch: tuple[str, ...]
    """Names of processes that count as busy."""


def ruling(settings: Usual) -> Ruling:
    """By an instance's wish, as JSON, and whether the machine was rented with GPUs."""

    @lru_cache(maxsize=KEPT)
    def ruled(wish: str, gpus: bool) -> Ruled:
        rule = IdleRule.of(HibernationWish.model_validate_json(wish), settings)
        limits = tuple(rule.limits(gpus=gpus))
        words = f"{limits} {rule.idle_seconds} {sorted(rule.processes)}"
        name = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        return Ruled(name, limits, rule.idle_seconds, rule.processes)

    return ruled
