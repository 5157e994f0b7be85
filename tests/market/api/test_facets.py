"""The counts of what one could choose from."""

from tests.build.offers import Stall, row
from tests.market.api.conftest import Caller


class TestFacets:
    async def test_count_each_choice_as_if_nothing_of_its_kind_were_chosen(self, stall: Stall, caller: Caller) -> None:
        stall.put(
            row("1", country="DE"),
            row("2", country="US"),
            row("3", provider="runpod", gpu_name="RTX 3090", country="US"),
        )
        found = await caller.gets("/gpus/facets", model="RTX 4090")
        assert found["models"] == [{"value": "RTX 4090", "offers": 2}, {"value": "RTX 3090", "offers": 1}]
        assert found["providers"] == [{"value": "vast", "offers": 2}]
        assert found["countries"] == [{"value": "DE", "offers": 1}, {"value": "US", "offers": 1}]

    async def test_of_nothing_are_empty(self, caller: Caller) -> None:
        assert await caller.gets("/gpus/facets") == {"models": [], "providers": [], "countries": []}

    async def test_refuse_what_a_search_refuses(self, caller: Caller) -> None:
        refused = await caller.gets("/gpus/facets", 422, min_price=-1)
        assert refused["errors"][0]["field"].endswith("min_price")
