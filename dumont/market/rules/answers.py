"""What a cloud's answer says of the offers that are not in it: gone, or only unknown.

A cloud that is in trouble answers with an empty list, or with a part of it, as if it were all. So nothing is ever gone
by an empty answer, and when most of a stock is missing at once, the cloud is asked again before it is believed.
"""

from dataclasses import dataclass
from typing import Literal

STOCK_TO_DOUBT_FROM = 20
"""Of fewer offers half may well go between two looks."""
LOOKS_AT_LOSS = 2

Says = Literal["whole", "part", "nothing"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`whole`: what is missing is gone. `part`: what is missing is unknown. `nothing`: the answer is no answer."""

    says: Says
    shrunken: int = 0
    """How many answers in a row lacked most of the stock, this one included."""


def judge(*, known: int, found: int, missing: int, complete: bool, shrunken: int) -> Verdict:
    """`known` were on offer, `found` are in the answer, `missing` of the known are not; `shrunken` as it was before."""
    if found == 0 and known > 0:
        return Verdict("nothing", shrunken)
    if not complete:
        return Verdict("part", shrunken)
    if known < STOCK_TO_DOUBT_FROM or missing * 2 <= known:
        return Verdict("whole")
    if shrunken + 1 < LOOKS_AT_LOSS:
        return Verdict("part", shrunken + 1)
    return Verdict("whole")
