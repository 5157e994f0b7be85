"""Markets and searches as hypothesis draws them: few different values, so that ties and nulls are many."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from dumont.market.rules.query import SORTS, Query
from dumont.market.shelf.row import Mark, Row
from dumont.market.trust import Trust
from tests.build import offers as build
from tests.fakes.clock import START

PROVIDERS = ("vast", "aws", "runpod")
MODELS = ("RTX 4090", "H100 SXM", "A100 80GB PCIe", "P40", None, "Homemade 9000")
PRICES = st.sampled_from([None, 0, 1, 250_000, 400_000, 400_001, 32_000_000, 999_999_999_999])
NOW = START + timedelta(minutes=10)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


@st.composite
def rows(draw: st.DrawFn) -> Row:
    provider = draw(st.sampled_from(PROVIDERS))
    name = draw(st.sampled_from(MODELS))
    return build.row(
        str(draw(st.integers(0, 30))),
        provider,
        machine_id=f"m{draw(st.integers(0, 5))}",
        gpu_name=name,
        gpu_count=draw(st.sampled_from([1, 1, 2, 8])) if name else 0,
        vram_gb=draw(st.sampled_from([24.0, 80.0, 47.5])) if name else 0.0,
        region=draw(maybe("us-east-1", "Texas, US", "usual")),
        country=draw(maybe("US", "DE", "SE")),
        price_micros=draw(PRICES),
        spot_price_micros=draw(PRICES),
        storage_price_micros=draw(maybe(0, 150_000)),
        egress_price_micros=draw(maybe(20_000)),
        inet_down_mbps=draw(maybe(0.0, 100.0, 2500.0)),
        cuda_max=draw(maybe(11.8, 12.4)),
        provider_reliability=draw(maybe(0.0, 0.5, 0.97, 1.0)),
        verified=draw(st.booleans()),
        available=draw(st.sampled_from([True, True, True, False])),
        gone_at=draw(st.sampled_from([None, None, None, START])),
        last_seen=draw(
            st.sampled_from([None, None, None, START, *(NOW - timedelta(seconds=age) for age in (900, 901))])
        ),
    )


@st.composite
def marks(draw: st.DrawFn) -> dict[str, Mark]:
    moments = st.sampled_from([START, NOW, NOW - timedelta(seconds=900), NOW - timedelta(seconds=901), None])
    return {name: Mark(1, 1, draw(moments)) for name in PROVIDERS if draw(st.integers(0, 5))}


@st.composite
def trusts(draw: st.DrawFn) -> Trust:
    score = draw(maybe(40.0, 80.0, 99.5))
    until: datetime | None = draw(maybe(NOW, NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)))
    return Trust(
        status=draw(st.sampled_from(["unknown", "good", "poor"])),
        total_attempts=draw(st.integers(0, 9)),
        success_rate=draw(maybe(0.0, 0.5, 1.0)),
        reliability_score=score,
        score_low=None if score is None else score - 10,
        is_blacklisted=draw(st.sampled_from([False, False, True])),
        blacklisted_until=until,
        boot_seconds=draw(maybe(30.0, 900.0)),
        interruption_rate_hour=draw(maybe(0.0, 0.1)),
        failure_rate=draw(maybe(0.0, 0.2, 1.0)),
    )


machines = st.dictionaries(
    st.builds("{}:m{}".format, st.sampled_from(PROVIDERS), st.integers(0, 6)), trusts(), max_size=5
)


FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "models": st.frozensets(st.sampled_from([name for name in MODELS if name]), max_size=5),
    "providers": st.frozensets(st.sampled_from([*PROVIDERS, "nowhere"]), min_size=1),
    "regions": st.sampled_from([frozenset({"us-east"}), frozenset({"EU"}), frozenset({"us", "texas"})]),
    "countries": st.sampled_from([frozenset({"US"}), frozenset({"DE", "XX"})]),
    "min_vram": st.sampled_from([24, 47.5, 48]),
    "max_vram": st.sampled_from([80, 100]),
    "min_price": st.sampled_from([Decimal(0), Decimal("0.25")]),
    "max_price": st.sampled_from([Decimal("0.4"), Decimal("0.4000005"), Decimal(40)]),
    "gpu_count": st.sampled_from([0, 1, 8]),
    "min_gpus": st.sampled_from([0, 1, 2]),
    "max_gpus": st.sampled_from([2, 8]),
    "min_reliability": st.sampled_from([0.0, 0.5, 0.97]),
    "min_inet_down": st.sampled_from([0, 100]),
    "cuda_min": st.sampled_from([11.8, 12.4]),
    "verified": st.booleans(),
    "spot": st.booleans(),
    "include_blacklisted": st.just(True),
    "min_score": st.sampled_from([40, 50, 80, 99.5]),
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Of few filters, or nothing would be found by any of them."""
    chosen = draw(st.sets(st.sampled_from(sorted(FILTERS)), max_size=3))
    if "gpu_count" in chosen:
        chosen -= {"min_gpus", "max_gpus"}
    fields = {name: draw(FILTERS[name]) for name in sorted(chosen)}
    return Query(**fields, available_only=draw(st.sampled_from([True, False, False])), **draw(orders()))


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "sort": draw(st.sampled_from(SORTS)),
        "descending": draw(st.booleans()),
        "limit": draw(st.sampled_from([1, 3, 50])),
        "disk_gb": draw(st.sampled_from([50.0, 50.0, 500.0])),
        "hours": draw(st.sampled_from([24.0, 24.0, 1.0])),
    }
