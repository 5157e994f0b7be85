"""The list prices of AWS and Google: whole, canonical, and true to what each says of itself."""

from decimal import Decimal

import pytest

from dumont.basics.gpu import gpus
from dumont.basics.machine_types import MachineType, machine_types

ALL = [*machine_types("aws").values(), *machine_types("gcp").values()]


class TestMachineTypes:
    def test_know_their_gpus_by_the_names_of_the_table(self) -> None:
        assert {kind.gpu_name for kind in ALL if kind.gpu_name} <= set(gpus())
        assert [kind.name for kind in ALL if (kind.gpu_name is None) != (kind.gpu_count == 0)] == []

    def test_ask_more_on_demand_than_as_spot_machines_and_never_nothing(self) -> None:
        for kind in ALL:
            for region, price in kind.prices.items():
                asked = [each for each in (price.spot, price.on_demand) if each is not None]
                assert asked == sorted(asked), (kind.name, region)
                assert all(each > 0 for each in asked), (kind.name, region)

    @pytest.mark.parametrize(
        ("kind", "gpu_name", "count", "region", "price"),
        [
            (machine_types("aws")["g5.xlarge"], "A10G", 1, "us-east-1", "1.006"),
            (machine_types("aws")["p4de.24xlarge"], "A100 80GB SXM", 8, "us-west-2", "27.44705"),
            (machine_types("gcp")["e2-medium"], None, 0, "europe-west4", "0.036886"),
            (machine_types("gcp")["a2-ultragpu-1g"], "A100 80GB SXM", 1, "us-central1", "5.068798"),
        ],
        ids=lambda value: value.name if isinstance(value, MachineType) else str(value),
    )
    def test_cost_what_the_lists_say(
        self, kind: MachineType, gpu_name: str | None, count: int, region: str, price: str
    ) -> None:
        assert (kind.gpu_name, kind.gpu_count) == (gpu_name, count)
        assert kind.price(region, spot=False) == Decimal(price)

    def test_have_no_price_where_they_are_not_listed(self) -> None:
        assert machine_types("aws")["g5.xlarge"].price("eu-west-1", spot=False) is None
        assert machine_types("gcp")["a3-highgpu-1g"].price("us-central1", spot=False) is None
