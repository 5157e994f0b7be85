"""Leaves out inputs that say nearly the same as another: half of eight thousand are wrong in a way met before."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

MOST = 2
"""Inputs that are wrong in one way at one place, as six types are that a number is not."""
MOST_GOOD = 8
"""Inputs that are as they should be, with this field and without that one."""


def thinned(test: Callable[..., None]) -> Callable[..., None]:
    """The check with each kind of edge, and fewer of each kind. Which ones goes in turns from kind to kind."""
    examples = getattr(test, "hypothesis_explicit_examples", [])
    kinds: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for example in examples:
        kinds[_kind(example.kwargs["case"])].append(example)
    kept = {
        id(example)
        for number, (kind, alike) in enumerate(kinds.items())
        for example in spread(alike, MOST_GOOD if kind[0] else MOST, number)
    }
    vars(test)["hypothesis_explicit_examples"] = [example for example in examples if id(example) in kept]
    return test


def spread(alike: list[Any], most: int, first: int) -> list[Any]:
    """At most so many, as far from each other as can be, the first of them at another place each time."""
    count = len(alike)
    if count <= most:
        return alike
    return [alike[(first + turn * count // most) % count] for turn in range(most)]


def _kind(case: Any) -> tuple[Any, ...]:
    meta = case.meta
    edge = meta.phase.data
    told = (getattr(edge, word, None) for word in ("scenario", "parameter_location", "parameter", "location"))
    return (meta.generation.mode.is_positive, *map(str, told))
