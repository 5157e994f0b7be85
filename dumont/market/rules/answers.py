"""What a cloud's answer says of the offers that are not in it: gone, or only unknown.

A cloud that is in trouble answers with an empty list, or with a part of it, as if it were all. So nothing is ever gone
by an empty answer. When most of a stock is missing at once, the cloud is asked again, and by another kind of question:
for some of the missing by their ids, among some that it has just named. Only where it names the ones and not the
others the loss is believed after a few looks. A cloud that can't be asked so is believed once it has said the same for
as long as an offer may go unseen before it counts as unavailable, so that no offer is lost sooner than by silence.
"""

import math
from dataclasses import dataclass
from typing import Literal

STOCK_TO_DOUBT_FROM = 20
"""Of fewer offers half may well go between two looks."""
LOOKS_WITNESSED = 3

Says = Literal["whole", "part", "nothing"]
Witness = Literal["gone", "there", "silent"]
"""What the other question has come to; `silent` where it could not be asked, or its answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`whole`: what is missing is gone. `part`: what is missing is unknown. `nothing`: the answer is no answer."""

    says: Says
    shrunken: int = 0
    """How many answers in a row lacked most of the stock, this one included."""


def doubtful(*, known: int, missing: int) -> bool:
    """Whether so much is missing that a list which calls itself whole is not believed at once."""
    return known >= STOCK_TO_DOUBT_FROM and missing * 2 > known


def looks_alone(stale_seconds: float, interval: float) -> int:
    """How often the same must be said where nothing else confirms it."""
    return max(LOOKS_WITNESSED, math.ceil(stale_seconds / interval))


def witnessed(*, missing: frozenset[str], named: frozenset[str], answered: frozenset[str]) -> Witness:
    """`missing` and `named` were asked for by their ids. An answer without all that the list has just named is none."""
    if answered & missing:
        return "there"
    return "gone" if named and named <= answered else "silent"


def judge(
    *, known: int, found: int, missing: int, complete: bool, shrunken: int, witness: Witness = "silent", alone: int
) -> Verdict:
    """`known` were on offer, `found` are in the answer, `missing` of the known are not; `shrunken` as it was before;
    `alone`: how many looks it takes where nothing else confirms the loss."""
    if found == 0 and known > 0:
        return Verdict("nothing", shrunken)
    if not complete:
        return Verdict("part", shrunken)
    if not doubtful(known=known, missing=missing):
        return Verdict("whole")
    if witness == "there":
        return Verdict("part")
    if shrunken + 1 < (LOOKS_WITNESSED if witness == "gone" else alone):
        return Verdict("part", shrunken + 1)
    return Verdict("whole")
