"""The front: no offer on it is beaten, and every other one is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dumont.market.rules.pareto import STEPS, front

OFFERS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([1.0, 2.0, 82.6, 165.2]), st.sampled_from([0, 1, 9000, STEPS])),
    max_size=40,
)
Offer = tuple[int, float, int]


def beats(one: Offer, other: Offer) -> bool:
    as_good = one[0] <= other[0] and one[1] >= other[1] and one[2] >= other[2]
    return as_good and one != other


class TestFront:
    @given(OFFERS)
    def test_holds_just_the_offers_that_no_other_beats(self, offers: list[Offer]) -> None:
        price, speed, reliability = (np.array([offer[at] for offer in offers]) for at in range(3))
        kept = front(price.astype(np.int64), speed.astype(float), reliability.astype(np.int64))
        assert kept.tolist() == [not any(beats(other, offer) for other in offers) for offer in offers]
