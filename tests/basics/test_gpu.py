"""The table of GPUs, and how the names that clouds use become one of them, or none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics.gpu import Gpu, canonical, gpus, named, nearest

ALL = list(gpus().values())
INTERFACE = re.compile(r" \(interface (\w+)\)")


def names(text: str) -> list[str]:
    return [gpu.name for gpu in named(text)]


class TestTable:
    def test_has_each_gpu_once_with_figures_that_can_be(self) -> None:
        assert len(ALL) > 75
        for gpu in ALL:
            assert 0 < gpu.memory_gb <= 512
            assert 0 < gpu.fp32_tflops < 1000
            assert 0 < gpu.fp16_tflops < 5000
            assert 0 < gpu.bandwidth_gbs < 20000
            assert 0 < gpu.tdp_watts < 2000

    def test_tells_apart_by_memory_what_shares_a_name(self) -> None:
        shared: dict[str, list[Gpu]] = {}
        for gpu in ALL:
            for alias in gpu.aliases:
                shared.setdefault(alias, []).append(gpu)
        for alias, many in shared.items():
            assert len({gpu.memory_gb for gpu in many}) == len(many), alias


class TestCanonical:
    @pytest.mark.parametrize("gpu", ALL, ids=lambda gpu: gpu.name)
    def test_knows_every_name_of_every_gpu(self, gpu: Gpu) -> None:
        for alias in (gpu.name, *gpu.aliases):
            found = INTERFACE.search(alias)
            interface = found[1] if found else ""
            assert canonical(INTERFACE.sub("", alias), gpu.memory_gb, interface=interface) == gpu, alias
            assert gpu in named(INTERFACE.sub("", alias)) or gpu.modded

    @given(gpu=st.sampled_from(ALL), change=st.floats(0.955, 1.045))
    def test_forgives_what_drivers_keep_for_themselves(self, gpu: Gpu, change: float) -> None:
        assert canonical(gpu.name, gpu.memory_gb * change) == gpu

    @given(gpu=st.sampled_from(ALL), share=st.floats(0.01, 0.9))
    def test_never_takes_a_part_for_a_whole(self, gpu: Gpu, share: float) -> None:
        """At most for a smaller GPU of the same name, if there is one."""
        for alias in (gpu.name, *gpu.aliases):
            found = canonical(INTERFACE.sub("", alias), gpu.memory_gb * share)
            assert found is None or found.memory_gb == pytest.approx(gpu.memory_gb * share, rel=0.09)

    @pytest.mark.parametrize("name", ["A100 MIG 3g.40gb", "H100 1g.10gb", "NVIDIA A10 vGPU", "L4 slice"])
    def test_never_takes_a_slice_by_its_name(self, name: str) -> None:
        assert canonical(name) is None
        assert canonical(name, 80) is None

    @pytest.mark.parametrize(
        ("name", "memory_gb", "expected"),
        [
            ("A100 SXM4", 79.2, "A100 80GB SXM"),
            ("A100 SXM4", 39.6, "A100 40GB SXM"),
            ("Tesla V100", 31.7, "V100 SXM2 32GB"),
            ("RTX 3080", 9.8, "RTX 3080"),
            ("RTX 3080", 12, "RTX 3080 12GB"),
            ("RTX 4060 Ti", 8, "RTX 4060 Ti 8GB"),
            ("RTX 4060 Ti", 15.6, "RTX 4060 Ti 16GB"),
            ("RTX 4090", 47.9, "RTX 4090 48GB"),
            ("NVIDIA GeForce RTX 4090", None, "RTX 4090"),
            ("rtx_4090", 23.6, "RTX 4090"),
            ("RTX 4090D", 24, "RTX 4090 D"),
            ("A100_80GB:SXM4", 80, "A100 80GB SXM"),
            ("RTX 9990", 64, None),
            ("", None, None),
        ],
    )
    def test_reads_names_as_clouds_write_them(self, name: str, memory_gb: float | None, expected: str | None) -> None:
        found = canonical(name, memory_gb)
        assert (found.name if found else None) == expected


class TestNamed:
    def test_gives_all_that_may_be_meant(self) -> None:
        assert names("h100") == ["H100 SXM", "H100 PCIe", "H100 NVL"]
        assert set(names("a100")) == {"A100 80GB SXM", "A100 80GB PCIe", "A100 40GB SXM", "A100 40GB PCIe"}
        assert names("A100 80GB") == ["A100 80GB SXM", "A100 80GB PCIe"]
        assert names("rtx 3080") == names("3080") == ["RTX 3080", "RTX 3080 12GB"]
        assert names("RTX 3080 12GB") == ["RTX 3080 12GB"]

    def test_means_a_modded_card_only_by_its_own_name(self) -> None:
        assert names("4090") == names("NVIDIA GeForce RTX 4090") == ["RTX 4090"]
        assert names("rtx 4090 48gb") == ["RTX 4090 48GB"]

    def test_does_not_take_another_model_along(self) -> None:
        assert "RTX 4090 D" not in names("4090")
        assert "RTX 3080 Ti" not in names("rtx 3080")
        assert names("nonsense") == []
        assert names("") == []

    def test_offers_what_is_like_an_unknown_name(self) -> None:
        assert "RTX 4090" in nearest("rtx 4099")
        assert "H100 SXM" in nearest("h1000 sxm")
