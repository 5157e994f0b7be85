"""Words of a search: the three spellings and their mixtures, and what is said of words that nobody understands."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.basics.errors import Invalid
from dumont.basics.gpu import gpus
from dumont.market.rules import words
from dumont.market.rules.query import SORTS, Query
from dumont.providers.registry import NAMES

H100_80 = frozenset({"H100 SXM", "H100 PCIe"})
RTX_4090 = frozenset({"RTX 4090"})
CENT = Decimal("0.01")
READ: dict[str, Query] = {
    # name : memory : count
    "H100:80GB:1..8": Query(models=H100_80, min_gpus=1, max_gpus=8),
    "H100:96GB": Query(models=frozenset({"H100 NVL"})),
    "A100:40GB..:2": Query(
        models=frozenset({"A100 80GB SXM", "A100 80GB PCIe", "A100 40GB SXM", "A100 40GB PCIe"}), gpu_count=2
    ),
    "RTX4090,A10:1": Query(models=RTX_4090 | {"A10"}, gpu_count=1),
    "24GB..:4": Query(min_vram=24, gpu_count=4),
    "16GB..24GB": Query(min_vram=16, max_vram=24),
    "24GB:..2": Query(min_vram=24, max_vram=24, max_gpus=2),
    "amd:192GB": Query(models=frozenset({"MI300X"})),
    "amd:MI300X:8": Query(models=frozenset({"MI300X"}), gpu_count=8),
    "nvidia:H100:80GB": Query(models=H100_80),
    "nvidia:RTX4090,A10:1": Query(models=RTX_4090 | {"A10"}, gpu_count=1),
    "amd:H100": Query(models=frozenset(), unknown_models=("AMD H100",)),
    # field, comparison, value
    "gpu_name=RTX_4090 num_gpus=1 reliability>0.98 dph<0.5": Query(
        models=RTX_4090, gpu_count=1, min_reliability=0.98, max_price=Decimal("0.5")
    ),
    "gpu_name in [RTX_4090, RTX_3090] dph <= 1.20": Query(models=RTX_4090 | {"RTX 3090"}, max_price=Decimal("1.2")),
    'gpu_name="RTX 4090" geolocation in [DE,FI]': Query(models=RTX_4090, countries=frozenset({"DE", "FI"})),
    "num_gpus>1 num_gpus<8": Query(min_gpus=2, max_gpus=7),
    "reliability>95% inet_down>=500 cuda_vers>=12.4": Query(min_reliability=0.95, min_inet_down=500, cuda_min=12.4),
    "cpu_ram=64 disk_space>100 verified=true rentable=any": Query(
        min_ram_gb=64, min_disk_gb=100, verified=True, available_only=False
    ),
    "max_price=2 min_vram=16 sort=-g_score": Query(max_price=Decimal(2), min_vram=16, sort="g_score", descending=True),
    "gpu_ram>24": Query(min_vram=24.5),
    "3090 <24GB": Query(models=frozenset({"RTX 3090"}), max_vram=23.5),
    "region:us-east provider:aws": Query(regions=frozenset({"us-east"}), providers=frozenset({"aws"})),
    # plain words
    "4090 x2 <0.5 EU": Query(models=RTX_4090, gpu_count=2, max_price=Decimal("0.5"), regions=frozenset({"EU"})),
    "2x RTX 4090 in Germany, spot": Query(models=RTX_4090, gpu_count=2, countries=frozenset({"DE"}), spot=True),
    "2x4090 United States": Query(models=RTX_4090, gpu_count=2, countries=frozenset({"US"})),
    "h100x8 $20 verified": Query(
        models=frozenset({"H100 SXM", "H100 PCIe", "H100 NVL"}), gpu_count=8, max_price=Decimal(20), verified=True
    ),
    "rtx 3060 12gb": Query(models=frozenset({"RTX 3060 12GB"})),
    "48 GB 4 gpus cheapest vast.ai": Query(min_vram=48, gpu_count=4, providers=frozenset({"vast"}), sort="price"),
    "DE EU": Query(regions=frozenset({"DE", "EU"})),
    "IN": Query(countries=frozenset({"IN"})),
    "": Query(),
    # mixed
    "gpu=4090 vram>=24 reliability>0.95 price<0.5": Query(
        models=RTX_4090, min_vram=24, min_reliability=0.95, max_price=Decimal("0.5")
    ),
    "H100:80GB:8 <20 EU sort=effective_price": Query(
        models=H100_80, gpu_count=8, max_price=Decimal(20), regions=frozenset({"EU"}), sort="effective_price"
    ),
}
REFUSED = {
    "banana": "`banana`",
    "4090 verifed": "`verified`",
    "num_gpu=2": "`num_gpus`",
    "x2 x4": "contradicts",
    "x2 gpus>=4": "below min_gpus",
    "price>2 price<1": "min_price",
    "price=cheap": "needs a number",
    "price=-1": "negative",
    "num_gpus=1.5": "whole",
    "reliability<0.5": "at least",
    "price!=3": "!=",
    "2": "price or a count",
    "country=Atlantis": "Atlantis",
    "sort=beauty": "`sort=beauty`",
    "spot=maybe": "true nor false",
    "price=1e99": "1e12",
    "gpu=": "`gpu=`",
}
PIECES = (
    *("H100:80GB:1..8", "4090", "x2", "<0.5", "EU", "vram>=24", "gpu=[", "]", '"', ":", "..", "=", "<", "GB", "24GB"),
    *("in", "sort=", "-", ",", "1e999999", "region=", "\\", "[]", "united", "states", "rtx", "é", "٣", "$", "%", "x"),
)
GIGABYTES = st.sampled_from([0.0, 0.1, 8.0, 24.0, 79.6, 1e-7, 141.0])
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)

LINES = st.tuples(st.sampled_from(["", " "]), st.lists(st.sampled_from(PIECES), max_size=8)).map(
    lambda drawn: drawn[0].join(drawn[1])
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def queries(draw: st.DrawFn) -> Query:
    vram = sorted(draw(st.lists(GIGABYTES, min_size=2, max_size=2)))
    money = sorted(draw(st.lists(st.decimals(0, 1000, places=6), min_size=2, max_size=2)))
    count = draw(maybe(st.integers(0, 16)))
    several = st.none() if count is not None else maybe(st.integers(0, 8))
    sort = draw(st.sampled_from(SORTS))
    names = st.sampled_from(list(gpus()))
    return Query(
        models=draw(maybe(st.frozensets(names, max_size=3))),
        providers=draw(maybe(st.frozensets(st.sampled_from(["vast", "aws", "a b"]), max_size=2))),
        regions=draw(maybe(st.frozensets(TEXTS, max_size=2))),
        countries=draw(maybe(st.frozensets(st.sampled_from(["DE", "US", "NA", "IN"]), max_size=2))),
        min_vram=draw(maybe(st.just(vram[0]))),
        max_vram=draw(maybe(st.just(vram[1]))),
        min_price=draw(maybe(st.just(money[0]))),
        max_price=draw(maybe(st.just(money[1]))),
        gpu_count=count,
        min_gpus=draw(several),
        max_gpus=draw(several.map(lambda least: None if least is None else 16 - least)),
        min_reliability=draw(maybe(st.floats(0, 1))),
        min_inet_down=draw(maybe(GIGABYTES)),
        cuda_min=draw(maybe(st.sampled_from([11.8, 12.4]))),
        verified=draw(maybe(st.booleans())),
        spot=draw(maybe(st.booleans())),
        available_only=draw(st.booleans()),
        include_blacklisted=draw(st.booleans()),
        min_score=draw(maybe(st.sampled_from([0.0, 70.0, 99.9]))),
        disk_gb=draw(GIGABYTES),
        hours=draw(st.sampled_from([0.5, 24.0, 1e-7])),
        sort=sort,
        descending=draw(st.booleans()),
    )


class TestRead:
    @pytest.mark.parametrize("text", READ)
    def test_understands(self, text: str) -> None:
        assert words.read(text) == READ[text]

    def test_keeps_a_gpu_that_nobody_knows_and_finds_nothing_by_it(self) -> None:
        query = words.read("RTX 9999 x2")
        assert (query.models, query.unknown_models, query.gpu_count) == (frozenset(), ("RTX 9999",), 2)
        assert words.read("gpu=h900,4090") == Query(models=RTX_4090, unknown_models=("h900",))

    def test_lets_what_was_given_elsewhere_count_more(self) -> None:
        assert words.read("4090 <0.5", {"max_price": CENT}) == Query(models=RTX_4090, max_price=CENT)

    def test_knows_every_cloud_by_its_name(self) -> None:
        for name in NAMES:
            assert words.read(name) == Query(providers=frozenset({name}))

    @pytest.mark.parametrize("text", REFUSED)
    def test_refuses_by_name_what_it_does_not_understand(self, text: str) -> None:
        with pytest.raises(Invalid) as refused:
            words.read(text)
        assert [fault.field for fault in refused.value.faults] == ["q"]
        assert REFUSED[text] in f"{refused.value.message} {refused.value.hint}"

    def test_names_the_parameter_where_that_is_at_fault(self) -> None:
        with pytest.raises(Invalid) as refused:
            words.read("4090", {"hours": 0})
        assert [fault.field for fault in refused.value.faults] == ["hours"]

    @settings(max_examples=50)
    @given(st.text(max_size=40) | LINES)
    def test_reads_or_refuses_anything(self, text: str) -> None:
        try:
            query = words.read(text)
        except Invalid as refused:
            faults = refused.faults
        else:
            faults = ()
            assert words.read(words.write(query)) == query
        assert {fault.field for fault in faults} <= {"q"}


class TestWrite:
    @pytest.mark.parametrize("name", ["\x08", 'a"b', "a\\b", "a,b]", "x=1"])
    def test_keeps_names_whatever_letters_they_have(self, name: str) -> None:
        query = Query(models=frozenset(), unknown_models=(name,), regions=frozenset({name}))
        assert words.read(words.write(query)) == query

    @settings(max_examples=30)
    @given(queries())
    def test_gives_words_that_mean_the_same(self, query: Query) -> None:
        assert words.read(words.write(query)) == query

    def test_says_only_what_is_asked(self) -> None:
        assert words.write(Query()) == ""
        assert words.write(words.read("4090 x2 <0.5 EU")) == 'gpu="RTX 4090" region=EU price<=0.5 gpus=2'
