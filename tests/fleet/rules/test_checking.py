"""Whether a machine is the one that was sold."""

from typing import Any

import pytest

from dumont.fleet.rules.checking import fault_of
from tests.build.market import listed

HONEST = {
    "gpus": ["NVIDIA GeForce RTX 4090"],
    "driver": "570.86.10",
    "cuda_max": "12.8",
    "net_down_mbps": 300.0,
    "disk_write_mbps": 900.0,
}


class TestFault:
    def test_is_none_of_what_was_sold(self) -> None:
        assert fault_of(HONEST, listed()) is None

    def test_is_none_of_what_is_not_known(self) -> None:
        assert fault_of({"gpus": None, "driver": None}, listed()) is None
        assert fault_of(HONEST, listed(driver=None, cuda_max=None, inet_down_mbps=None)) is None

    @pytest.mark.parametrize(
        ("seen", "reason"),
        [
            ({"gpus": []}, "gpu_not_ready"),
            ({"gpus": ["NVIDIA GeForce RTX 3060"]}, "hardware_error"),
            ({"driver": "535.183.01"}, "driver_mismatch"),
            ({"cuda_max": "12.2"}, "driver_mismatch"),
            ({"net_down_mbps": 0.2}, "network"),
            ({"disk_write_mbps": 3.0}, "hardware_error"),
        ],
    )
    def test_is_told_of_a_liar(self, seen: dict[str, Any], reason: str) -> None:
        found = fault_of({**HONEST, **seen}, listed())
        assert found is not None
        assert found[0] == reason

    def test_asks_no_gpu_of_a_machine_without_one(self) -> None:
        assert fault_of({**HONEST, "gpus": []}, listed(gpu_name=None, gpu_count=0)) is None
